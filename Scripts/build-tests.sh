#!/usr/bin/env bash
# Builds the tests and the program in debug mode; a warning in our own code is a failure.
set -euo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift build --build-tests 2>&1 | tee "$log"
if grep --extended-regexp "^$PWD/(Sources|Tests)/.*: warning:" "$log"; then
    echo "The build has warnings (above)." >&2
    exit 1
fi
