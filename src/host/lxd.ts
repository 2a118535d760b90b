/** The `lxd` environment. */
import { join } from 'node:path';
import type { Environment } from '../ports/host.ts';
import { createInstanceEnvironment } from './instance/environment.ts';
import type { ServerKind } from './instance/server.ts';

export const lxd: ServerKind = {
  name: 'lxd',
  title: 'LXD',
  guestApiKey: 'security.devlxd',
  // Debian's package, then the snap.
  sockets: ({ LXD_SOCKET, LXD_DIR }) => (LXD_SOCKET ? [LXD_SOCKET] : LXD_DIR ? [join(LXD_DIR, 'unix.socket')] : ['/var/lib/lxd/unix.socket', '/var/snap/lxd/common/lxd/unix.socket']),
  howToInstall: 'Install LXD, start it and initialise it: as root on Debian `npm run setup -- --environment lxd` does it (`apt-get install lxd lxd-client dnsmasq-base btrfs-progs`, then `lxd init`), on Ubuntu `snap install lxd`; and be in the group lxd',
};

export const createLxdEnvironment = (env: NodeJS.ProcessEnv = process.env): Environment => createInstanceEnvironment(lxd, env);
