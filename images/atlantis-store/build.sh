#!/usr/bin/env bash
# Leaves the program `atlantis-store` beside this script. Seconds.
set -euo pipefail
cd "$(dirname "$0")/module"
CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags='-s -w' -o ../atlantis-store .
