#!/bin/bash
# As the vendor's image: a first start with a name and DNS names makes the CA, then the command runs.
set -eo pipefail

initialise() {
  local password=$STEPPATH/password provisioner=$STEPPATH/provisioner_password options=()
  umask 077
  if [ -n "$DOCKER_STEPCA_INIT_PASSWORD_FILE" ]; then
    cat "$DOCKER_STEPCA_INIT_PASSWORD_FILE" > "$password"
  elif [ -n "$DOCKER_STEPCA_INIT_PASSWORD" ]; then
    printf '%s\n' "$DOCKER_STEPCA_INIT_PASSWORD" > "$password"
  else
    head -c 30 /dev/urandom | base64 > "$password"
  fi
  # Given, it opens the provisioner too; made up, each has its own, and the provisioner's is shown once.
  if [ -n "$DOCKER_STEPCA_INIT_PASSWORD_FILE$DOCKER_STEPCA_INIT_PASSWORD" ]; then cp "$password" "$provisioner"; else head -c 30 /dev/urandom | base64 > "$provisioner"; fi
  [ "$DOCKER_STEPCA_INIT_ACME" != true ] || options+=(--acme)
  [ "$DOCKER_STEPCA_INIT_SSH" != true ] || options+=(--ssh)
  [ "$DOCKER_STEPCA_INIT_REMOTE_MANAGEMENT" != true ] || options+=(--remote-management --admin-subject "${DOCKER_STEPCA_INIT_ADMIN_SUBJECT:-step}")
  [ -z "$DOCKER_STEPCA_INIT_DEPLOYMENT_TYPE" ] || options+=(--deployment-type "$DOCKER_STEPCA_INIT_DEPLOYMENT_TYPE")
  step ca init --name "$DOCKER_STEPCA_INIT_NAME" --dns "$DOCKER_STEPCA_INIT_DNS_NAMES" \
    --provisioner "${DOCKER_STEPCA_INIT_PROVISIONER_NAME:-admin}" --address "${DOCKER_STEPCA_INIT_ADDRESS:-:9000}" \
    --password-file "$password" --provisioner-password-file "$provisioner" "${options[@]}"
  echo "The administrative password of this CA, shown only now: $(cat "$provisioner")"
  rm "$provisioner"
  mv "$password" "$PWDPATH"
}

if [ ! -f "$CONFIGPATH" ]; then
  if [ -n "$DOCKER_STEPCA_INIT_NAME" ] && [ -n "$DOCKER_STEPCA_INIT_DNS_NAMES" ]; then
    initialise
  else
    echo "no $CONFIGPATH: run 'step ca init', or set DOCKER_STEPCA_INIT_NAME and DOCKER_STEPCA_INIT_DNS_NAMES" >&2
  fi
fi
exec "$@"
