#!/usr/bin/env bash
# `npm run drill -- OPTION…`: sets the machine up for the environment that the options name, and drills the example.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash scripts/setup.sh "$@"
. scripts/go-path.sh
exec node dist/cli.js run fixtures/raspberry-pi/drill.yaml "$@"
