#!/usr/bin/env bash
# Fetches the tools that tests use, once for a machine: act, actionlint and a registry in memory by Go, zizmor by pip; by apt-get
# programs that write archives, a browser, and Prometheus' promtool.
# Where one cannot be had, its test says that it was skipped; on a GitHub runner that is an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/runbook-drill
bin=$cache/bin
mkdir -p "$bin"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

missing() {
  echo "setup: $1 could not be had; its test will be skipped:" >&2
  tail -n 3 "$log" >&2
  [ "${GITHUB_ACTIONS:-}" != true ]
}

by_go() {
  local name=$1 module=$2
  [ ! -x "$bin/$name" ] || return 0
  command -v go > /dev/null || { echo 'no go' > "$log"; missing "$name"; return; }
  echo "setup: building $name with go" >&2
  GOBIN=$bin go install "$module" 2> "$log" || missing "$name"
}

by_pip() {
  local name=$1 version=$2
  [ ! -x "$bin/$name" ] || return 0
  command -v python3 > /dev/null || { echo 'no python3' > "$log"; missing "$name"; return; }
  echo "setup: installing $name with pip" >&2
  { python3 -m venv "$cache/$name" && "$cache/$name/bin/pip" install --quiet "$name==$version" && ln -sf "$cache/$name/bin/$name" "$bin/$name"; } > "$log" 2>&1 || missing "$name"
}

# By the paths at which the tests run them.
by_apt() {
  local program=$1
  shift
  [ ! -x "$program" ] || return 0
  echo 'only root can install it, with apt-get' > "$log"
  if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then missing "$program"; return; fi
  echo "setup: installing $* with apt-get" >&2
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends "$@" > "$log" 2>&1 || missing "$program"
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

# What no registry has is built with it, in hosts and images too.
. scripts/go-path.sh
command -v go > /dev/null || by_apt /usr/bin/go golang-go
by_apt /usr/bin/python3 python3
by_apt /usr/bin/gpg gnupg
by_apt /usr/bin/zstd zstd
by_apt /usr/bin/xz xz-utils
by_apt /usr/bin/bzip2 bzip2
by_apt /usr/bin/zip zip
command -v chromium > /dev/null || command -v google-chrome > /dev/null || by_apt /usr/bin/chromium chromium fonts-dejavu-core
promtool
by_go act github.com/nektos/act@v0.2.89
by_go actionlint github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
by_go registry github.com/google/go-containerregistry/cmd/registry@v0.20.6
by_pip zizmor 1.32.0
