/** The verdict of one scenario: the first that applies, and one sentence that says why. */
import { type ArtefactFact, serviceKey } from '../journal-events.ts';
import { counted, formatDuration, listNames } from '../format.ts';
import type { ScenarioReport, ValidationStatus } from '../report-model.ts';
import { isEmptyArchive, isEmptyArtefact } from './artefact-findings.ts';
import { coveredOf } from './backup-findings.ts';
import { isLockedOut } from './locked-findings.ts';
import type { Measured } from './clocks.ts';
import { type DrillFacts, type ScenarioFacts, resultOf, wentWrong } from './facts.ts';
import { type Found, type Moment, isBefore, whereIs } from './found.ts';
import { type JudgedPlace, type JudgedService, type Outcomes, inScope, isToBeRestored } from './outcome.ts';
import { unknownRetention } from './retention-findings.ts';

export type Liar = ScenarioReport['liar'];

export interface Verdict {
  readonly status: ValidationStatus;
  readonly message: string;
  readonly liar: Liar;
  /** Where the host's limit was met that makes the scenario NOT_MEASURED: nothing after it is blamed on the runbook. */
  readonly limit: Moment | null;
}

export interface Evidence {
  readonly drill: DrillFacts;
  readonly facts: ScenarioFacts;
  readonly outcomes: Outcomes;
  readonly measured: Measured;
  readonly found: readonly Found[];
}

export function reachVerdict(evidence: Evidence): Verdict {
  const { facts, found } = evidence;
  const limit = decidingLimit(found);
  if (limit !== null) return notMeasured(sentence(`${limit.finding.message} (${whereIs(limit.finding)})`), limit.at);
  const unset = notSetUp(facts) ?? lossNotProven(facts) ?? interruption(evidence) ?? notSeeded(evidence);
  if (unset !== null) return notMeasured(unset);
  const liar = liarOf(evidence);
  if (facts.timedOut !== null) {
    const { phase, seconds } = facts.timedOut;
    if (setUp.has(phase)) return notMeasured(`The scenario's time was over after ${formatDuration(seconds)}, before its ${phase} phase had ended.`);
    return { status: 'TIMED_OUT', message: `The scenario's time was over after ${formatDuration(seconds)}, in the ${phase} phase.`, liar, limit: null };
  }
  if (found.some(({ finding }) => finding.rule === 'step-timeout')) return { status: 'TIMED_OUT', message: failure(evidence, liar), liar, limit: null };
  if (found.some((item) => isError(facts, item))) return { status: 'FAILED', message: failure(evidence, liar), liar, limit: null };
  const unproven = whatIsUnproven(evidence) ?? retentionUnproven(facts);
  if (unproven !== null) return notMeasured(unproven);
  return { status: 'SUCCESSFUL', message: success(evidence), liar: null, limit: null };
}

function retentionUnproven(facts: ScenarioFacts): string | null {
  const unknown = unknownRetention(facts);
  return unknown.length === 0 ? null : `Which generations are left is not proven for ${listNames(unknown)}: artefacts that cannot be looked into may hold them.`;
}

const notMeasured = (message: string, limit: Moment | null = null): Verdict => ({ status: 'NOT_MEASURED', message, liar: null, limit });

/** With one full stop at its end. */
const sentence = (text: string): string => `${text.trim().replace(/\.$/, '')}.`;

/** The first host-limit, if no error was found before it. What only its outcome makes an error was not found before. */
function decidingLimit(found: readonly Found[]): Found | null {
  const limits = found.filter(({ finding }) => finding.rule === 'host-limit').toSorted((a, b) => (isBefore(a.at, b.at) ? -1 : 1));
  const [first] = limits;
  if (first === undefined) return null;
  const errorBefore = found.some(
    ({ finding, at }) => finding.severity === 'error' && finding.rule !== 'masked-failure' && finding.rule !== 'host-limit' && isBefore(at, first.at),
  );
  return errorBefore ? null : first;
}

const setUp: ReadonlySet<string> = new Set(['create', 'deploy', 'seed', 'lose']);

type Unproven = ScenarioFacts['unproven'][number];

