/** What an inspection of a backup looks for, and where. */
import type { BackupInspection, SearchedVolume } from '../../evidence/artefact/inspect-backup.ts';
import type { Needle } from '../../evidence/artefact/inspect-artefacts.ts';
import type { PlaceIndex } from '../../evidence/artefact/places-within.ts';
import type { EngineVolume } from '../../ports/engine.ts';
import type { Host } from '../../ports/host.ts';
import { type ScenarioContext, homeOf, inHost } from '../context.ts';
import { serviceKey } from '../journal-events.ts';
import { keysOf } from './passphrases.ts';
import { locate } from './places.ts';
import type { PhaseOutcome } from './steps.ts';

export interface BeforeBackup {
  /** Seconds since 1970, by the host's clock: the start of the phase. */
  readonly since: number;
  readonly volumes: readonly EngineVolume[];
}

/** @param contents what the places held before and after the phase. */
export async function inspectionOf(
  context: ScenarioContext,
  host: Host,
  { since, volumes }: BeforeBackup,
  contents: { readonly places: PlaceIndex; readonly needles: readonly Needle[] },
  { spans }: PhaseOutcome,
): Promise<BackupInspection> {
  const { plan, engine } = context.drill;
  const { user } = host.spec;
  const roots = (await Promise.all(plan.places.map((place) => locate(context, host, place)))).filter((root) => root !== null);
  return {
    nonces: nonceNames(context),
    ...(await keysOf(context, host)),
    since,
    exclude: [...engine.storage, ...roots, `${homeOf(user)}/.bash_history`],
    volumes: await withoutPlaces(context, host, roots, searchedVolumes(volumes, await engine.volumes(host))),
    offsite: plan.offsite.map((entry) => inHost(entry, user)),
    declared: plan.artefacts.map(({ path }) => inHost(path, user)),
    spans,
    ...contents,
  };
}

/** One that no person named is the engine's own, however new. */
function searchedVolumes(before: readonly EngineVolume[], after: readonly EngineVolume[]): readonly SearchedVolume[] {
  const known = new Set(before.map((volume) => volume.name));
  return after.map(({ name, root, anonymous }) => ({ name, root, born: !anonymous && !known.has(name) }));
}

/** A volume may be a folder in disguise, mounted on its own while it is used: that of a place is known by where its content is. */
async function withoutPlaces({ drill }: ScenarioContext, host: Host, roots: readonly string[], volumes: readonly SearchedVolume[]): Promise<readonly SearchedVolume[]> {
  const contents = await Promise.all(volumes.map(({ name }) => drill.engine.locate(host, { type: 'volume', name })));
  return volumes.filter(({ root }, index) => !roots.includes(root) && !roots.includes(contents[index] ?? ''));
}

/** nonce → the place's name, or `serviceKey`. Late nonces are no proof of a backup. */
function nonceNames({ nonces }: ScenarioContext): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [nonce, owner] of nonces.all) if (!owner.late) names.set(nonce, owner.of === 'place' ? owner.name : serviceKey(owner.name));
  return names;
}
