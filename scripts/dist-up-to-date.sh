#!/usr/bin/env bash
# dist/ is what the Action runs: it must be what src/ builds to, byte for byte.
set -euo pipefail
cd "$(dirname "$0")/.."
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
rolldown -c --dir "$fresh/dist" > "$fresh/log"
if ! diff -rq "$fresh/dist" dist; then
  echo "dist/ is not what src/ builds to. Next: npm run build, and commit dist/." >&2
  exit 1
fi
