/** Removes what earlier runs left: containers, volumes and networks with our labels, and temporary folders. Never anything else, never images. */
import type Docker from 'dockerode';
import { CannotRun } from '../ports/host.ts';
import { reason } from './connection.ts';
import { unlessGone } from './docker-host.ts';
import { isAlive, labelNames, ownerFromLabels, type Owner } from './labels.ts';
import { cleanupFolders } from './temporary.ts';

export type CleanupScope = { readonly dead: true } | { readonly run: string } | { readonly all: true };

interface Left {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>> | null | undefined;
  remove(): Promise<unknown>;
}

/** Removes what is in scope; the names of what was removed. What cannot be removed holds up nothing else, and is told at the end. */
export async function cleanup(docker: Docker, which: CleanupScope): Promise<readonly string[]> {
  const removed: string[] = [];
  const faults: Error[] = [];
  // Containers first: they hold the volumes and networks.
  for (const list of [containers, volumes, networks]) {
    for (const left of await list(docker)) {
      const owner = ownerFromLabels(left.labels);
      if (owner === null || !(await inScope(owner, which))) continue;
      try {
        await unlessGone(left.remove());
        removed.push(left.name);
      } catch (cause) {
        faults.push(new Error(`${left.name}: ${reason(cause)}`, { cause }));
      }
    }
  }
  removed.push(...(await cleanupFolders((owner) => inScope(owner, which))));
  if (faults.length > 0) throw new CannotRun(`cleanup removed ${removed.length} and could not remove ${faults.map(({ message }) => message).join('; ')}`, { cause: new AggregateError(faults) });
  return removed;
}

/** Whether what this owner left is to be removed. */
export async function inScope(owner: Owner, which: CleanupScope): Promise<boolean> {
  if ('all' in which) return true;
  if ('run' in which) return owner.run === which.run;
  return !(await isAlive(owner));
}

const ours = JSON.stringify({ label: [labelNames.run] });

async function containers(docker: Docker): Promise<readonly Left[]> {
  const found = await docker.listContainers({ all: true, filters: ours });
  return found.map(({ Id, Names, Labels }) => ({
    name: Names[0]?.replace(/^\//, '') ?? Id,
    labels: Labels,
    remove: () => docker.getContainer(Id).remove({ force: true, v: true }),
  }));
}

async function volumes(docker: Docker): Promise<readonly Left[]> {
  const { Volumes } = await docker.listVolumes({ filters: ours });
  return (Volumes ?? []).map(({ Name, Labels }) => ({ name: Name, labels: Labels, remove: () => docker.getVolume(Name).remove() }));
}

async function networks(docker: Docker): Promise<readonly Left[]> {
  const found = await docker.listNetworks({ filters: ours });
  return found.map(({ Id, Name, Labels }) => ({ name: Name, labels: Labels, remove: () => docker.getNetwork(Id).remove() }));
}
