/**
 * retention: what is left of older backups once the backup has run on many days. The days pass by the clock of the host's shells, and the
 * files that they leave grow older with them; nobody waits.
 */
import { findChangedFiles, findNewFolders, markTime } from '../../evidence/artefact/changed-files.ts';
import { coverageOf } from '../../evidence/artefact/coverage.ts';
import { inspectBackup, shownPath } from '../../evidence/artefact/inspect-backup.ts';
import { PlaceIndex } from '../../evidence/artefact/places-within.ts';
import { makeOlder, setHostClock } from '../../evidence/host-clock.ts';
import type { EngineVolume } from '../../ports/engine.ts';
import type { Host } from '../../ports/host.ts';
import type { ScenarioContext } from '../context.ts';
import type { RetentionFact } from '../journal-events.ts';
import { coverageQuestion, declaredArtefacts } from './backup.ts';
import { engineArtefacts } from './engine-artefacts.ts';
import { Generations, runsOf } from './generations.ts';
import { type BeforeBackup, inspectionOf } from './inspection.ts';
import { lineThatRemoves } from './line-that-removes.ts';
import { type PhaseOutcome, runSteps } from './steps.ts';
import { underName } from '../under-name.ts';

/** What the earlier runs left. */
export interface RetentionHistory {
  /** Seconds since 1970, host's clock: before the first of them. */
  readonly since: number;
  readonly volumes: readonly EngineVolume[];
  /** Files by the run that wrote them; the real backup is run 0, the one before it 1. */
  readonly generations: Generations;
  /** `snapshot:…` and `object:…` → the run that made it last. */
  readonly written: ReadonlyMap<string, number>;
  /** When each run was, in the shells' time, run 0 first. RFC 3339. */
  readonly dates: readonly string[];
  /** Runs with a step that failed. */
  readonly failed: readonly number[];
}

/** Runs the backup steps as on the days before, the oldest first; null where the scenario asks for nothing of the kind. */
export async function runEarlierBackups(context: ScenarioContext, host: Host): Promise<RetentionHistory | null> {
  const { scenario, drill } = context;
  const { retention, everySeconds } = scenario;
  if (retention === null || everySeconds === null) return null;
  const steps = scenario.steps.filter(({ phase }) => phase === 'backup');
  const known = { since: await markTime(host), volumes: await drill.engine.volumes(host) };
  const now = Date.parse(host.spec.date ?? new Date().toISOString());
  const dateOf = (run: number): Date => new Date(now - run * everySeconds * 1000);
  const written = new Map<string, number>();
  const generations = new Generations();
  const failed: number[] = [];
  for (let run = retention.runs - 1; run > 0; run -= 1) {
    drill.progress(`retention: backup ${retention.runs - run} of ${retention.runs}, ${dateOf(run).toISOString().slice(0, 16).replace('T', ' ')}`);
    await setHostClock(host, dateOf(run));
    const since = await markTime(host);
    const outcome = await runSteps(inSilence(context), host, steps);
    if (outcome.failed) failed.push(run);
    for (const { path } of await engineArtefacts(context, host, since, outcome)) written.set(path, run);
    const { files, where, exclude } = await filesLeft(context, host, known, outcome);
    generations.note(files, run);
    if (outcome.limit !== null) break;
    await makeOlder(host, [...files.map(({ path }) => path), ...(await findNewFolders(host, where, known.since, exclude))], everySeconds);
    generations.age(everySeconds);
  }
  await setHostClock(host, dateOf(0));
  return { ...known, generations, written, dates: Array.from({ length: retention.runs }, (_, run) => dateOf(run).toISOString()), failed };
}

/** Steps of a run whose results are nobody's: the real backup tells what is wrong with them. */
function inSilence(context: ScenarioContext): ScenarioContext {
  return { ...context, drill: { ...context.drill, onOutput: () => undefined }, emit: () => undefined };
}

const noContents = { places: new PlaceIndex([]), needles: [] };

/** Every file that the runs have left until now, also in volumes that are no places. */
async function filesLeft(context: ScenarioContext, host: Host, known: BeforeBackup, outcome: PhaseOutcome) {
  const inspection = await inspectionOf(context, host, known, noContents, outcome);
  const where = ['/', ...inspection.volumes.map(({ root }) => root)];
  return { files: await findChangedFiles(host, where, known.since, inspection.exclude), where, exclude: inspection.exclude, volumes: inspection.volumes };
}

/** What is left once the real backup is over. */
export async function tellWhatIsKept(context: ScenarioContext, host: Host, history: RetentionHistory, backup: PhaseOutcome): Promise<void> {
  const { plan } = context.drill;
  const { retention, loss } = context.scenario;
  if (retention === null) return;
  const inspection = await inspectionOf(context, host, history, noContents, backup);
  const { files: stamped, volumes } = await filesLeft(context, host, history, backup);
  const files = (await inspectBackup(host, inspection)).artefacts.map(({ fact }) => fact);
  const left = [...files, ...(await engineArtefacts(context, host, history.since, backup))];
  const written = new Map([...history.written, ...stamped.map((file) => [shownPath(file.path, volumes), history.generations.runOf(file) ?? 0] as const)]);
  const runs = new Map(left.map((artefact) => [artefact, runsOf(artefact, written, retention.runs)]));
  const declared = declaredArtefacts(context, host);
  const questions = plan.places.filter(({ name }) => underName(retention.keep, name) !== undefined).map((place) => coverageQuestion(context, place));
  const byRun = history.dates.map((_, run) => coverageOf(questions, left.filter((artefact) => runs.get(artefact)?.surely.includes(run)), declared, loss.type === 'host'));
  const runsWith = (name: string, covered: 'yes' | 'unknown'): readonly number[] => byRun.flatMap((coverage, run) => (coverage.some((each) => each.name === name && each.covered === covered) ? [run] : []));
  const perhaps = (provenBy: readonly string[]) => left.flatMap((artefact) => ((artefact.offsite || loss.type !== 'host') && provenBy.some((name) => artefact.holds.includes(name)) ? (runs.get(artefact)?.perhaps ?? []) : []));
  const factOf = ({ name, provenBy }: (typeof questions)[number]): RetentionFact => {
    const kept = runsWith(name, 'yes');
    const unknown = [...new Set([...runsWith(name, 'unknown'), ...perhaps(provenBy)])].filter((run) => !kept.includes(run)).toSorted((a, b) => a - b);
    return { name, keep: underName(retention.keep, name) ?? 0, kept, unknown };
  };
  const told = questions.map(factOf);
  const tooMany = told.some(({ keep, kept }) => kept.some((run) => run >= keep));
  const steps = context.scenario.steps.filter(({ phase }) => phase === 'backup');
  context.emit({
    event: 'retention',
    asked: retention.at,
    dates: history.dates,
    failed: history.failed,
    removes: lineThatRemoves(backup.spans, steps, tooMany),
    places: told,
  });
}
