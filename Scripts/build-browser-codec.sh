#!/usr/bin/env bash
# Compiles the codec of Sources/HTJ2K to WebAssembly with SIMD (Embedded Swift; the toolchain alone) and puts
# htj2k.wasm, htj2k.js and the demo page into .build/browser, or the folder that is named.
set -euo pipefail
cd "$(dirname "$0")/.."
output=${1:-.build/browser}
mkdir -p "$output"
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT

toolchain=$(dirname "$(readlink -f "$(command -v swiftc)")")
features=(-msimd128 -mbulk-memory -mnontrapping-fptoint -msign-ext)
importer=()
for feature in "${features[@]}"; do importer+=(-Xcc "$feature"); done
compile() {
    swiftc -target wasm32-unknown-none-wasm -enable-experimental-feature Embedded -wmo -parse-as-library \
        -swift-version 6 -package-name isocenter -module-name HTJ2K "${importer[@]}" "$@"
}

# The loops that take the time are compiled for speed, all else for size: the linker takes the first of two definitions.
mapfile -t kernels < <(find Sources/HTJ2K/Kernels -name '*.swift' | sort)
mapfile -t sources < <(find Sources/HTJ2K -name '*.swift' | sort)
compile -O "${kernels[@]}" -c -o "$objects/kernels.o"
compile -Osize -Xllvm -inline-threshold=0 "${sources[@]}" Browser/*.swift -c -o "$objects/codec.o"
"$toolchain/clang" --target=wasm32-unknown-none-wasm -O2 -ffreestanding -nostdlib "${features[@]}" -Wall -Werror \
    -c Browser/runtime.c -o "$objects/runtime.o"
# The stack comes first, so that one too deep traps instead of writing over data.
"$toolchain/wasm-ld" --no-entry --gc-sections --strip-all --compress-relocations --allow-multiple-definition -O2 \
    --stack-first -z stack-size=262144 --max-memory=4294967296 \
    "$objects/kernels.o" "$objects/codec.o" "$objects/runtime.o" -o "$output/htj2k.wasm"
cp Browser/htj2k.js Browser/demo.html "$output/"
