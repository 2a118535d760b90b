#!/usr/bin/env bash
# Programs that read reports, for tests: a browser, and Prometheus' promtool. Where they cannot be had, the tests that need them say SKIPPED.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
say() { printf 'setup: %s\n' "$*" >&2; }
command -v apt-get > /dev/null || exit 0

if ! command -v chromium > /dev/null && [ "$(id -u)" = 0 ]; then
  say 'installing chromium with apt-get'
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends chromium fonts-dejavu-core > /dev/null 2>&1 || say 'chromium could not be installed'
fi

# Unpacked only: installing the package would start a server.
folder=node_modules/.cache/promtool
if ! command -v promtool > /dev/null && [ ! -x "$folder/usr/bin/promtool" ]; then
  say 'unpacking promtool from the Debian package'
  mkdir -p "$folder"
  (cd "$folder" && apt-get download prometheus > /dev/null 2>&1 && dpkg-deb --extract prometheus_*.deb . && rm prometheus_*.deb usr/bin/prometheus) || say 'promtool could not be had'
fi
