/** backup: the runbook's own steps, then what they left, looked into before anything is lost. */
import { type CoverageQuestion, coverageOf } from '../../evidence/artefact/coverage.ts';
import { markTime } from '../../evidence/artefact/changed-files.ts';
import { inspectBackup, matcher } from '../../evidence/artefact/inspect-backup.ts';
import { commandThatWrote } from '../../evidence/artefact/written-by.ts';
import { plantCanary, plantInFile } from '../../evidence/canary.ts';
import type { Host } from '../../ports/host.ts';
import type { EngineVolume } from '../../ports/engine.ts';
import { type ScenarioContext, homeOf, inHost, inPhase, placesOf, servicesOf } from '../context.ts';
import { type ScenarioEvent, serviceKey } from '../journal-events.ts';
import type { PlacePlan, Plan } from '../model.ts';
import { commitsSince, originHeads } from './git-artefacts.ts';
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
  const before = await engine.volumes(host);
  const since = await markTime(host);
  const headsBefore = await originHeads(host);
  const steps = context.scenario.steps.filter((step) => step.phase === 'backup');
  const { outcome, ended } = await inPhase(context, 'backup', async () => ({ outcome: await runSteps(context, host, steps), ended: await markTime(host) }));
  const born = newVolumes(before, await engine.volumes(host));
  const inspection = await inspectionOf(context, host, since, outcome);
  const artefacts = [...(await inspectBackup(host, inspection)), ...(await commitsSince(host, headsBefore, inspection))];
  const declared = plan.artefacts.map(({ path, holds }) => ({ matches: matcher([inHost(path, host.spec.user)]), holds }));
  context.emit({
    event: 'backup-inspected',
    backupEnded: ended,
    artefacts,
    coverage: coverageOf(plan.places.map((place) => coverageQuestion(context, place)), artefacts, declared, context.scenario.loss.type === 'host'),
    bornVolumes: bornVolumes(born, outcome, context),
  });
  const manifests = await manifestsOf(context, host, plan.places);
  return { ...outcome, manifests };
}

function newVolumes(before: readonly EngineVolume[], after: readonly EngineVolume[]): readonly EngineVolume[] {
  const known = new Set(before.map((volume) => volume.name));
  return after.filter((volume) => !volume.anonymous && !known.has(volume.name));
}

function bornVolumes(born: readonly EngineVolume[], { spans }: PhaseOutcome, { scenario }: ScenarioContext): Extract<ScenarioEvent, { event: 'backup-inspected' }>['bornVolumes'] {
  return born.map((volume) => {
    const { file, line } = commandThatWrote(volume.name, volume.born, spans) ?? scenario.at;
    return { name: volume.name, file, line };
  });
}

/** nonce → the place's name, or `serviceKey`. Late nonces are no proof of a backup. */
function nonceNames({ nonces }: ScenarioContext): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [nonce, owner] of nonces.all) if (!owner.late) names.set(nonce, owner.of === 'place' ? owner.name : serviceKey(owner.name));
  return names;
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

/** Passphrases that the backup itself gives to gpg, in its words or in a file of the host. */
async function passphrasesInBackup({ scenario }: ScenarioContext, host: Host): Promise<readonly string[]> {
  const found: string[] = [];
  for (const step of scenario.steps) {
    if (step.phase !== 'backup' || !('shell' in step)) continue;
    for (const [, file, quoted = ''] of step.shell.text.matchAll(/--passphrase(-file)?[=\s]+('[^']*'|"[^"]*"|[^\s'"]+)/g)) {
      const word = quoted.replace(/^(['"])(.*)\1$/s, '$2');
      if (file === undefined) found.push(word);
      else found.push((await host.exec(['/usr/bin/head', '-n', '1', inHost(word, host.spec.user)])).stdout.toString().trimEnd());
    }
  }
  return found.filter((passphrase) => passphrase !== '');
}

async function inspectionOf(context: ScenarioContext, host: Host, since: number, { spans }: PhaseOutcome): Promise<Parameters<typeof inspectBackup>[1]> {
  const { plan, engine, gpgPassphrase } = context.drill;
  const { user } = host.spec;
  const roots = await Promise.all(plan.places.map((place) => locate(context, host, place)));
  return {
    nonces: nonceNames(context),
    passphrases: [...passphrasesOf(gpgPassphrase, plan), ...(await passphrasesInBackup(context, host))],
    since,
    exclude: [...engine.storage, ...roots.filter((root) => root !== null), `${homeOf(user)}/.bash_history`],
    offsite: plan.offsite.map((entry) => inHost(entry, user)),
    declared: plan.artefacts.map(({ path }) => inHost(path, user)),
    spans,
  };
}

/** What a person who restores may hold: gpg's answer, `host.files` (gpg reads the first line of a passphrase file) and `host.env`. */
export function passphrasesOf(gpgPassphrase: string, { host }: Pick<Plan, 'host'>): readonly string[] {
  const files = host.files.flatMap(({ content }) => [content.trim(), content.split('\n', 1)[0]?.trimEnd() ?? '']);
  return [...new Set([gpgPassphrase, ...files.filter((text) => text.length <= longestPassphrase), ...Object.values(host.env), ''])];
}

/** gpg takes no longer one. Trying a whole configuration file as a passphrase costs seconds. */
const longestPassphrase = 255;

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
