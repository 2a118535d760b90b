#!/bin/sh
# As the vendor's image: redis-server is the default program, and it runs as redis. Its packages are built without protected mode.
set -e
if [ "${1#-}" != "$1" ] || [ "${1%.conf}" != "$1" ]; then set -- redis-server "$@"; fi
if [ "$1" = redis-server ]; then
  shift
  case ${1:-} in *.conf) config=$1; shift ;; *) config= ;; esac
  set -- redis-server $config --protected-mode no "$@"
  if [ "$(id -u)" = 0 ]; then
    find . \! -user redis -exec chown redis '{}' +
    set -- setpriv --reuid=redis --regid=redis --clear-groups "$@"
  fi
fi
exec "$@"
