/** The built-in backup and restore: for those who have none yet, and as the control of a drill. */
import type { PlaceRoot } from '../../archive/archive-host.ts';
import { writeArchives } from '../../archive/archive.ts';
import { findArchive, unarchivePlace } from '../../archive/unarchive.ts';
import { HostLost, type Host } from '../../ports/host.ts';
import { type ScenarioContext, inHost, placesOf } from '../context.ts';
import { faultOf } from '../faults.ts';
import type { ArchiveStep, PlacePlan, UnarchiveStep } from '../model.ts';
import { locate, locationInHost, putBack } from './places.ts';

export interface BuiltInResult {
  readonly status: 'succeeded' | 'failed' | 'timed-out';
  /** Why it failed. */
  readonly output: string;
}

/** Whoever uses the places is stopped meanwhile, as a careful person would: what a program has in memory is in its files then. */
export async function runBuiltIn(context: ScenarioContext, host: Host, step: ArchiveStep | UnarchiveStep): Promise<BuiltInResult> {
  const { engine } = context.drill;
  const timeout = AbortSignal.timeout(step.timeoutSeconds * 1000);
  const signal = AbortSignal.any([context.signal, timeout]);
  const places = placesOf(context, step.places);
  try {
    const stopped = await engine.stopUsers(host, places.map((place) => locationInHost(place, host)));
    try {
      if (step.kind === 'archive') await archive(context, host, step, places, signal);
      else await unarchive(context, host, step, places, signal);
    } finally {
      if (!context.signal.aborted) await engine.startAgain(host, stopped);
    }
    return { status: 'succeeded', output: '' };
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof HostLost) throw error;
    if (timeout.aborted) return { status: 'timed-out', output: '' };
    return { status: 'failed', output: faultOf(error) };
  }
}

async function archive(context: ScenarioContext, host: Host, step: ArchiveStep, places: readonly PlacePlan[], signal: AbortSignal): Promise<void> {
  const contents: PlaceRoot[] = [];
  for (const place of places) {
    const root = await locate(context, host, place);
    if (root === null) throw new Error(`place ${place.name} is not there, so it cannot be archived`);
    contents.push(rootOf(place, root));
  }
  const passphrase = step.encrypt === null ? null : context.drill.gpgPassphrase;
  await writeArchives(host, { contents, to: inHost(step.to, host.spec.user), passphrase, signal });
}

async function unarchive(context: ScenarioContext, host: Host, step: UnarchiveStep, places: readonly PlacePlan[], signal: AbortSignal): Promise<void> {
  const from = inHost(step.from, host.spec.user);
  // All are looked for before the first is replaced.
  const found = await Promise.all(places.map(async (place) => ({ place, archive: await findArchive(host, place.name, from) })));
  for (const { place, archive: path } of found) {
    const root = (await locate(context, host, place)) ?? (await makePlace(context, host, place));
    await unarchivePlace(host, { content: rootOf(place, root), archive: path, passphrase: context.drill.gpgPassphrase, signal });
    await putBack(context, host, place);
  }
}

const rootOf = ({ name, location }: PlacePlan, root: string): PlaceRoot => ({ place: name, root, kind: location.type === 'file' ? 'file' : 'folder' });

/** Where the content of a place that is not there has to go; a volume is made by its engine. */
async function makePlace({ drill }: ScenarioContext, host: Host, place: PlacePlan): Promise<string> {
  const location = locationInHost(place, host);
  if (location.type === 'volume') return drill.engine.makeVolume(host, location.name);
  if (location.type === 'path' || location.type === 'file') return location.path;
  throw new Error(`place ${place.name} is a ${location.type}: the built-in steps know volumes, folders and files`);
}
