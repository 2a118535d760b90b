/** The engine's inventory, before the backup and after the restore: what is in use, and which of it nobody declared. */
import { matcher } from '../../evidence/artefact/inspect-backup.ts';
import { type CommandSpan, commandThatWrote } from '../../evidence/artefact/written-by.ts';
import { type PathFacts, pathFacts } from '../../evidence/undeclared.ts';
import type { DataInUse, ImageInUse } from '../../ports/engine.ts';
import { type Host, HostLost } from '../../ports/host.ts';
import { type ScenarioContext, inHost } from '../context.ts';
import { faultOf } from '../faults.ts';
import type { DataInUseFact, ImageFact } from '../journal-events.ts';
import { locationInHost, locate } from './places.ts';
import { workspaceOf } from './create.ts';

/** Before the backup: while the stack is as it always is, and no container of the backup itself runs. */
export async function inventoryBeforeBackup(context: ScenarioContext, host: Host): Promise<void> {
  await unlessSilent(context, 'what is in use and not declared', async () => {
    const { data, images } = await context.drill.engine.inUse(host);
    context.emit({ event: 'inventory', when: 'backup', data: await dataFacts(context, host, data), images: images.map((image) => imageFact(image, [])) });
  });
}

/** After the restore; `spans`: what its steps ran, so that it can be told which of them started another image. */
export async function inventoryAfterRestore(context: ScenarioContext, host: Host, spans: readonly CommandSpan[]): Promise<void> {
  await unlessSilent(context, 'the images that run after the restore', async () => {
    const { images } = await context.drill.engine.inUse(host);
    context.emit({ event: 'inventory', when: 'restore', data: [], images: images.map((image) => imageFact(image, spans)) });
  });
}

/** An engine that a runbook has stopped is told by what it was needed for; here it only leaves something unmeasured. */
async function unlessSilent(context: ScenarioContext, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (context.signal.aborted || error instanceof HostLost) throw error;
    context.emit({ event: 'not-measured', what, why: faultOf(error) });
  }
}

function imageFact({ instance, image, id, digests, version, created }: ImageInUse, spans: readonly CommandSpan[]): ImageFact {
  const writer = commandThatWrote(instance, created, spans);
  return { instance, image, id, digests, version, startedBy: writer === null ? null : { file: writer.file, line: writer.line } };
}

async function dataFacts(context: ScenarioContext, host: Host, data: readonly DataInUse[]): Promise<readonly DataInUseFact[]> {
  const known = await knownPaths(context, host);
  const roots = data.flatMap(({ root }) => root ?? []);
  const facts = new Map((await pathFacts(host, workspaceOf(context), roots)).map((fact, index) => [roots[index], fact]));
  return data.map((item) => {
    const { kind, name, anonymous, usedBy, root } = item;
    return { kind, name, anonymous, usedBy, declared: isDeclared(item, known), harmless: harmlessBecause(item, known, root === null ? undefined : facts.get(root)) };
  });
}

interface KnownPaths {
  /** Names of places that are volumes, buckets or instances, as the engine shows them. */
  readonly names: ReadonlySet<string>;
  /** Absolute paths of the places, as far as they are there. */
  readonly places: readonly string[];
  /** What lies where it survives by itself, or is carried to a fresh host. */
  readonly survives: (path: string) => boolean;
}

async function knownPaths(context: ScenarioContext, host: Host): Promise<KnownPaths> {
  const { plan } = context.drill;
  const roots = await Promise.all(plan.places.map((place) => locate(context, host, place)));
  const names = plan.places.map((place) => locationInHost(place, host)).flatMap((location) => ('name' in location ? [location.name] : []));
  const kept = [...plan.offsite, ...plan.host.files.map(({ path }) => path)].map((path) => inHost(path, host.spec.user));
  return { names: new Set(names), places: roots.filter((root) => root !== null), survives: matcher(kept) };
}

const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

function isDeclared({ kind, name, root }: DataInUse, { names, places }: KnownPaths): boolean {
  if (kind !== 'bind' && names.has(name)) return true;
  return root !== null && places.some((place) => isWithin(root, place));
}

/** The machine's own: an installation brings it, or it lives in memory. */
const ofTheMachine = [
  '/bin', '/boot', '/dev', '/lib', '/lib64', '/proc', '/run', '/sbin', '/sys', '/tmp', '/usr', '/var/cache', '/var/lib/containerd', '/var/lib/docker', '/var/log', '/var/run', '/var/tmp',
  ...['ca-certificates', 'group', 'hostname', 'hosts', 'localtime', 'machine-id', 'os-release', 'passwd', 'resolv.conf', 'ssl', 'timezone'].map((name) => `/etc/${name}`),
];

/** Why nothing in it would be missed, or null: what counts is what a restore has to bring back. */
function harmlessBecause({ kind, anonymous, readOnly, root }: DataInUse, known: KnownPaths, facts: PathFacts | undefined): string | null {
  if (anonymous && facts?.empty === true) return 'nothing is in it';
  if (kind !== 'bind' || root === null) return null;
  if (root === '/' || ofTheMachine.some((folder) => isWithin(root, folder))) return 'it belongs to the machine';
  if (facts === undefined || facts.type === 'other') return 'it is no file and no folder';
  if (known.survives(root)) return 'it outlives a loss by itself';
  const onlyLooks = readOnly && (known.places.some((place) => isWithin(place, root)) || /^\/[^/]+$/.test(root));
  if (onlyLooks) return 'it is read from above';
  const elsewhere = (path: string): boolean => known.places.some((place) => isWithin(path, place)) || known.survives(path);
  return facts.tracked && facts.untracked.every(elsewhere) ? 'all of it is in Git' : null;
}
