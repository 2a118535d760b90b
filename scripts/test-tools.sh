#!/usr/bin/env bash
# Fetches the tools that tests of workflows and of artefacts use, once for a machine: act and actionlint by Go, zizmor by pip,
# programs that write archives by apt-get.
# Where one cannot be had, its test says that it was skipped; on a GitHub runner that is an error.
set -euo pipefail
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
  local program=$1 package=$2
  [ ! -x "$program" ] || return 0
  echo 'only root can install it, with apt-get' > "$log"
  if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then missing "$program"; return; fi
  echo "setup: installing $package with apt-get" >&2
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends "$package" > "$log" 2>&1 || missing "$program"
}

by_apt /usr/bin/python3 python3
by_apt /usr/bin/gpg gnupg
by_apt /usr/bin/zstd zstd
by_apt /usr/bin/xz xz-utils
by_apt /usr/bin/bzip2 bzip2
by_apt /usr/bin/zip zip
by_go act github.com/nektos/act@v0.2.89
by_go actionlint github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
by_pip zizmor 1.32.0
