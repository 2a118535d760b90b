/** backup: the runbook's own steps, then what they left, looked into before anything is lost. */
import { type CoverageQuestion, type DeclaredArtefact, coverageOf } from '../../evidence/artefact/coverage.ts';
import { markTime } from '../../evidence/artefact/changed-files.ts';
import { type InspectedBackup, inspectBackup, matcher } from '../../evidence/artefact/inspect-backup.ts';
import { type InspectedArtefact, mismatchesOf } from '../../evidence/artefact/mismatch.ts';
import { type OldFile, findOldFiles } from '../../evidence/artefact/old-files.ts';
import { type PlaceContent, PlaceIndex } from '../../evidence/artefact/places-within.ts';
import { commandThatWrote } from '../../evidence/artefact/written-by.ts';
import { plantCanary, plantInFile } from '../../evidence/canary.ts';
import { goneDuringBackup, stablePaths } from '../../evidence/compare.ts';
import type { Host } from '../../ports/host.ts';
import type { EngineVolume } from '../../ports/engine.ts';
import { type ScenarioContext, inHost, inPhase, placesOf, servicesOf } from '../context.ts';
import { type ArtefactFact, type BornVolume, type GoneFiles, serviceKey } from '../journal-events.ts';
import type { PlacePlan } from '../model.ts';
import { workspaceOf } from './create.ts';
import { engineArtefacts } from './engine-artefacts.ts';
import { commitsSince, gitState } from './git-artefacts.ts';
import { inspectionOf } from './inspection.ts';
import { oldArtefacts } from './old-artefacts.ts';
import { locate, type Manifests, manifestsOf, putBack } from './places.ts';
import { type SecretSearch, secretSearch } from './secret-places.ts';
import { plantLate, serviceOf, volatileOf, waitUntilReady } from './services.ts';
import { type PhaseOutcome, runSteps } from './steps.ts';

export interface BackupOutcome extends PhaseOutcome {
  /** Manifest 2. */
  readonly manifests: Manifests;
  /** Backups that were there before, and that this one left as they were. */
  readonly old: readonly OldFile[];
  /** Paths of the artefacts that it made. */
  readonly made: readonly string[];
}

/** @param seeded manifest 1. */
export async function backup(context: ScenarioContext, host: Host, seeded: Manifests): Promise<BackupOutcome> {
  const { engine, plan } = context.drill;
  const before = { volumes: await engine.volumes(host), since: await markTime(host) };
  const git = await gitState(host, workspaceOf(context));
  const steps = context.scenario.steps.filter((step) => step.phase === 'backup');
  const { outcome, ended } = await inPhase(context, 'backup', async () => ({ outcome: await runSteps(context, host, steps), ended: await markTime(host) }));
  const manifests = await manifestsOf(context, host, plan.places);
  const secrets = await secretSearch(context, host, [...git.origin.values()]);
  const places = new PlaceIndex(await contentsOf(context, host, seeded, manifests));
  const inspection = await inspectionOf(context, host, before, { places, needles: secrets.needles }, outcome);
  const left = await inspectBackup(host, inspection);
  const inspected = [...left.artefacts, ...(await commitsSince(host, workspaceOf(context), git, inspection))];
  const artefacts = [...(await withSecretsNamed(inspected, secrets)), ...(await engineArtefacts(context, host, before.since, outcome))];
  const old = await findOldFiles(host, inspection);
  const coverage = coverageOf(plan.places.map((place) => coverageQuestion(context, place)), artefacts, declaredArtefacts(context, host), context.scenario.loss.type === 'host');
  context.emit({
    event: 'backup-inspected',
    backupEnded: ended,
    artefacts,
    coverage,
    bornVolumes: bornVolumes(context, await engine.volumes(host), left.bornVolumes, outcome),
    mismatches: mismatchesOf(inspected, coverage),
    gone: goneFiles(context, seeded, manifests),
    old: oldArtefacts(context, old, outcome),
  });
  return { ...outcome, manifests, old, made: artefacts.map(({ path }) => path) };
}

