/** The `incus` environment. */
import { join } from 'node:path';
import type { Environment } from '../ports/host.ts';
import { createInstanceEnvironment } from './instance/environment.ts';
import type { ServerKind } from './instance/server.ts';

export const incus: ServerKind = {
  name: 'incus',
  title: 'Incus',
  guestApiKey: 'security.guestapi',
  sockets: ({ INCUS_SOCKET, INCUS_DIR }) => (INCUS_SOCKET ? [INCUS_SOCKET] : INCUS_DIR ? [join(INCUS_DIR, 'unix.socket')] : ['/run/incus/unix.socket', '/var/lib/incus/unix.socket']),
  howToInstall: 'Install Incus, start it and initialise it: as root on Debian `npm run setup -- --environment incus` does it (`apt-get install incus-base incus-client dnsmasq-base btrfs-progs`, on Debian 12 from bookworm-backports; then `incus admin init`); and be in the group incus-admin',
};

export const createIncusEnvironment = (env: NodeJS.ProcessEnv = process.env): Environment => createInstanceEnvironment(incus, env);
