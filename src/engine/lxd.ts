/** LXD in a host. */
import { instanceEngine } from './instance-engine.ts';

export const lxdEngine = instanceEngine({ name: 'lxd', client: '/usr/bin/lxc', clientConfig: 'LXD_CONF', home: '/var/lib/lxd' });