/** The machine failed before there was anything to restore. A limit of the host after the set-up has been weighed as a host-limit already. */
function notSetUp(facts: ScenarioFacts): string | null {
  const lost = facts.declaration.loss.type === 'compromise' || facts.losses.some(({ proven }) => proven);
  const failed = facts.unproven.find(({ fact }) => setUp.has(fact.phase) || (fact.limit === null && !lost));
  return failed === undefined ? null : provedNothing(failed);
}

const provedNothing = ({ fact }: Unproven): string => sentence(`The ${fact.phase} phase proved nothing: ${fact.why}`);

/** An engine that is dying fails every command that asks it. */
const engineAway = /Cannot connect to the Docker daemon|error during connect|unix\.socket/;

/** An error that stands whatever became of the machine: once it failed, what its own end had brought about is blamed on nobody. */
function isError({ unproven }: ScenarioFacts, { finding }: Found): boolean {
  return finding.severity === 'error' && !(unproven.length > 0 && finding.rule !== 'uncovered-data' && engineAway.test(finding.actual));
}

function notSeeded({ facts, outcomes }: Evidence): string | null {
  if (facts.timedOut !== null) return null;
  const unplanted = notPlanted(facts, outcomes);
  return unplanted.length > 0 ? `The seed is not proven: nothing was planted in ${listNames(unplanted)}.` : null;
}

/** What was to be planted and, as far as the journal knows, was not. */
function notPlanted(facts: ScenarioFacts, { places, services }: Outcomes): readonly string[] {
  const planted = new Set(facts.seeded.flatMap(({ names }) => names));
  return [
    ...places.filter((place) => place.inScope && place.declaration.seeded && !planted.has(place.declaration.name)).map(({ declaration: { name } }) => name),
    ...services.flatMap(({ inScope: wanted, seeded, declaration: { name } }) => (wanted && seeded && !planted.has(serviceKey(name)) ? [serviceKey(name)] : [])),
  ];
}

function lossNotProven(facts: ScenarioFacts): string | null {
  const untaken = facts.losses.find(({ proven }) => !proven);
  if (untaken !== undefined) return sentence(`The loss did not take: ${untaken.why}`);
  const nothingLost = facts.declaration.loss.type === 'compromise';
  return facts.verified !== null && facts.losses.length === 0 && !nothingLost ? 'The loss is not proven.' : null;
}

function interruption({ drill, facts }: Evidence): string | null {
  const fault = drill.ended?.fault ?? null;
  const signal = drill.ended?.interrupted ?? null;
  const concluded = facts.verified !== null || facts.timedOut !== null;
  if (facts.ended && (concluded || (signal === null && fault === null))) return null;
  const where = facts.lastPhase === null ? 'before it began' : `in the ${facts.lastPhase} phase`;
  return fault === null ? `The scenario was interrupted ${where}${signal === null ? '' : ` by ${signal}`}.` : sentence(`The scenario could not be run to its end, ${where}: ${fault}`);
}

/** Who told the untruth: only where it is known that something is wrong. */
function liarOf({ facts, outcomes, found }: Evidence): Liar {
  const notBack = inScope(outcomes).filter((item) => item.expect === 'restored' && item.outcome === 'wrong');
  if (notBack.some((item) => isBackupsFault(facts, outcomes, item))) return 'backup';
  const restoreFailed = facts.declaration.steps.some((step) => {
    const results = step.phase === 'restore' ? [resultOf(facts, step), ...(facts.repeat === null ? [] : [resultOf(facts.repeat, step)])] : [];
    return results.some((result) => result !== null && wentWrong(result));
  });
  if (notBack.length > 0 || restoreFailed) return 'restore';
  return found.some(({ finding }) => finding.rule === 'check-passed-without-data' || finding.rule === 'check-failed-with-data') ? 'check' : null;
}

