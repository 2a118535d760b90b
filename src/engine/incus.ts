/** Incus in a host. */
import { instanceEngine } from './instance-engine.ts';

export const incusEngine = instanceEngine({ name: 'incus', client: '/usr/bin/incus', clientConfig: 'INCUS_CONF', home: '/var/lib/incus' });
