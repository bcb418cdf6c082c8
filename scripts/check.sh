#!/usr/bin/env bash
# All checks, from any directory, on a bare Debian or Ubuntu machine with a Rust toolchain.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
    printf 'check.sh: %s\n' "$*" >&2
    exit 1
}

step_name='' step_began=$SECONDS step_times=() scratch=''
begin() {
    step_name=$1 step_began=$SECONDS
    printf '\n==> %s\n' "$step_name"
}
end() {
    local line
    printf -v line '%5d s  %s' "$((SECONDS - step_began))" "$step_name"
    step_times+=("$line")
    step_name=''
}
# What each step took, whatever has become of the last one.
finish() {
    [ -z "$step_name" ] || step_times+=("$(printf '%5d s  %s (failed)' "$((SECONDS - step_began))" "$step_name")")
    printf '\n'
    printf '%s\n' "${step_times[@]}"
    printf '%5d s  in all\n' "$SECONDS"
    [ -z "$scratch" ] || rm -rf "$scratch"
}
trap finish EXIT

# Installs the packages given, or says how.
install() {
    local command=(env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@")
    local elevate=()
    if ! command -v apt-get >/dev/null; then
        fail "install these with your package manager: $*"
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
            elevate=(sudo -n)
        else
            fail "run this and try again: sudo apt-get update && sudo apt-get install -y $*"
        fi
    fi
    "${elevate[@]}" apt-get update -q
    "${elevate[@]}" "${command[@]}"
}

begin 'machine'
# rustup keeps cargo where a bare shell does not look.
if ! command -v cargo >/dev/null && [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ]; then
    PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
fi
command -v cargo >/dev/null ||
    fail "there is no Rust toolchain: install it with https://rustup.rs and try again"
for part in fmt clippy; do
    cargo "$part" --version >/dev/null 2>&1 ||
        fail "cargo $part is missing: rustup component add rustfmt clippy"
done
missing=()
command -v cc >/dev/null || missing+=(gcc libc6-dev)
# libFuzzer is C++; nothing of the program is.
command -v c++ >/dev/null || missing+=(g++)
if ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null; then
    missing+=(chromium)
fi
command -v chromedriver >/dev/null || missing+=(chromium-driver)
# Metrics are scraped by a real Prometheus, which also judges rules and texts (tests/metrics, tests/stories).
if ! command -v prometheus >/dev/null || ! command -v promtool >/dev/null; then
    missing+=(prometheus)
fi
# Certificates are tried against an ACME server and with foreign clients (tests/acme).
command -v pebble >/dev/null || missing+=(pebble)
command -v curl >/dev/null || missing+=(curl)
command -v openssl >/dev/null || missing+=(openssl)
# The units are judged by systemd's own tools, and a server to deploy to is an sshd on this machine.
command -v systemd-analyze >/dev/null || missing+=(systemd)
[ -x /usr/sbin/sshd ] || missing+=(openssh-server)
command -v ssh >/dev/null || missing+=(openssh-client)
command -v python3 >/dev/null || missing+=(python3)
# The manual's pages are set, and must be set without a warning (tests/commands.rs).
command -v groff >/dev/null || missing+=(groff)
if [ "${#missing[@]}" -gt 0 ]; then
    install "${missing[@]}"
fi
cargo --version
end

# Nobody builds twice where checks run in a clean clone, and what would help a second build takes ten gigabytes.
if [ -n "${CI:-}" ]; then
    export CARGO_INCREMENTAL=0
fi

begin 'cargo fmt'
cargo fmt --check
# A crate that is new here is new there, too; said now, and not after everything else.
cargo metadata --locked --manifest-path fuzz/Cargo.toml --format-version 1 >/dev/null ||
    fail 'fuzz/Cargo.lock is behind: cargo metadata --manifest-path fuzz/Cargo.toml >/dev/null'
end

# Those that compare us with others take minutes and other people's servers: here they are only read.
begin 'scripts'
for script in scripts/*.sh; do
    bash -n "$script"
done
python3 - benches/peers/aiogram/bot.py <<'EOF'
import ast, sys
ast.parse(open(sys.argv[1]).read())
EOF
rustfmt --edition 2024 --check benches/peers/teloxide/main.rs
cargo metadata --locked --manifest-path benches/peers/teloxide/Cargo.toml --format-version 1 >/dev/null ||
    fail 'benches/peers/teloxide/Cargo.lock is behind'
end

begin 'cargo clippy'
cargo clippy --all-targets --locked -- -D warnings
end

# What goes to a server has no sandbox.
begin 'cargo clippy, as for a server'
cargo clippy --no-default-features --locked -- -D warnings
end

begin 'cargo doc'
RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --locked
end

# Built in one go, so that what a build and what a run takes is told apart.
begin 'building the tests'
cargo test --locked --no-run
end

begin 'tests'
# Stories wait for disks and sockets as well: some more at once than there are processors.
at_once=$(($(nproc) + 1))
if cargo nextest --version >/dev/null 2>&1; then
    cargo test --locked --doc
    cargo nextest run --locked --no-fail-fast --test-threads "$at_once"
else
    RUST_TEST_THREADS=$at_once cargo test --locked --no-fail-fast
fi
end

begin 'the sandbox story'
scratch=$(mktemp -d)
cargo run --quiet --locked -- sandbox --story --out "$scratch/videos" | tee "$scratch/story"
tail -n 1 "$scratch/story" |
    grep -qx 'story: ordered 3, delivered 2, refused 1, spent 2, balance 3' ||
    fail 'the story did not end as the spec tells it'
end

# A minute in all; a longer run is scripts/fuzz.sh with the seconds for each target.
begin 'fuzzing'
scripts/fuzz.sh
end

# Bans and licences are among the tests (tests/supply.rs); advisories need a tool of their own.
begin 'advisories'
if cargo deny --version >/dev/null 2>&1; then
    cargo deny --locked check --config .ci/deny.toml
else
    echo 'cargo-deny is not installed: not looked up'
fi
end

printf '\nall checks passed\n'
