#!/usr/bin/env bash
# Shows that what scripts/build.sh has made runs on an old system: prove.sh [debian release]
#
# Makes the root of a Debian that has nothing but its base (debootstrap, as root; bullseye has glibc 2.31), puts the
# binary in, and there writes a configuration, checks it, serves, answers and stops. Nothing leaves this machine: the
# addresses of the other sides are of this machine, where nobody answers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

release=${1:-bullseye}
binary=${CARGO_TARGET_DIR:-target}/dist-out/neurocards
fail() {
    printf 'prove.sh: %s\n' "$*" >&2
    exit 1
}
[ -x "$binary" ] || fail "there is no $binary: run scripts/build.sh first"
[ "$(id -u)" -eq 0 ] || fail 'a root of its own wants root: sudo scripts/prove.sh'
command -v debootstrap >/dev/null || fail 'debootstrap is missing: apt-get install debootstrap'

root=$(mktemp -d)
daemon=''
clean() {
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
    rm -rf --one-file-system "$root"
}
trap clean EXIT
debootstrap --variant=minbase "$release" "$root" >"$root.log" 2>&1 || {
    tail -n 20 "$root.log" >&2
    fail "debootstrap could not make $release"
}
rm -f "$root.log"
install -m 0755 "$binary" "$root/usr/local/bin/neurocards"
inside() { chroot "$root" /usr/bin/env TELEGRAM_TOKEN=1:none KIE_API_KEY=none "$@"; }

printf '%s, %s\n' "$(inside sh -c '. /etc/os-release; echo "$PRETTY_NAME"')" "$(inside ldd --version | head -n 1)"
inside neurocards --version
inside neurocards config init /etc/neurocards.toml >/dev/null
sed -i 's|^api_url = .*|api_url = "http://127.0.0.1:9"|; s|^upload_url = .*|upload_url = "http://127.0.0.1:9"|' \
    "$root/etc/neurocards.toml"
inside neurocards config check --config /etc/neurocards.toml --data-dir /var/lib/neurocards
chroot "$root" /usr/bin/env TELEGRAM_TOKEN=1:none KIE_API_KEY=none \
    neurocards run --config /etc/neurocards.toml --data-dir /var/lib/neurocards 2>"$root/log" &
daemon=$!
for _ in $(seq 50); do
    ! inside neurocards status --data-dir /var/lib/neurocards >"$root/status" 2>/dev/null || break
    sleep 0.2
done
grep -q '^runs  *process' "$root/status" || {
    cat "$root/log" >&2
    fail 'it does not serve'
}
sed -n '1,3p' "$root/status"
kill -TERM "$daemon"
wait "$daemon" || fail 'it did not stop in good order'
daemon=''
inside neurocards audit --data-dir /var/lib/neurocards 2>/dev/null | tail -n 1
echo 'it runs there'
