#!/bin/sh
# Any GF_SECTION_KEY__FILE names a file that holds the value, as in the vendor's image.
for name in $(env | sed -n 's/^\(GF_[A-Z0-9_]*\)__FILE=.*/\1/p'); do
  eval "file=\$${name}__FILE"
  eval "present=\${${name}+x}"
  if [ -n "$present" ]; then echo >&2 "ERROR: Both $name and ${name}__FILE are set (but are exclusive)"; exit 1; fi
  value=$(cat "$file") || exit 1
  export "$name=$value"
  unset "${name}__FILE"
done
exec python3 -m grafana_standin
