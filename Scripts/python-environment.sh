#!/usr/bin/env bash
# Makes the Python environment of the end-to-end tests and of examples/ in .build/python, once per requirements file.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
environment="$root/.build/python"
requirements="$root/Tests/EndToEnd/requirements.txt"
stamp="$environment/.installed"

if [[ -f "$stamp" ]] && cmp --silent "$requirements" "$stamp"; then
    exit 0
fi
echo "Making the Python environment of the tests in $environment"
python3 -m venv "$environment"
"$environment/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
cp "$requirements" "$stamp"
