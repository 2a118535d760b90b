/** LXD in a host. */
import { engineFacts } from '../ports/engine-facts.ts';
import { instanceEngine } from './instance-engine.ts';

export const lxdEngine = instanceEngine({ name: 'lxd', client: '/usr/bin/lxc', clientConfig: 'LXD_CONF', home: engineFacts.lxd.home });