export function declaredArtefacts({ drill }: ScenarioContext, host: Host): readonly DeclaredArtefact[] {
  return drill.plan.artefacts.map(({ path, holds }) => ({ matches: matcher([inHost(path, host.spec.user)]), holds }));
}

/** What an artefact must hold of each place to be a backup of it: files that were the same before and after. */
async function contentsOf(context: ScenarioContext, host: Host, seeded: Manifests, manifests: Manifests): Promise<readonly PlaceContent[]> {
  const contents = await Promise.all(
    context.drill.plan.places.map(async (place): Promise<PlaceContent | null> => {
      const root = await locate(context, host, place);
      const after = manifests.get(place.name) ?? null;
      if (root === null || after === null) return null;
      const stable = stablePaths({ mode: place.compare, volatile: volatileOf(context, place), before: seeded.get(place.name) ?? null, after });
      const files = [...stable].flatMap((path): readonly (readonly [string, string])[] => {
        const entry = after.entries.get(path);
        return entry?.type === 'f' && entry.sha256 !== null && entry.size > 0 ? [[path, entry.sha256]] : [];
      });
      return { name: place.name, root, kind: after.kind, files: new Map(files) };
    }),
  );
  return contents.filter((content) => content !== null);
}

const goneFilesTold = 5;

function goneFiles(context: ScenarioContext, seeded: Manifests, manifests: Manifests): readonly GoneFiles[] {
  return context.drill.plan.places.flatMap((place) => {
    const gone = goneDuringBackup({ mode: place.compare, volatile: volatileOf(context, place), before: seeded.get(place.name) ?? null, after: manifests.get(place.name) ?? null });
    return gone.length === 0 ? [] : [{ place: place.name, paths: gone.slice(0, goneFilesTold), count: gone.length }];
  });
}

/** What seemed a secret and is none makes no artefact of a text. */
async function withSecretsNamed(inspected: readonly InspectedArtefact[], secrets: SecretSearch): Promise<readonly ArtefactFact[]> {
  const named: ArtefactFact[] = [];
  for (const { fact } of inspected) {
    const plaintext = await secrets.placesOf(fact.plaintext);
    const isText = fact.layers.length === 0 && fact.state === 'readable' && fact.bytes > 0 && fact.holds.length === 0;
    if (!isText || plaintext.length > 0) named.push({ ...fact, plaintext });
  }
  return named;
}

function bornVolumes({ scenario }: ScenarioContext, volumes: readonly EngineVolume[], born: InspectedBackup['bornVolumes'], { spans }: PhaseOutcome): readonly BornVolume[] {
  return [...born].map(([name, content]) => {
    const birth = volumes.find((volume) => volume.name === name)?.born ?? 0;
    const { file, line } = commandThatWrote(name, birth, spans) ?? scenario.at;
    return { name, file, line, ...content };
  });
}

export function coverageQuestion(context: ScenarioContext, place: PlacePlan): CoverageQuestion {
  const services = context.drill.plan.services.filter((service) => service.data === place.name);
  const byServices = place.compare === 'service';
  return {
    name: place.name,
    provenBy: byServices ? services.map((service) => serviceKey(service.name)) : [place.name],
    legible: !byServices || services.some((service) => serviceOf(context, service).legible !== false),
    database: services.some((service) => serviceOf(context, service).database === true),
  };
}

/** The late canary: written after the backup, so a restore that brings it back did not restore the backup. */
export async function plantLateCanaries(context: ScenarioContext, host: Host): Promise<void> {
  const { scenario } = context;
  for (const place of placesOf(context, scenario.scope.places)) {
    const root = await locate(context, host, place);
    const pair = context.nonces.places.get(place.name);
    if (root === null || pair === undefined || place.compare === 'service') continue;
    if (place.location.type === 'file') await plantInFile(host, root, place.canary, pair.late);
    else {
      await plantCanary(host, root, pair.late, { late: true });
      await putBack(context, host, place);
    }
  }
  for (const service of servicesOf(context, scenario.scope.services)) {
    if (service.data === null || !serviceOf(context, service).seeded) continue;
    // The backup may have stopped it, and started it a moment ago.
    await waitUntilReady(context, host, service.name, service.readyTimeoutSeconds);
    await plantLate(context, host, service);
  }
}
