#!/usr/bin/env bash
# Says what to do when the Swift toolchain is absent or too old.
set -euo pipefail

if ! command -v swift >/dev/null; then
    echo "The Swift toolchain is not on the PATH. Install Swift 6.1 or newer: https://www.swift.org/install" >&2
    exit 1
fi
version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -1)
if ! printf '6.1\n%s\n' "$version" | sort --version-sort --check=quiet; then
    echo "Swift $version is too old; Isocenter needs 6.1 or newer: https://www.swift.org/install" >&2
    exit 1
fi
