#!/usr/bin/env bash
# Compiles the loops of the codec as the module for AVX2 and fails when it holds functions that the linker may share with
# other modules and that use more than any x86-64 processor offers: they could then run where they must not.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ $(uname -m) == x86_64 ]] || exit 0

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
toolchain=$(dirname "$(readlink -f "$(command -v swiftc)")")
mapfile -t sources < <(find Sources/HTJ2K/Kernels -name '*.swift' | sort)
swiftc -O -wmo -parse-as-library -swift-version 6 -package-name isocenter -module-name HTJ2KAVX2 \
    -Xcc -mavx2 -Xcc -mbmi -Xcc -mbmi2 -Xcc -mlzcnt "${sources[@]}" -emit-object -o "$folder/kernels.o"

# Weak functions whose names are not of this module.
mapfile -t shared < <("$toolchain/llvm-nm" --defined-only "$folder/kernels.o" | awk '$2 == "W" { print $3 }' \
    | grep --invert-match HTJ2KAVX2 || true)
for name in "${shared[@]}"; do
    "$toolchain/llvm-objdump" --disassemble --no-show-raw-insn --disassemble-symbols="$name" "$folder/kernels.o"
done >"$folder/listing"
if grep --extended-regexp '%ymm|%zmm|[[:space:]](v[a-z]+|[a-z]*(bzhi|pdep|pext|lzcnt|tzcnt|andn|blsr|blsi|shlx|shrx|sarx|rorx|mulx))[a-z]*[[:space:]]' \
    "$folder/listing"; then
    echo "The module for AVX2 shares code that older processors cannot run (above)." >&2
    exit 1
fi
"$toolchain/llvm-objdump" --disassemble --no-show-raw-insn "$folder/kernels.o" >"$folder/listing"
grep --quiet '%ymm' "$folder/listing" || { echo "The module for AVX2 does not use AVX2." >&2; exit 1; }
echo "The module for AVX2 shares ${#shared[@]} functions, none of which needs AVX2."
