#!/usr/bin/env bash
# All that CI checks, in the order in which a mistake is cheapest to find.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh
. scripts/go-path.sh
# Hosts that are system containers, where their servers can be had: else these tests say that they are skipped.
for environment in lxd incus; do
  bash scripts/setup.sh --environment "$environment" || echo "setup: tests of the environment $environment will be skipped" >&2
done
bash scripts/test-tools.sh
# Set-up may just have installed Node's own package: it goes first from here on.
export PATH="$PWD/node_modules/.bin:$PATH"

section() { printf '\n== %s\n' "$*"; }
section lint
oxlint --deny-warnings
section types
tsc --noEmit
section 'generated tables'
node scripts/readme-tables.ts --check
section 'dist up to date'
bash scripts/dist-up-to-date.sh
section 'unit and integration'
vitest run --reporter=default
