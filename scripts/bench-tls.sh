#!/usr/bin/env bash
# Photos over HTTPS: the daemon against Debian's nginx on this machine, in turns. Two cores are needed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! command -v nginx >/dev/null; then
    elevate=()
    [ "$(id -u)" -eq 0 ] || elevate=(sudo -n)
    "${elevate[@]}" apt-get update -q
    "${elevate[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nginx
fi
nginx -v
cargo bench --locked --bench tls
