#!/bin/sh
# As the vendor's image: arguments alone are minio's.
case ${1:-} in minio | sh | bash | /*) ;; *) set -- minio "$@" ;; esac
exec "$@"
