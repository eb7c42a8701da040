#!/usr/bin/env bash
# Runs the benchmarks named; when none is: frames, stow, metadata, image_sets, memory, search, codec. By name only: jobs (20 GB).
#
# Prints a table and appends a record to Benchmarks/RECORD.md. Measures .build/release/isocenter, or the program that
# ISOCENTER_BINARY names. Needs some 3 GB in the temporary folder; listens on 127.0.0.1 only; leaves nothing behind.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
for package in nginx-light wrk openssl python3-venv; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ "$status" == "installed" ]] || missing+=("$package")
done
if [[ ${#missing[@]} -gt 0 ]]; then
    sudo=""
    [[ $EUID -eq 0 ]] || sudo="sudo"
    echo "Installing Debian packages: ${missing[*]}"
    # Debian starts nginx when it installs it; here it is only a program to compare with.
    masks=""
    if command -v systemctl >/dev/null && [[ " ${missing[*]} " == *" nginx-light "* ]]; then
        $sudo systemctl --quiet mask nginx.service 2>/dev/null && masks=1
    fi
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}"
    [[ -z "$masks" ]] || $sudo systemctl --quiet unmask nginx.service
fi

environment=.build/python
stamp=$environment/.benchmarks
if ! cmp --silent Benchmarks/requirements.txt "$stamp"; then
    echo "Making the Python environment of the benchmarks in $environment"
    [[ -x $environment/bin/python ]] || python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check --requirement Benchmarks/requirements.txt
    cp Benchmarks/requirements.txt "$stamp"
fi
exec "$environment/bin/python" -B Benchmarks/run.py "$@"
