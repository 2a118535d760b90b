/**
 * retention: what is left of older backups once the backup has run on many days. The days pass by the clock of the host's shells, and the
 * files that they leave grow older with them; nobody waits.
 */
import { findChangedFiles, findNewFolders, markTime } from '../../evidence/artefact/changed-files.ts';
import { coverageOf } from '../../evidence/artefact/coverage.ts';
import { inspectBackup } from '../../evidence/artefact/inspect-backup.ts';
import { PlaceIndex } from '../../evidence/artefact/places-within.ts';
import { makeOlder, setHostClock } from '../../evidence/host-clock.ts';
import type { EngineVolume } from '../../ports/engine.ts';
import type { Host } from '../../ports/host.ts';
import type { ScenarioContext } from '../context.ts';
import type { ArtefactFact, RetentionFact } from '../journal-events.ts';
import type { SourceLine } from '../model.ts';
import { coverageQuestion, declaredArtefacts } from './backup.ts';
import { engineArtefacts } from './engine-artefacts.ts';
import { inspectionOf } from './inspection.ts';
import { locate } from './places.ts';
import { type PhaseOutcome, runSteps } from './steps.ts';

/** What the earlier runs left. */
export interface RetentionHistory {
  /** Seconds since 1970, host's clock: before the first of them. */
  readonly since: number;
  readonly volumes: readonly EngineVolume[];
  /** Path of a file, or `snapshot:…` and `object:…`, → the run that wrote it last; the real backup is run 0, the one before it 1. */
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
  const exclude = await neverArtefacts(context, host);
  const now = Date.parse(host.spec.date ?? new Date().toISOString());
  const dateOf = (run: number): Date => new Date(now - run * everySeconds * 1000);
  const written = new Map<string, number>();
  const failed: number[] = [];
  for (let run = retention.runs - 1; run > 0; run -= 1) {
    drill.progress(`retention: backup ${retention.runs - run} of ${retention.runs}, ${dateOf(run).toISOString().slice(0, 16).replace('T', ' ')}`);
    await setHostClock(host, dateOf(run));
    const since = await markTime(host);
    const outcome = await runSteps(inSilence(context), host, steps);
    if (outcome.failed) failed.push(run);
    await noteWritten(context, host, { since, exclude, outcome, run, written });
    if (outcome.limit !== null) break;
    const folders = await findNewFolders(host, ['/'], known.since, exclude);
    await makeOlder(host, [...written.keys(), ...folders].filter((path) => path.startsWith('/')), everySeconds);
  }
  await setHostClock(host, dateOf(0));
  return { ...known, written, dates: Array.from({ length: retention.runs }, (_, run) => dateOf(run).toISOString()), failed };
}

/** Steps of a run whose results are nobody's: the real backup tells what is wrong with them. */
function inSilence(context: ScenarioContext): ScenarioContext {
  return { ...context, drill: { ...context.drill, onOutput: () => undefined }, emit: () => undefined };
}

async function neverArtefacts(context: ScenarioContext, host: Host): Promise<readonly string[]> {
  const { engine, plan } = context.drill;
  const roots = await Promise.all(plan.places.map((place) => locate(context, host, place)));
  return [...engine.storage, ...roots.filter((root) => root !== null)];
}

interface Noting {
  readonly since: number;
  readonly exclude: readonly string[];
  readonly outcome: PhaseOutcome;
  readonly run: number;
  readonly written: Map<string, number>;
}

async function noteWritten(context: ScenarioContext, host: Host, { since, exclude, outcome, run, written }: Noting): Promise<void> {
  for (const { path } of await findChangedFiles(host, ['/'], since, exclude)) written.set(path, run);
  for (const { path } of await engineArtefacts(context, host, since, outcome)) written.set(path, run);
}

/** What is left once the real backup is over. */
export async function tellWhatIsKept(context: ScenarioContext, host: Host, history: RetentionHistory, backup: PhaseOutcome): Promise<void> {
  const { plan } = context.drill;
  const { retention, loss } = context.scenario;
  if (retention === null) return;
  const inspection = await inspectionOf(context, host, history, { places: new PlaceIndex([]), needles: [] }, backup);
  const files = (await inspectBackup(host, inspection)).artefacts.map(({ fact }) => fact);
  const left = [...files, ...(await engineArtefacts(context, host, history.since, backup))];
  const ofRun = Map.groupBy(left, (artefact) => runOf(artefact, history.written));
  const declared = declaredArtefacts(context, host);
  const questions = plan.places.filter(({ name }) => retention.keep[name] !== undefined).map((place) => coverageQuestion(context, place));
  const byRun = history.dates.map((_, run) => coverageOf(questions, ofRun.get(run) ?? [], declared, loss.type === 'host'));
  const runsWith = (name: string, covered: 'yes' | 'unknown'): readonly number[] => byRun.flatMap((coverage, run) => (coverage.some((each) => each.name === name && each.covered === covered) ? [run] : []));
  context.emit({
    event: 'retention',
    asked: retention.at,
    dates: history.dates,
    failed: history.failed,
    removes: lineThatRemoves(backup),
    places: questions.map(({ name }): RetentionFact => ({ name, keep: retention.keep[name] ?? 0, kept: runsWith(name, 'yes'), unknown: runsWith(name, 'unknown') })),
  });
}

/** A folder of copies is of the newest run that wrote into it; what no earlier run wrote is the real backup's. */
function runOf({ path, kind }: ArtefactFact, written: ReadonlyMap<string, number>): number {
  const own = written.get(path);
  if (own !== undefined) return own;
  const within = kind === 'folder' ? [...written].flatMap(([file, run]) => (file.startsWith(path) ? [run] : [])) : [];
  return within.length === 0 ? 0 : Math.min(...within);
}

/** Where a person looks first: the last command that takes something away. */
function lineThatRemoves({ spans }: PhaseOutcome): SourceLine | null {
  const found = spans.findLast(({ command }) => /\b(?:rm|rmdir|unlink|delete|prune|forget|expire|rotate|logrotate)\b|-delete\b/.test(command));
  return found === undefined ? null : { file: found.file, line: found.line };
}
