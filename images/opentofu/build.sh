#!/usr/bin/env bash
# Leaves the program `tofu` beside this script. Minutes the first time; Go's own cache makes the next one quick.
set -euo pipefail
cd "$(dirname "$0")"
version=1.12.6
# `go install` refuses a module with replace lines: it is built where its source lies, as the main module.
go mod download "github.com/opentofu/opentofu@v$version"
CGO_ENABLED=0 go build -C "$(go env GOMODCACHE)/github.com/opentofu/opentofu@v$version" -trimpath -buildvcs=false \
  -ldflags='-s -w -X github.com/opentofu/opentofu/version.dev=no' -o "$PWD/tofu" ./cmd/tofu
