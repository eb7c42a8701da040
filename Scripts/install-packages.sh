#!/usr/bin/env bash
# Installs the Debian packages that are missing. With --tests also those that only the tests need.
set -euo pipefail

packages=(
    make libsqlite3-dev zlib1g-dev libdeflate-dev libseccomp-dev
    libjpeg62-turbo-dev libcharls-dev libopenjp2-7-dev libjxl-dev libgdcm-dev
)
if [[ "${1:-}" == "--tests" ]]; then
    packages+=(python3 python3-venv curl openssl dcmtk libjxl-tools libopenjp2-tools openjph-tools nodejs chromium)
fi

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ "$status" == "installed" ]] || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

sudo=""
if [[ $EUID -ne 0 ]]; then
    if ! command -v sudo >/dev/null; then
        echo "These Debian packages are missing: ${missing[*]}" >&2
        echo "Install them as root, then run this again:  apt-get install ${missing[*]}" >&2
        exit 1
    fi
    sudo="sudo"
fi
echo "Installing Debian packages: ${missing[*]}"
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}"
