/** backup: the runbook's own steps, then what they left, looked into before anything is lost. */
import { type CoverageQuestion, coverageOf } from '../../evidence/artefact/coverage.ts';
import { markTime } from '../../evidence/artefact/changed-files.ts';
import { type InspectedBackup, inspectBackup, matcher } from '../../evidence/artefact/inspect-backup.ts';
import { commandThatWrote } from '../../evidence/artefact/written-by.ts';
import { plantCanary, plantInFile } from '../../evidence/canary.ts';
import type { Host } from '../../ports/host.ts';
import type { EngineVolume } from '../../ports/engine.ts';
import { type ScenarioContext, inHost, inPhase, placesOf, servicesOf } from '../context.ts';
import { type BornVolume, serviceKey } from '../journal-events.ts';
import type { PlacePlan } from '../model.ts';
import { engineArtefacts } from './engine-artefacts.ts';
import { commitsSince, originHeads } from './git-artefacts.ts';
import { inspectionOf } from './inspection.ts';
import { locate, type Manifests, manifestsOf } from './places.ts';
import { plantLate, serviceOf } from './services.ts';
import { type PhaseOutcome, runSteps } from './steps.ts';

/** Database services: a dump that cannot be looked into may hold their data. */
const databaseKinds: ReadonlySet<string> = new Set(['postgres', 'mariadb', 'sqlite', 'redis']);

export interface BackupOutcome extends PhaseOutcome {
  /** Manifest 2. */
  readonly manifests: Manifests;
}

export async function backup(context: ScenarioContext, host: Host): Promise<BackupOutcome> {
  const { engine, plan } = context.drill;
  const volumes = await engine.volumes(host);
  const since = await markTime(host);
  const headsBefore = await originHeads(host);
  const steps = context.scenario.steps.filter((step) => step.phase === 'backup');
  const { outcome, ended } = await inPhase(context, 'backup', async () => ({ outcome: await runSteps(context, host, steps), ended: await markTime(host) }));
  const inspection = await inspectionOf(context, host, since, volumes, outcome);
  const left = await inspectBackup(host, inspection);
  const artefacts = [...left.artefacts, ...(await commitsSince(host, headsBefore, inspection)), ...(await engineArtefacts(context, host, since, outcome))];
  const declared = plan.artefacts.map(({ path, holds }) => ({ matches: matcher([inHost(path, host.spec.user)]), holds }));
  context.emit({
    event: 'backup-inspected',
    backupEnded: ended,
    artefacts,
    coverage: coverageOf(plan.places.map((place) => coverageQuestion(context, place)), artefacts, declared, context.scenario.loss.type === 'host'),
    bornVolumes: bornVolumes(context, await engine.volumes(host), left.bornVolumes, outcome),
  });
  const manifests = await manifestsOf(context, host, plan.places);
  return { ...outcome, manifests };
}

function bornVolumes({ scenario }: ScenarioContext, volumes: readonly EngineVolume[], born: InspectedBackup['bornVolumes'], { spans }: PhaseOutcome): readonly BornVolume[] {
  return [...born].map(([name, content]) => {
    const birth = volumes.find((volume) => volume.name === name)?.born ?? 0;
    const { file, line } = commandThatWrote(name, birth, spans) ?? scenario.at;
    return { name, file, line, ...content };
  });
}

function coverageQuestion(context: ScenarioContext, place: PlacePlan): CoverageQuestion {
  const services = context.drill.plan.services.filter((service) => service.data === place.name);
  const byServices = place.compare === 'service';
  return {
    name: place.name,
    provenBy: byServices ? services.map((service) => serviceKey(service.name)) : [place.name],
    legible: !byServices || services.some((service) => serviceOf(context, service).legible !== false),
    database: services.some((service) => databaseKinds.has(service.kind)),
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
    else await plantCanary(host, root, pair.late, { late: true });
  }
  for (const service of servicesOf(context, scenario.scope.services)) {
    if (service.data !== null && serviceOf(context, service).seeded) await plantLate(context, host, service);
  }
}
