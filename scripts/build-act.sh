#!/usr/bin/env bash
# Builds `act`, which runs the Action as a workflow does, once for a machine. Where there is no Go, its test says that it was skipped.
set -euo pipefail
version=v0.2.89
folder=${XDG_CACHE_HOME:-$HOME/.cache}/runbook-drill/bin
if [ -x "$folder/act" ] || ! command -v go > /dev/null; then exit 0; fi
echo "setup: building act $version with go (about a minute)" >&2
mkdir -p "$folder"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
GOBIN=$folder go install "github.com/nektos/act@$version" 2> "$log" || { echo "setup: act could not be built; its test will be skipped:" >&2; tail -n 3 "$log" >&2; }
