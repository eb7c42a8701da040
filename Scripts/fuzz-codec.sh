#!/usr/bin/env bash
# Feeds mutated codestreams to the codec (libFuzzer, address sanitiser) for some seconds; fails when it traps, reads
# beyond its memory, takes too long or too much.
#
#     fuzz-codec.sh [seconds, 25 when left out] [folders of more codestreams…]
#
# Starts from Fuzzing/corpus, which it does not change. What it finds new goes to .build/fuzz/corpus, an input that
# fails to .build/fuzz/; `.build/fuzz/fuzzer FILE` runs one again.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-25}
shift || true

build=.build/fuzz
mkdir -p "$build/corpus"
mapfile -t sources < <(find Sources/HTJ2K -name '*.swift' | sort)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The linker warns of each of the sanitiser's own symbols.
swiftc -O -gline-tables-only -wmo -parse-as-library -swift-version 6 -package-name isocenter -module-name CodestreamFuzzer \
    -sanitize=fuzzer,address "${sources[@]}" Fuzzing/CodestreamFuzzer.swift -o "$build/fuzzer" >"$log" 2>&1 \
    || { cat "$log" >&2; exit 1; }
seeds=(Fuzzing/corpus)
for folder in "$@" ../shared/data/htj2k/codestreams/htj2k ../shared/data/htj2k/codestreams/htj2k-wg04; do
    [[ -d "$folder" ]] && seeds+=("$folder")
done
"$build/fuzzer" -max_total_time="$seconds" -max_len=20000 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$build/" "$build/corpus" "${seeds[@]}"
