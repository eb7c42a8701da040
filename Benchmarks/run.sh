#!/usr/bin/env bash
# Runs the benchmarks named; when none is: frames, stow, metadata, image_sets, events, memory, search, tiers, codec,
# importing. By name only: jobs (20 GB), jobs_s3 (40 GB).
#
# Prints a table and appends a record to Benchmarks/RECORD.md. Measures .build/release/isocenter, or the program that
# ISOCENTER_BINARY names. Needs some 3 GB in the temporary folder; listens on 127.0.0.1 only; leaves nothing behind.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
for package in nginx-light wrk openssl python3-venv nodejs orthanc orthanc-dicomweb; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ "$status" == "installed" ]] || missing+=("$package")
done
if [[ ${#missing[@]} -gt 0 ]]; then
    sudo=""
    [[ $EUID -eq 0 ]] || sudo="sudo"
    echo "Installing Debian packages: ${missing[*]}"
    # Debian starts nginx and Orthanc when it installs them; here they are only programs to compare with.
    masks=()
    for service in nginx orthanc; do
        command -v systemctl >/dev/null && [[ " ${missing[*]} " == *" $service"* ]] || continue
        $sudo systemctl --quiet mask "$service.service" 2>/dev/null && masks+=("$service.service")
    done
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}"
    [[ ${#masks[@]} -eq 0 ]] || $sudo systemctl --quiet unmask "${masks[@]}"
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
