#!/usr/bin/env bash
# Brings a machine to where drills and tests can run: npm packages, Git, a Docker engine that answers; with
# `--environment lxd` or `incus` that one too.
# Run as often as you like; when all is there it takes a fraction of a second and says nothing.
# Exit 3: something is missing that only you can install; the message says what.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'setup: %s\n' "$*" >&2; }
cannot() { say "$*"; exit 3; }
may_install() { [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; }

# One set-up at a time on a machine: two at once would meet in npm, apt and dockerd.
exec 9> "${TMPDIR:-/tmp}/runbook-drill-setup-$(id -u).lock"
flock 9

apt_install() {
  say "installing $* with apt-get"
  local log
  log=$(mktemp)
  # The package lists may be absent or old: only then are they fetched.
  if ! DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@" > "$log" 2>&1 9>&-; then
    apt-get update >> "$log" 2>&1 9>&- || true
    if ! DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@" >> "$log" 2>&1 9>&-; then
      tail -n 20 "$log" >&2
      rm -f "$log"
      cannot "apt-get could not install: $*. Install them by hand, then run this again."
    fi
  fi
  rm -f "$log"
}

# answers_at SOCKET PATH: does a server answer there with 200?
answers_at() {
  [ -S "$1" ] || return 1
  node -e '
    const request = require("node:http").get({ socketPath: process.argv[1], path: process.argv[2], headers: { host: "local" }, timeout: 5000 }, (answer) => process.exit(answer.statusCode === 200 ? 0 : 1));
    request.on("error", () => process.exit(1));
    request.on("timeout", () => process.exit(1));' "$1" "$2"
}

# start_daemon UNIT CHECK COMMAND…: starts what serves, and waits half a minute until CHECK says that it does.
start_daemon() {
  local unit=$1 check=$2 program=${3##*/} tries
  local log=/var/log/runbook-drill-$program.log
  shift 2
  if [ -d /run/systemd/system ]; then
    systemctl start "$unit" || true
  else
    say "starting $program (its log: $log)"
    setsid "$@" >> "$log" 2>&1 < /dev/null 9>&- &
    disown
  fi
  for ((tries = 0; tries < 60; tries++)); do
    if "$check"; then return; fi
    sleep 0.5
  done
  [ ! -e "$log" ] || tail -n 5 "$log" >&2
  cannot "$program was started and does not answer. See $log or journalctl -u $unit."
}

. scripts/instance-servers.sh

npm_packages() {
  local wanted stamp=node_modules/.runbook-drill-lock
  wanted=$(sha256sum package-lock.json)
  if [ "$(cat "$stamp" 2> /dev/null)" = "$wanted" ]; then return; fi
  command -v npm > /dev/null || cannot 'npm is missing: install Node.js 20 or newer with npm.'
  say 'installing npm packages'
  npm ci --no-audit --no-fund --loglevel=error 9>&- || cannot 'npm ci failed: see above.'
  printf '%s\n' "$wanted" > "$stamp"
}

git_program() {
  if command -v git > /dev/null; then return; fi
  may_install || cannot 'git is missing: install it (apt-get install git, as root).'
  apt_install git ca-certificates
}

# Asks the engine itself; a `docker` on PATH may be a client with nothing behind it, and the drill needs none.
engine_answers() {
  local endpoint=${DOCKER_HOST:-}
  if [ -z "$endpoint" ] && command -v docker > /dev/null; then
    endpoint=$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2> /dev/null || true)
  fi
  endpoint=${endpoint:-unix:///var/run/docker.sock}
  case $endpoint in
    unix://*) ;;
    # Whether an engine elsewhere is allowed is for the drill to say.
    *) return 0 ;;
  esac
  answers_at "${endpoint#unix://}" /_ping
}

start_engine() { start_daemon docker engine_answers dockerd; }

engine() {
  if engine_answers; then return; fi
  if [ -n "${DOCKER_HOST:-}" ]; then cannot "no engine answers at DOCKER_HOST=$DOCKER_HOST. Start it, or unset DOCKER_HOST."; fi
  if [ "$(id -u)" != 0 ]; then
    cannot "no Docker engine answers. Install and start one, and be in its group (as root on Debian or Ubuntu: apt-get install docker.io; usermod -aG docker $(id -un)), or run this as root."
  fi
  if ! command -v dockerd > /dev/null; then
    may_install || cannot 'no Docker engine answers, and this is neither Debian nor Ubuntu. Install Docker and start it: docs.docker.com/engine/install.'
    apt_install docker.io iptables ca-certificates
  fi
  engine_answers || start_engine
}

# The base image is made from Debian packages where no registry answers; only root can do that.
base_maker() {
  if command -v mmdebstrap > /dev/null || ! may_install; then return; fi
  apt_install mmdebstrap debian-archive-keyring
}

git_program
npm_packages
engine
base_maker
while [ $# -gt 0 ]; do
  case $1 in
    -e | --environment) environment=${2:-} ;;
    --environment=*) environment=${1#*=} ;;
    -e?*) environment=${1#-e} ;;
  esac
  case ${environment:-} in lxd | incus) instance_server "$environment" ;; esac
  environment=''
  shift
done
