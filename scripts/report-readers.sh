#!/usr/bin/env bash
# Fetches the programs that tests read reports with, once for a machine: a browser, and Prometheus' promtool.
# Where one cannot be had, its test says that it was skipped; on a GitHub runner that is an error.
set -euo pipefail
bin=${XDG_CACHE_HOME:-$HOME/.cache}/runbook-drill/bin
mkdir -p "$bin"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

missing() {
  echo "setup: $1 could not be had; its test will be skipped:" >&2
  tail -n 3 "$log" >&2
  [ "${GITHUB_ACTIONS:-}" != true ]
}

browser() {
  if command -v chromium > /dev/null || command -v google-chrome > /dev/null; then return 0; fi
  echo 'only root can install it, with apt-get' > "$log"
  if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then missing chromium; return; fi
  echo 'setup: installing chromium with apt-get' >&2
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends chromium fonts-dejavu-core > "$log" 2>&1 || missing chromium
}

# Taken out of its package: installing that would start a server.
promtool() {
  if [ -x "$bin/promtool" ]; then return 0; fi
  echo 'no apt-get' > "$log"
  command -v apt-get > /dev/null || { missing promtool; return; }
  echo 'setup: taking promtool out of its Debian package' >&2
  local folder
  folder=$(mktemp -d)
  { (cd "$folder" && apt-get download prometheus && dpkg-deb --extract prometheus_*.deb .) && mv "$folder/usr/bin/promtool" "$bin/promtool"; } > "$log" 2>&1 || missing promtool
  rm -rf "$folder"
}

browser
promtool