function isBackupsFault(facts: ScenarioFacts, outcomes: Outcomes, item: JudgedPlace | JudgedService): boolean {
  const isService = 'kind' in item.declaration;
  const { places } = outcomes;
  const place = isService ? places.find(({ declaration }) => 'data' in item.declaration && declaration.name === item.declaration.data) : places.find((candidate) => candidate === item);
  if (place !== undefined && coveredOf(facts, place) === 'no') return true;
  const key = isService ? serviceKey(item.declaration.name) : item.declaration.name;
  const { artefacts = [], mismatches = [] } = facts.backup?.fact ?? {};
  const holding = artefacts.filter(({ holds }) => holds.includes(key));
  const isOther = ({ path }: ArtefactFact): boolean => mismatches.some((mismatch) => mismatch.artefact === path && mismatch.place === place?.declaration.name);
  return holding.length > 0 && holding.every((artefact) => artefact.state === 'broken' || isLockedOut(artefact, facts, outcomes) || isEmptyArchive(artefact) || isEmptyArtefact(artefact) || isOther(artefact));
}

function failure({ found, outcomes }: Evidence, liar: Liar): string {
  const wrong = [...new Set(inScope(outcomes).flatMap((item) => (item.outcome === 'wrong' && item.expect === 'restored' ? [item.declaration.name] : [])))];
  const errors = found.filter(({ finding }) => finding.severity === 'error');
  if (wrong.length > 0) {
    const why = liar === 'backup' ? 'the backup does not hold what was lost' : 'the restore did not bring back what the backup holds or may hold';
    return `${listNames(wrong)} did not come back as before: ${why}.`;
  }
  const [first] = errors.toSorted((a, b) => (isBefore(a.at, b.at) ? -1 : 1));
  const rest = errors.length > 1 ? `, and ${counted(errors.length - 1, 'more error')}` : '';
  return first === undefined ? 'It failed.' : `${first.finding.message} (${whereIs(first.finding)})${rest}.`;
}

function success({ outcomes, measured, facts }: Evidence): string {
  const { rtoSeconds } = facts.declaration;
  const back = inScope(outcomes).length;
  const target = rtoSeconds === null ? '' : `, within the RTO of ${formatDuration(rtoSeconds)}`;
  return `${back === 1 ? 'What is in scope' : `All ${back} places and services in scope`} came back as expected in ${formatDuration(measured.rta)}${target}.`;
}

/** Everything that keeps a scenario without errors from being green. */
function whatIsUnproven({ facts, outcomes, measured }: Evidence): string | null {
  const [machine] = facts.unproven;
  if (machine !== undefined) return provedNothing(machine);
  if (facts.verified === null) return 'Nothing was verified after the restore.';
  if (facts.backup === null) return 'Nobody looked into what the backup left.';
  const items = [...outcomes.places, ...outcomes.services];
  const open = [...new Set(items.flatMap((item) => (item.outcome === 'as-expected' ? [] : [item.declaration.name])))];
  if (open.length > 0) return `It is not proven that ${listNames(open)} came back or stayed as before.`;
  if (!provesSomething(outcomes)) return 'Nothing in scope proves that data came back.';
  const left = facts.declaration.steps.filter((step) => step.kind !== 'skip' && step.onlyIfGone !== true && (resultOf(facts, step)?.status ?? 'skipped') === 'skipped');
  if (left.length > 0) return `${counted(left.length, 'step')} did not run: ${listNames(left.map(({ name }) => name))}.`;
  if (facts.declaration.repeatRestore === true && !ranAgain(facts)) return 'The restore did not run a second time, to its end.';
  const { rpo, everySeconds } = facts.declaration;
  if (measured.rta === null) return 'The time of the recovery was not measured.';
  const hasAge = outcomes.places.some(isToBeRestored) || outcomes.services.some((service) => service.seeded && isToBeRestored(service));
  if (hasAge && typeof rpo === 'number' && everySeconds !== null && measured.rpa === null) return 'The recovery point was not measured.';
  return null;
}

/** Every step that the first run had. */
function ranAgain(facts: ScenarioFacts): boolean {
  const { declaration, repeat } = facts;
  if (repeat === null) return false;
  const ran = declaration.steps.filter((step) => step.phase === 'restore' && step.kind !== 'skip' && resultOf(facts, step) !== null);
  return ran.every((step) => resultOf(repeat, step)?.status === 'succeeded');
}

/** A place or service that came back or was made anew, or a service whose old data is known to be gone. */
function provesSomething({ places, services }: Outcomes): boolean {
  const proven = places.some((place) => place.inScope && (place.status === 'intact' || place.status === 'regenerated'));
  return proven || services.some((service) => service.inScope && service.seeded && service.outcome === 'as-expected');
}
