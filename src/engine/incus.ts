/** Incus in a host. */
import { engineFacts } from '../ports/engine-facts.ts';
import { instanceEngine } from './instance-engine.ts';

export const incusEngine = instanceEngine({ name: 'incus', client: '/usr/bin/incus', clientConfig: 'INCUS_CONF', home: engineFacts.incus.home });
