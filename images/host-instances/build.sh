#!/usr/bin/env bash
# Leaves the program that serves Incus' storage buckets, which Debian has not, where the Incus host finds it. Minutes the
# first time; Go's own cache makes the next one quick.
set -euo pipefail
cd "$(dirname "$0")"
export CGO_ENABLED=0 GOBIN=$PWD/incus/usr/local/bin
mkdir -p "$GOBIN"
go install -trimpath -ldflags='-s -w' github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c
