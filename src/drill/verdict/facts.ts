/** The journal, sorted: what is known of each scenario, with the place in the journal where it was learnt. */
import type { DrillEvent, JournalEntry, ScenarioDeclaration, ScenarioEvent, StepDeclaration, StepResult } from '../journal-events.ts';
import { JournalError } from '../journal-error.ts';
import type { Phase } from '../model.ts';

type DrillEventOf<E extends DrillEvent['event']> = Extract<DrillEvent, { event: E }>;
type ScenarioEventOf<E extends ScenarioEvent['event']> = Extract<ScenarioEvent, { event: E }>;

/** A fact and its position in the journal: what stands before what decides what is blamed. */
export interface Known<T> {
  readonly entry: number;
  readonly fact: T;
}

/** Results by index of the step; more than one where a step was told again. */
type Runs = ReadonlyMap<number, readonly Known<StepResult>[]>;

export interface ScenarioFacts {
  readonly declaration: ScenarioDeclaration;
  readonly hosts: readonly ScenarioEventOf<'host-created'>[];
  readonly phaseSeconds: ReadonlyMap<Phase, number>;
  /** The phase that began last. */
  readonly lastPhase: Phase | null;
  readonly startedSteps: ReadonlySet<number>;
  /** Without those of the restore's second run. */
  readonly runs: Runs;
  readonly seeded: readonly ScenarioEventOf<'seeded'>[];
  readonly backup: Known<ScenarioEventOf<'backup-inspected'>> | null;
  /** What was in use before the backup, and after the restore. */
  readonly inventory: { readonly backup: Known<ScenarioEventOf<'inventory'>> | null; readonly restore: Known<ScenarioEventOf<'inventory'>> | null };
  /** Which of the old artefacts the restore read. */
  readonly oldRead: ScenarioEventOf<'old-artefacts-read'>['read'];
  readonly retention: Known<ScenarioEventOf<'retention'>> | null;
  readonly losses: readonly ScenarioEventOf<'loss-proven'>[];
  readonly unproven: readonly Known<ScenarioEventOf<'unproven'>>[];
  readonly notMeasured: readonly ScenarioEventOf<'not-measured'>[];
  /** What was there before the restore ran a second time, and the results of its second run, by index of the step. */
  readonly repeat: (Known<ScenarioEventOf<'restore-repeats'>> & { readonly runs: Runs }) | null;
  readonly verified: Known<ScenarioEventOf<'verified'>> | null;
  readonly timedOut: ScenarioEventOf<'scenario-timed-out'> | null;
  readonly ended: boolean;
  readonly firstAt: string | null;
  readonly lastAt: string | null;
}

