#!/usr/bin/env bash
# Kills the real binary again and again under load and holds it to its promises.
#   scripts/crash.sh --kills N [--seed S]
set -euo pipefail
cd "$(dirname "$0")/.."
kills=200
seed=
while [ $# -gt 0 ]; do
    case "$1" in
        --kills) kills="${2:?--kills wants a number}"; shift 2 ;;
        --seed) seed="${2:?--seed wants a number}"; shift 2 ;;
        *) echo "usage: scripts/crash.sh --kills N [--seed S]" >&2; exit 2 ;;
    esac
done
export NEUROCARDS_KILLS="$kills"
if [ -n "$seed" ]; then export NEUROCARDS_SEED="$seed"; fi
exec cargo test --release --locked --test crash -- --nocapture
