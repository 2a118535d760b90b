#!/bin/bash
# Makes a data directory where there is none, as the vendor's image documents it, and starts the server.
set -eo pipefail

# The value of MARIADB_NAME or MYSQL_NAME, or of the file that its _FILE variant names.
value() {
  local name file
  for name in "MARIADB_$1" "MYSQL_$1"; do
    file="${name}_FILE"
    if [ -n "${!file:-}" ]; then cat "${!file}"; return; fi
    if [ -n "${!name:-}" ]; then printf %s "${!name}"; return; fi
  done
}

# As a string of SQL.
quoted() {
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\'\'}"
}

if [ "${1#-}" != "$1" ]; then set -- mariadbd "$@"; fi
if [ "$1" = mysqld ]; then shift; set -- mariadbd "$@"; fi
data=/var/lib/mysql
if [ "$1" = mariadbd ] && [ "$(id -u)" = 0 ]; then
  find "$data" /run/mysqld \! -user mysql -exec chown mysql: '{}' +
  exec setpriv --reuid=mysql --regid=mysql --init-groups "$0" "$@"
fi

if [ "$1" = mariadbd ] && [ ! -d "$data/mysql" ]; then
  root=$(value ROOT_PASSWORD) database=$(value DATABASE) user=$(value USER) password=$(value PASSWORD) host=$(value ROOT_HOST)
  if [ -z "$root" ] && [ -z "$(value ALLOW_EMPTY_ROOT_PASSWORD)$(value RANDOM_ROOT_PASSWORD)" ]; then
    echo '[ERROR] Database is uninitialized and password option is not specified' >&2
    exit 1
  fi
  if [ -n "$(value RANDOM_ROOT_PASSWORD)" ]; then root=$(head -c 24 /dev/urandom | base64); echo "GENERATED ROOT PASSWORD: $root"; fi
  mariadb-install-db --datadir="$data" --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve
  # Only a socket: who asks over TCP does not take this server for the real one.
  "$@" --skip-networking --socket=/run/mysqld/init.sock &
  server=$!
  client=(mariadb --protocol=socket --socket=/run/mysqld/init.sock -uroot)
  for _ in $(seq 300); do "${client[@]}" -e 'SELECT 1' > /dev/null 2>&1 && break; sleep 0.1; done
  {
    echo "DELETE FROM mysql.global_priv WHERE NOT (User = 'mariadb.sys' OR (User = 'root' AND Host = 'localhost')); FLUSH PRIVILEGES;"
    if [ -n "$database" ]; then echo "CREATE DATABASE IF NOT EXISTS \`${database//\`/\`\`}\`;"; fi
    if [ -n "$user" ]; then
      echo "CREATE USER $(quoted "$user")@'%' IDENTIFIED BY $(quoted "$password");"
      if [ -n "$database" ]; then echo "GRANT ALL ON \`${database//\`/\`\`}\`.* TO $(quoted "$user")@'%';"; fi
    fi
    if [ "${host:-%}" != localhost ]; then echo "CREATE USER 'root'@$(quoted "${host:-%}") IDENTIFIED BY $(quoted "$root"); GRANT ALL ON *.* TO 'root'@$(quoted "${host:-%}") WITH GRANT OPTION;"; fi
    echo "SET PASSWORD FOR 'root'@'localhost' = PASSWORD($(quoted "$root"));"
  } | "${client[@]}"
  export MYSQL_PWD="$root"
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) . "$file" ;;
      *.sql) "${client[@]}" ${database:+"$database"} < "$file" ;;
      *.sql.gz) gunzip -c "$file" | "${client[@]}" ${database:+"$database"} ;;
    esac
  done
  unset MYSQL_PWD
  kill "$server"
  wait "$server"
  echo 'MariaDB init process done. Ready for start up.'
fi
exec "$@"