export interface DrillFacts {
  readonly started: DrillEventOf<'drill-started'>;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly ended: DrillEventOf<'drill-ended'> | null;
  readonly standIns: readonly DrillEventOf<'stand-in'>[];
  readonly notMeasured: readonly DrillEventOf<'not-measured'>[];
  /** In the order of the drill file. */
  readonly scenarios: readonly ScenarioFacts[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
interface Gathering extends Writable<Omit<ScenarioFacts, 'hosts' | 'phaseSeconds' | 'startedSteps' | 'repeat' | 'runs' | 'seeded' | 'losses' | 'unproven' | 'notMeasured'>> {
  readonly hosts: ScenarioEventOf<'host-created'>[];
  readonly phaseSeconds: Map<Phase, number>;
  readonly startedSteps: Set<number>;
  readonly runs: Map<number, Known<StepResult>[]>;
  repeat: (Known<ScenarioEventOf<'restore-repeats'>> & { readonly runs: Map<number, Known<StepResult>[]> }) | null;
  readonly seeded: ScenarioEventOf<'seeded'>[];
  readonly losses: ScenarioEventOf<'loss-proven'>[];
  readonly unproven: Known<ScenarioEventOf<'unproven'>>[];
  readonly notMeasured: ScenarioEventOf<'not-measured'>[];
}

const nothingYet = (declaration: ScenarioDeclaration): Gathering => ({
  declaration,
  hosts: [],
  phaseSeconds: new Map(),
  lastPhase: null,
  startedSteps: new Set(),
  runs: new Map(),
  seeded: [],
  backup: null,
  oldRead: [],
  inventory: { backup: null, restore: null },
  retention: null,
  losses: [],
  unproven: [],
  notMeasured: [],
  repeat: null,
  verified: null,
  timedOut: null,
  ended: false,
  firstAt: null,
  lastAt: null,
});

/** Throws where the journal has no beginning, or speaks of a scenario that it never declared. */
export function gatherFacts(entries: readonly JournalEntry[]): DrillFacts {
  const [first] = entries;
  if (first?.event !== 'drill-started') throw new JournalError('The journal does not begin with drill-started: no drill can be told from it.');
  const scenarios = new Map(first.scenarios.map((declaration) => [declaration.id, nothingYet(declaration)]));
  const standIns: DrillEventOf<'stand-in'>[] = [];
  const notMeasured: DrillEventOf<'not-measured'>[] = [];
  let ended: DrillEventOf<'drill-ended'> | null = null;
  for (const [index, entry] of entries.entries()) {
    if ('scenario' in entry) {
      const scenario = scenarios.get(entry.scenario);
      if (scenario === undefined) throw new JournalError(`The journal speaks of scenario ${entry.scenario}, which its first entry does not declare.`);
      addToScenario(scenario, index, entry);
    } else if (entry.event === 'stand-in') standIns.push(entry);
    else if (entry.event === 'not-measured') notMeasured.push(entry);
    else if (entry.event === 'drill-ended') ended = entry;
    else if (entry.event === 'drill-started' && index > 0) throw new JournalError('The journal holds two drills: judge each by itself.');
  }
  return { started: first, startedAt: first.at, endedAt: entries.at(-1)?.at ?? first.at, ended, standIns, notMeasured, scenarios: [...scenarios.values()] };
}

function addToScenario(scenario: Gathering, entry: number, fact: { readonly at: string } & ScenarioEvent): void {
  scenario.firstAt ??= fact.at;
  scenario.lastAt = fact.at;
  switch (fact.event) {
    case 'host-created':
      scenario.hosts.push(fact);
      break;
    case 'phase-started':
      scenario.lastPhase = fact.phase;
      break;
    case 'phase-ended':
      scenario.phaseSeconds.set(fact.phase, (scenario.phaseSeconds.get(fact.phase) ?? 0) + fact.seconds);
      break;
    case 'step-started':
      scenario.startedSteps.add(fact.step);
      break;
    case 'step-ended':
      addResult(scenario, fact.step, { entry, fact: fact.result });
      break;
    case 'restore-repeats':
      scenario.repeat = { entry, fact, runs: new Map() };
      break;
    case 'seeded':
      scenario.seeded.push(fact);
      break;
    case 'backup-inspected':
      scenario.backup = { entry, fact };
      break;
    case 'inventory':
      scenario.inventory = { ...scenario.inventory, [fact.when]: { entry, fact } };
      break;
    case 'old-artefacts-read':
      scenario.oldRead = fact.read;
      break;
    case 'retention':
      scenario.retention = { entry, fact };
      break;
    case 'loss-proven':
      scenario.losses.push(fact);
      break;
    case 'unproven':
      scenario.unproven.push({ entry, fact });
      break;
    case 'not-measured':
      scenario.notMeasured.push(fact);
      break;
    case 'verified':
      scenario.verified = { entry, fact };
      break;
    case 'scenario-timed-out':
      scenario.timedOut = fact;
      break;
    case 'scenario-ended':
      scenario.ended = true;
      break;
  }
}

function addResult({ declaration, repeat, runs }: Gathering, step: number, result: Known<StepResult>): void {
  const isRestore = declaration.steps.some(({ index, phase }) => index === step && phase === 'restore');
  const into = repeat !== null && isRestore ? repeat.runs : runs;
  into.set(step, [...(into.get(step) ?? []), result]);
}

/** A step of the runbook's own check, after the restore. */
export const isOwnCheck = (step: StepDeclaration): boolean => step.phase === 'check' && step.before !== 'loss';

const severity = { 'timed-out': 3, failed: 2, skipped: 1, succeeded: 0 } as const;

/** The result that stands for a step that ran more than once: the worst, the first of equals. Null when it has none. */
export function resultOf({ runs: known }: Pick<ScenarioFacts, 'runs'>, step: StepDeclaration): StepResult | null {
  const runs = known.get(step.index) ?? [];
  return runs.reduce<StepResult | null>((worst, { fact }) => (worst === null || severity[fact.status] > severity[worst.status] ? fact : worst), null);
}

/** It began: it has a start, or was cut off before its end. */
export function wasStarted(facts: ScenarioFacts, step: StepDeclaration): boolean {
  return facts.startedSteps.has(step.index) || (facts.runs.get(step.index) ?? []).some(({ fact }) => fact.status !== 'skipped');
}

/** It did not do all that it was to do, or a command in it failed with nothing testing it. */
export const wentWrong = (result: StepResult): boolean =>
  result.status === 'failed' || result.status === 'timed-out' || result.prompt !== null || result.failures.some((failure) => failure.kind === 'untested');
