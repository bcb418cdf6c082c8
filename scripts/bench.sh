#!/usr/bin/env bash
# Measures everything and writes target/bench/report.md, with charts beside it:
#
#   scripts/bench.sh [--quick] [part…]
#
# The parts, all of them unless some are named: store slow flow pickup memory restart growth operator
# retention backup tls postgres webhook. slow is store on a disk whose every sync takes 1 ms longer.
# --quick takes smaller files and shorter turns: enough to see that all is well, not for figures one would quote.
# Memory and starts are measured of the program as it goes to a server (the profile dist, without the sandbox), the
# rest of the release build. Ratios within one run mean something; absolute times are of this machine.
#
# NEUROCARDS_BENCH_DIR names a directory on the disk that is to be measured; else the system's for temporary files.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

PARTS=(store slow flow pickup memory restart growth operator retention backup tls postgres webhook)

fail() {
    printf 'bench.sh: %s\n' "$*" >&2
    exit 1
}

quick='' parts=()
for word in "$@"; do
    case $word in
    --quick) quick=1 ;;
    -h | --help)
        sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
        exit
        ;;
    -*) fail "there is no option $word; there is --quick" ;;
    *)
        [[ " ${PARTS[*]} " == *" $word "* ]] || fail "there is no part $word; there are: ${PARTS[*]}"
        parts+=("$word")
        ;;
    esac
done
[ "${#parts[@]}" -gt 0 ] || parts=("${PARTS[@]}")
wanted() {
    [[ " ${parts[*]} " == *" $1 "* ]]
}

if ! command -v cargo >/dev/null && [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ]; then
    PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
fi
command -v cargo >/dev/null || fail 'there is no Rust toolchain: install it with https://rustup.rs'
target=${CARGO_TARGET_DIR:-$PWD/target}
out=$target/bench
mkdir -p "$out"
out=$(cd "$out" && pwd)
export NEUROCARDS_BENCH_OUT=$out
if [ -n "$quick" ]; then
    export NEUROCARDS_BENCH_JOBS=${NEUROCARDS_BENCH_JOBS:-100000}
    export NEUROCARDS_BENCH_UPDATES=${NEUROCARDS_BENCH_UPDATES:-20000}
    export NEUROCARDS_BENCH_FLIGHT=${NEUROCARDS_BENCH_FLIGHT:-2000}
    export NEUROCARDS_BENCH_SECONDS=${NEUROCARDS_BENCH_SECONDS:-3}
fi

# Everything is built before anything is measured.
benches=()
for part in "${parts[@]}"; do
    case $part in
    postgres | webhook) ;;
    slow) benches+=(--bench store) ;;
    *) benches+=(--bench "$part") ;;
    esac
done
cargo bench --locked --no-run --bench report "${benches[@]}"
shipped=''
if wanted memory || wanted restart; then
    cargo build --locked --profile dist --no-default-features
    shipped=$(cd "$target" && pwd)/dist/neurocards
fi

# How long the disk takes to keep 4 KiB, the median of 200, in ms.
sync_time() {
    local dir=${NEUROCARDS_BENCH_DIR:-${TMPDIR:-/tmp}}
    python3 - "$dir" <<'EOF'
import os, sys, tempfile, time
times = []
with tempfile.NamedTemporaryFile(dir=sys.argv[1]) as file:
    for _ in range(200):
        begun = time.perf_counter()
        os.write(file.fileno(), b"7" * 4096)
        os.fdatasync(file.fileno())
        times.append(time.perf_counter() - begun)
print(f"{sorted(times)[100] * 1e3:.2f}")
EOF
}
facts() {
    local cpu memory
    cpu=$(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1)
    memory=$(awk '/^MemTotal/ { printf "%.0f", $2 / 1e6 }' /proc/meminfo)
    printf '%s, commit %s%s, %s.\n' "$(date -u '+%Y-%m-%d %H:%M UTC')" "$(git rev-parse --short HEAD)" \
        "$(git diff --quiet HEAD || echo ' with changes')" "$(rustc --version)"
    printf '%s cores of %s, %s GB, Linux %s; a 4 KiB write and fdatasync takes %s ms.\n' \
        "$(nproc)" "${cpu:-an unnamed processor}" "$memory" "$(uname -r)" "$(sync_time)"
    printf 'Load of the machine before the first part: %s. By `scripts/bench.sh%s`.\n' \
        "$(cut -d ' ' -f 1 /proc/loadavg)" "${*:+ $*}"
}
facts "$@" >"$out/facts"
# What of an earlier run is not measured now stays in the report, with its own command.
touch "$out/commands"

run() {
    local part=$1
    shift
    printf '\n==> %s\n' "$part"
    sed -i "/^$part\t/d" "$out/commands"
    printf '%s\t%s\n' "$part" "$*" >>"$out/commands"
    "$@" 2>&1 | tee "$out/$part.out" || failed+=("$part")
}

failed=()
for part in "${parts[@]}"; do
    case $part in
    memory | restart)
        export NEUROCARDS_BENCH_BINARY=$shipped
        run "$part" cargo bench --locked --bench "$part"
        unset NEUROCARDS_BENCH_BINARY
        ;;
    slow) run "$part" env NEUROCARDS_BENCH_SYNC_MS=1 cargo bench --locked --bench store ;;
    tls) run "$part" scripts/bench-tls.sh ;;
    postgres | webhook)
        # They write their tables themselves: target/bench/NAME.md.
        if [ -x "scripts/bench-$part.sh" ]; then
            printf '\n==> %s\n' "$part"
            "scripts/bench-$part.sh" || failed+=("$part")
        fi
        ;;
    *) run "$part" cargo bench --locked --bench "$part" ;;
    esac
done

printf '\n==> report\n'
cargo bench --locked --bench report
[ "${#failed[@]}" -eq 0 ] || fail "these parts failed: ${failed[*]}"
