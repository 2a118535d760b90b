/** Removes what earlier runs left in LXD or Incus: instances with our labels. Never anything else, never images. */
import { z } from 'zod';
import { CannotRun } from '../../ports/host.ts';
import { cleanup, inScope, type CleanupScope } from '../leftovers.ts';
import { reason, type OuterEngine } from '../connection.ts';
import { ownerFromLabels } from '../labels.ts';
import { cleanupFolders } from '../temporary.ts';
import { removeInstance } from './instance-host.ts';
import { connectServer, type InstanceServer, type ServerKind } from './server.ts';

/** A server or an engine that does not answer holds nothing up: what it would have left is nothing, or is not to be had now. */
export async function cleanupInstances(kind: ServerKind, env: NodeJS.ProcessEnv, outer: () => Promise<{ readonly engine: OuterEngine }>, which: CleanupScope): Promise<readonly string[]> {
  const server = await connectServer(kind, env).catch(ifThere);
  const engine = await outer().then((found) => found.engine, ifThere);
  const { removed, faults } = server === null ? { removed: [], faults: [] } : await removeOurs(server, which);
  // While an image is made there is a container of it.
  removed.push(...(engine === null ? await cleanupFolders((owner) => inScope(owner, which)) : await cleanup(engine.docker, which)));
  if (faults.length > 0) throw new CannotRun(`cleanup removed ${removed.length} and could not remove ${faults.map(({ message }) => message).join('; ')}`, { cause: new AggregateError(faults) });
  return removed;
}

function ifThere(error: unknown): null {
  if (error instanceof CannotRun) return null;
  throw error;
}

const instancesSchema = z.array(z.object({ name: z.string(), config: z.record(z.string(), z.string()) }));
const prefix = 'user.';

async function removeOurs(server: InstanceServer, which: CleanupScope): Promise<{ readonly removed: string[]; readonly faults: Error[] }> {
  const removed: string[] = [];
  const faults: Error[] = [];
  const instances = await server.ask('/instances?recursion=1', instancesSchema).catch((cause: unknown) => {
    throw new CannotRun(`${server.kind.title} does not tell its instances: ${reason(cause)}`, { cause });
  });
  for (const { name, config } of instances) {
    const labels = Object.fromEntries(Object.entries(config).flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [])));
    const owner = ownerFromLabels(labels);
    if (owner === null || !(await inScope(owner, which))) continue;
    try {
      await removeInstance(server, name);
      removed.push(name);
    } catch (cause) {
      faults.push(new Error(`${name}: ${reason(cause)}`, { cause }));
    }
  }
  return { removed, faults };
}
