#!/usr/bin/env bash
# Leaves the program `minio` beside this script. Minutes the first time; Go's own cache makes the next one quick.
set -euo pipefail
cd "$(dirname "$0")"
GOBIN="$PWD" CGO_ENABLED=0 go install -trimpath -ldflags='-s -w' github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c
