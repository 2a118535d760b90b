# shell library: a Go toolchain on PATH from where its own installer puts it, which not every shell looks into.
if ! command -v go > /dev/null && [ -x /usr/local/go/bin/go ]; then export PATH="$PATH:/usr/local/go/bin"; fi
