#!/usr/bin/env bash
# Builds what is copied to a server: target/dist-out, with the binary, its checksum, its bill of materials, the units
# and the configuration. scripts/deploy.sh takes it from there.
#
# The binary asks for nothing but glibc 2.17 (2012) on x86-64: every Debian, Ubuntu, Fedora, RHEL or SUSE of the last
# eight years. It is linked by zig, which brings the symbols of old glibcs along (cargo-zigbuild), on a system however
# new. A wholly static binary would run on Alpine, too, but glibc's resolver in it loads the host's plugins into a
# program that was not built for them, which has crashed (rust-lang/rust#100711). The sandbox stays out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The oldest glibc, and the tools that link for it; both are Python packages.
GLIBC=2.17
TOOLS=(cargo-zigbuild==0.24.0 ziglang==0.17.1)
TRIPLE=x86_64-unknown-linux-gnu

fail() {
    printf 'build.sh: %s\n' "$*" >&2
    exit 1
}

if ! command -v cargo >/dev/null && [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ]; then
    PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
fi
for tool in cargo python3 readelf sha256sum; do
    command -v "$tool" >/dev/null || fail "$tool is missing; see README.md"
done

target=${CARGO_TARGET_DIR:-$PWD/target}
mkdir -p "$target"
target=$(cd "$target" && pwd)
export CARGO_TARGET_DIR=$target
tools=$target/build-tools
if ! "$tools/bin/pip" freeze 2>/dev/null | grep -qxF "${TOOLS[0]}"; then
    python3 -m venv "$tools" || fail 'python3 has no venv: apt-get install python3-venv'
    "$tools/bin/pip" install --quiet --disable-pip-version-check "${TOOLS[@]}"
fi
if command -v rustup >/dev/null; then
    rustup target list --installed | grep -qx "$TRIPLE" || rustup target add "$TRIPLE"
fi

# The same sources give the same bytes, wherever they lie.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH
home=${CARGO_HOME:-$HOME/.cargo}
RUSTFLAGS="--remap-path-prefix=$PWD=neurocards --remap-path-prefix=$target=target"
RUSTFLAGS+=" --remap-path-prefix=$home=cargo --remap-path-prefix=$(rustc --print sysroot)=rust"
export RUSTFLAGS
export CFLAGS="-ffile-prefix-map=$home=cargo -ffile-prefix-map=$target=target"
PATH="$tools/bin:$PATH" cargo zigbuild --locked --profile dist --no-default-features --target "$TRIPLE.$GLIBC"
built=$target/$TRIPLE/dist/neurocards

# What was promised is looked at, not hoped for.
newest=$(readelf --version-info "$built" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1)
[ "$(printf 'GLIBC_%s\n%s\n' "$GLIBC" "$newest" | sort -V | tail -n 1)" = "GLIBC_$GLIBC" ] ||
    fail "the binary asks for $newest, not for GLIBC_$GLIBC at most"
foreign=$(readelf --dynamic "$built" | sed -n 's/.*NEEDED.*\[\(.*\)\].*/\1/p' |
    grep -Ev '^(libc|libm|libdl|libpthread|librt|ld-linux-x86-64)\.so' || true)
[ -z "$foreign" ] || fail "the binary asks for $foreign"
for path in "$PWD" "$target" "$home"; do
    ! grep -qF "$path/" "$built" || fail "the binary names $path"
done

out=$target/dist-out
rm -rf "$out"
mkdir "$out"
install -m 0755 "$built" "$out/neurocards"
install -m 0755 scripts/install.sh "$out"
install -m 0644 neurocards.service data/systemd/*.socket data/neurocards.toml "$out"
scripts/sbom.py >"$out/neurocards.cdx.json"
(cd "$out" && sha256sum -- * >neurocards.sha256)

printf '\n%s\n' "$out:"
ls -l "$out"
printf 'newest symbol: %s\n' "$newest"
