#!/usr/bin/env bash
# Fuzzes every parser that meets the public side: fuzz.sh [seconds for each target]. Without, a minute in all.
# What crashes one is left in target/fuzz; put it into fuzz/corpus with the repair, and it is a test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-5}
targets=(webhook reply callback signed address photo range forwarded look mp4 picture exif colours)
built=${CARGO_TARGET_DIR:-$PWD/target}

RUSTC_WRAPPER=$PWD/fuzz/instrument.sh \
    cargo build --quiet --locked --manifest-path fuzz/Cargo.toml --target-dir "$built"
for target in "${targets[@]}"; do
    # New finds go beside the corpus that is kept.
    found=$built/fuzz/$target
    mkdir -p "$found"
    printf '%s: ' "$target"
    if ! NEUROCARDS_FUZZ=$target "$built/debug/fuzz" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
        -max_len=16384 -artifact_prefix="$built/fuzz/$target-" -print_final_stats=1 -verbosity=1 \
        "$found" "fuzz/corpus/$target" >"$built/fuzz/$target.log" 2>&1; then
        tail -n 40 "$built/fuzz/$target.log"
        exit 1
    fi
    covered=$(grep -o 'cov: [0-9]*' "$built/fuzz/$target.log" | tail -n 1)
    runs=$(grep -o 'number_of_executed_units: [0-9]*' "$built/fuzz/$target.log")
    echo "${runs#*: } runs, ${covered:-cov: 0} edges, no crash"
done
