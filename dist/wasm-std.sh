#!/bin/sh
# Gives Debian's Rust a standard library for wasm32-unknown-unknown, once per machine (about a minute of
# one core). Needs root. For machines where `rustup target add wasm32-wasip2` is not possible.
set -eu
command -v wasm-ld-22 >/dev/null && [ -x /usr/bin/cargo ] && [ -d /usr/lib/rustlib/src/rust ] ||
  apt-get install -y --no-install-recommends rustc-web cargo-web rust-web-src lld-22 >/dev/null
lib=/usr/lib/rustlib/wasm32-unknown-unknown/lib
[ ! -e "$lib" ] || exit 0
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"; mkdir src; : > src/lib.rs
printf '[package]\nname="mkstd"\nversion="0.0.0"\nedition="2024"\n[workspace]\n' > Cargo.toml
CARGO_TARGET_DIR=$dir/target RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc RUSTC_BOOTSTRAP=1 \
  RUSTFLAGS="-Cembed-bitcode=yes" /usr/bin/cargo build --release \
  --target wasm32-unknown-unknown -Zbuild-std=std,panic_abort
mkdir -p "$lib.new"
find target/wasm32-unknown-unknown/release/ -name 'lib*.rlib' ! -name 'libmkstd*' -exec cp {} "$lib.new/" \;
mv "$lib.new" "$lib"
