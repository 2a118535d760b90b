/** create: one host, with what the operator would have before the first command of the runbook. */
import { basename } from 'node:path';
import type { Host, HostSpec } from '../../ports/host.ts';
import { plantInFile } from '../../evidence/canary.ts';
import { type ScenarioContext, inHost, timed } from '../context.ts';
import type { PlacePlan } from '../model.ts';
import { cloneWorkspace, installOrigin, must } from '../repository.ts';
import { underSignal } from '../under-signal.ts';
import { removeHost } from './remove-host.ts';

/**
 * A new host with its engine answering and the images in it. The caller disposes of it.
 * @param passed seconds since the host that it replaces was made: `host.date` goes on from there.
 */
export async function createHost(context: ScenarioContext, replacement: boolean, passed = 0): Promise<Host> {
  const { drill, signal } = context;
  const images = await drill.images();
  const { value: made, seconds } = await timed(() => drill.environment.createHost(hostSpec(context, passed), { signal, progress: drill.progress }));
  const host = underSignal(made, signal);
  try {
    await Promise.all(images.map((image) => host.copyImage(image)));
  } catch (error) {
    await removeHost(context, host);
    throw error;
  }
  context.emit({ event: 'host-created', engine: host.engineVersion, mode: host.mode, seconds, replacement });
  return host;
}

function hostSpec({ drill, scenario }: ScenarioContext, passed: number): HostSpec {
  const { host } = drill.plan;
  // Days that pass need a clock that can be set.
  const date = host.date ?? (scenario.retention === null ? null : new Date().toISOString());
  return {
    ownership: { run: drill.run, scenario: scenario.id },
    engine: host.engine,
    hostname: basename(host.workspace.path).replaceAll(/[^a-z0-9-]/gi, '-').slice(0, 40).toLowerCase() || 'host',
    user: host.user,
    network: host.network,
    packages: host.packages,
    pool: host.pool,
    limits: host.limits,
    date: date === null ? null : new Date(Date.parse(date) + (host.date === null ? 0 : passed * 1000)).toISOString(),
    gpgPassphrase: drill.gpgPassphrase,
  };
}

/** The first host of a scenario: origin, workspace, files, the folders of `offsite`, and file places as they are before deploy. */
export async function prepareFirstHost(context: ScenarioContext, host: Host): Promise<void> {
  const { plan, bundle } = context.drill;
  await installOrigin(host, await bundle, plan.repository.remotes);
  const ours = plan.host.workspace.clone === 'drill';
  // First of all: Git clones into an empty folder alone, and the others may lie in it.
  if (ours) await cloneWorkspace(host, workspaceOf(context));
  await placeHostFiles(context, host);
  await makeOffsiteFolders(context, host);
  if (ours) await writeInitialFiles(context, host);
}

/** What the operator carries to a fresh host outside Git and backups. */
export async function placeHostFiles({ drill }: ScenarioContext, host: Host): Promise<void> {
  const { user } = host.spec;
  for (const file of drill.plan.host.files) {
    const path = inHost(file.path, user);
    const owner = file.path.startsWith('~') || path.startsWith(`/home/${user}/`) ? user : 'root';
    await host.writeFile(path, file.content, { user: owner, mode: file.mode });
  }
}

/** An `offsite` entry without a glob or a dot in its last part is a folder of the host's user. */
async function makeOffsiteFolders({ drill }: ScenarioContext, host: Host): Promise<void> {
  const { user } = host.spec;
  const folders = drill.plan.offsite.filter((entry) => !/[*?[{]/.test(entry) && !basename(entry).includes('.')).map((entry) => inHost(entry, user));
  if (folders.length > 0) await must(host, 'make the offsite folders', ['install', '-d', '-o', user, '-g', user, ...folders]);
}

/** Writes every `file` place that declares `initial`, with its canary in it. */
export async function writeInitialFiles(context: ScenarioContext, host: Host): Promise<void> {
  const { user } = host.spec;
  for (const place of context.drill.plan.places) {
    if (place.location.type !== 'file' || place.initial === null) continue;
    const path = inHost(place.location.path, user);
    await host.writeFile(path, place.initial.text, { user, mode: place.secret ? '0600' : '0644' });
    await plantInFilePlace(context, host, place, path);
  }
}

export async function plantInFilePlace(context: ScenarioContext, host: Host, place: PlacePlan, path: string): Promise<void> {
  const nonces = context.nonces.places.get(place.name);
  if (nonces !== undefined) await plantInFile(host, path, place.canary, nonces.early);
}

export function workspaceOf({ drill }: ScenarioContext): string {
  return inHost(drill.plan.host.workspace.path, drill.plan.host.user);
}
