# shell library of setup.sh: an LXD or Incus that answers, from Debian where there is none. One that answers already is used as it is.

# What LXD and Incus do not have in common: `as_lxd`, `as_incus`.
as_lxd() {
  title=LXD daemon=lxd group=lxd bridge=lxdbr0 subnet=10.67.0 client=lxc
  packages=(lxd lxd-client) command=(lxd --group lxd)
  if [ -n "${LXD_SOCKET:-}" ]; then sockets=("$LXD_SOCKET"); else sockets=("${LXD_DIR:-/var/lib/lxd}/unix.socket" /var/snap/lxd/common/lxd/unix.socket); fi
  init() { lxd init --preseed; }
}
as_incus() {
  title=Incus daemon=incus group=incus-admin bridge=incusbr0 subnet=10.68.0 client=incus
  packages=(incus-base incus-client systemd-standalone-sysusers) command=(/usr/libexec/incus/incusd --group incus-admin)
  [ ! -d /run/systemd/system ] || packages=(incus-base incus-client)
  if [ -n "${INCUS_SOCKET:-}" ]; then sockets=("$INCUS_SOCKET"); else sockets=("${INCUS_DIR:-/var/lib/incus}/unix.socket" /run/incus/unix.socket); fi
  init() { incus admin init --preseed; }
}

server_answers() {
  local socket
  for socket in "${sockets[@]}"; do
    if answers_at "$socket" /1.0; then return 0; fi
  done
  return 1
}

# Debian 12 has Incus among its backports alone.
known_to_apt() { [[ $(apt-cache policy "${packages[0]}" 2> /dev/null) == *'Candidate: '[0-9]* ]]; }
server_from_apt() {
  known_to_apt || apt-get update > /dev/null 2>&1 9>&- || true
  if ! known_to_apt && grep -q '^VERSION_CODENAME=bookworm' /etc/os-release; then
    say 'adding bookworm-backports to the sources of apt-get'
    echo 'deb http://deb.debian.org/debian bookworm-backports main' > /etc/apt/sources.list.d/bookworm-backports.list
    apt-get update > /dev/null 2>&1 9>&- || true
  fi
  known_to_apt || cannot "no $title answers, and apt-get knows no package ${packages[0]}. Install $title by hand, start and initialise it, then run this again."
  apt_install "${packages[@]}" dnsmasq-base btrfs-progs iptables uidmap ca-certificates
}

start_server() { start_daemon "$daemon" server_answers "${command[@]}"; }

# A pool and a bridge, in the profile that every instance has. On btrfs a host begins as a snapshot of its image, and holds to
# its size; where there is none it is `dir`.
initialise_server() {
  local address=$subnet.1/24
  [ -z "$(ip -4 route show "$subnet.0/24")" ] || address=auto
  if server_preseed btrfs "size: 30GiB" "$address" | init > /dev/null 2>&1; then return; fi
  server_preseed dir '' "$address" | init > /dev/null || cannot "$title answers and cannot be initialised. Do it by hand ($([ "$daemon" = lxd ] && echo 'lxd init' || echo 'incus admin init')), then run this again."
}
server_preseed() {
  cat << PRESEED
storage_pools:
  - { name: default, driver: $1, config: { $2 } }
networks:
  - { name: $bridge, type: bridge, config: { ipv4.address: $3, ipv4.nat: 'true', ipv6.address: none } }
profiles:
  - name: default
    devices:
      root: { type: disk, path: /, pool: default }
      eth0: { type: nic, name: eth0, network: $bridge }
PRESEED
}

# Docker on the same machine drops what is forwarded: a host with `network: open` would have no way out.
let_bridge_out() {
  [ "$(id -u)" = 0 ] && [ -e "/sys/class/net/$bridge" ] && command -v iptables > /dev/null || return 0
  iptables -n -L DOCKER-USER > /dev/null 2>&1 || return 0
  [[ $(iptables -S FORWARD) != *"-i $bridge "* ]] || return 0
  iptables -C DOCKER-USER -i "$bridge" -j ACCEPT 2> /dev/null && return
  say "letting $bridge past Docker's firewall (DOCKER-USER)"
  iptables -I DOCKER-USER -i "$bridge" -j ACCEPT
  iptables -I DOCKER-USER -o "$bridge" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
}

# instance_server lxd|incus
instance_server() {
  "as_$1"
  if ! server_answers; then
    if [ "$(id -u)" != 0 ]; then
      cannot "no $title answers. Install, start and initialise it, and be in its group (as root on Debian: apt-get install ${packages[*]} dnsmasq-base btrfs-progs; usermod -aG $group $(id -un)), or run this as root."
    fi
    if ! command -v "${command[0]}" > /dev/null; then
      may_install || cannot "no $title answers, and this is no Debian. Install $title, start and initialise it."
      server_from_apt
    fi
    server_answers || start_server
  fi
  if [ "$(id -u)" = 0 ] && command -v "$client" > /dev/null && [ -z "$("$client" profile device list default < /dev/null 2> /dev/null)" ]; then initialise_server; fi
  let_bridge_out
}
