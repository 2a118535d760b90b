/** What of a scenario is a test case, and how each came out. */
import type { DrillEvent, JournalEntry, StepDeclaration } from '../drill/journal-events.ts';
import type { Finding, SourceLine } from '../drill/model.ts';
import type { ScenarioReport, StepReport } from '../drill/report-model.ts';
import { formatDuration, formatObjective, isAsExpected } from './format.ts';

export interface TestCase {
  readonly group: 'verdict' | 'steps' | 'data' | 'services' | 'objectives';
  /** Unique in its scenario: a reader may take two of one name for a flaky test that passed at last. */
  readonly name: string;
  /** Where it stands, for what has no finding. */
  readonly at: SourceLine;
  /** Seconds; null when it was not measured. */
  readonly time: number | null;
  readonly outcome: 'passed' | 'failure' | 'error' | 'skipped';
  /** Why it did not pass; empty when it did. */
  readonly message: string;
  /** Findings of severity error that it is about. */
  readonly findings: readonly Finding[];
}

type Started = Extract<DrillEvent, { event: 'drill-started' }>;

/** A case before the findings are dealt out. */
interface Draft {
  readonly test: Omit<TestCase, 'findings'>;
  readonly isAbout: (finding: Finding) => boolean;
}

/** The verdict stands first; it has the findings that are about no other case. */
export function testCasesOf(scenario: ScenarioReport, entries: readonly JournalEntry[]): readonly TestCase[] {
  const started = entries.find((entry): entry is { readonly at: string } & Started => entry.event === 'drill-started');
  const declared = started?.scenarios.find(({ id }) => id === scenario.id);
  const at = declared?.at ?? { file: started?.drillFile ?? '', line: 1 };
  const errors = scenario.findings.filter(({ severity }) => severity === 'error');
  const taken = new Set<Finding>();
  const cases = [...steps(scenario, declared?.steps ?? []), ...data(scenario, started, at), ...services(scenario, started, at), ...objectives(scenario, at)].map((draft) => {
    const findings = errors.filter((finding) => !taken.has(finding) && draft.isAbout(finding));
    for (const finding of findings) taken.add(finding);
    return judged(scenario, draft.test, findings);
  });
  return uniquelyNamed([verdict(scenario, at, errors.filter((finding) => !taken.has(finding))), ...cases]);
}

function judged({ validationStatus }: ScenarioReport, test: Draft['test'], findings: readonly Finding[]): TestCase {
  const [first] = findings;
  if (first === undefined) return { ...test, findings };
  return { ...test, outcome: validationStatus === 'NOT_MEASURED' ? 'error' : 'failure', message: first.message, findings };
}

function verdict({ validationStatus, validationStatusMessage, liar }: ScenarioReport, at: SourceLine, findings: readonly Finding[]): TestCase {
  const outcome = { SUCCESSFUL: 'passed', FAILED: 'failure', TIMED_OUT: 'failure', NOT_MEASURED: 'error' } as const;
  const lied = liar === null ? '' : ` The ${liar} lied.`;
  const message = validationStatus === 'SUCCESSFUL' ? '' : `${validationStatus}: ${validationStatusMessage}${lied}`;
  return { group: 'verdict', name: 'verdict', at, time: null, outcome: outcome[validationStatus], message, findings };
}

function steps({ steps: all, validationStatus }: ScenarioReport, declared: readonly StepDeclaration[]): readonly Draft[] {
  const wrong = validationStatus === 'NOT_MEASURED' ? 'error' : 'failure';
  return all.map((step, index) => {
    const lines = new Set([step.line, ...(declared[index]?.sourceLines ?? [])]);
    return {
      test: {
        group: 'steps',
        name: `${step.phase} ${step.name}`,
        at: step,
        time: step.duration,
        outcome: step.status === 'succeeded' ? 'passed' : step.status === 'skipped' ? 'skipped' : wrong,
        message: step.status === 'succeeded' ? '' : stepMessage(step),
      },
      isAbout: ({ file, line }) => file === step.file && lines.has(line),
    };
  });
}

function stepMessage({ status, exitCode }: StepReport): string {
  if (status === 'skipped') return 'skipped: it was not run';
  return `${status}${exitCode === null ? '' : `: exit ${exitCode}`}`;
}

type Item = ScenarioReport['data'][number] | ScenarioReport['services'][number];

/** Where the loss is not proven, what is there says nothing. */
function outcomeOf({ validationStatus }: ScenarioReport, item: Item): Pick<TestCase, 'outcome' | 'message'> {
  const asExpected = item.inScope ? isAsExpected(item) : ['intact', 'ready'].includes(item.status);
  if (validationStatus === 'NOT_MEASURED' || (!item.inScope && !asExpected)) return { outcome: 'skipped', message: `not proven: ${item.status}` };
  if (asExpected) return { outcome: 'passed', message: '' };
  return { outcome: item.status === 'unproven' ? 'error' : 'failure', message: `${item.status}: expected ${item.expect}` };
}

const standsAt = (place: SourceLine) => (finding: Finding): boolean => finding.file === place.file && finding.line === place.line;

function data(scenario: ScenarioReport, started: Started | undefined, at: SourceLine): readonly Draft[] {
  return scenario.data.map((place) => {
    const where = started?.places.find(({ name }) => name === place.name) ?? at;
    return { test: { group: 'data', name: `data ${place.name}`, at: where, time: null, ...outcomeOf(scenario, place) }, isAbout: standsAt(where) };
  });
}

function services(scenario: ScenarioReport, started: Started | undefined, at: SourceLine): readonly Draft[] {
  return scenario.services.map((service) => {
    const where = started?.services.find(({ name }) => name === service.name) ?? at;
    return { test: { group: 'services', name: `service ${service.name}`, at: where, time: service.ready, ...outcomeOf(scenario, service) }, isAbout: standsAt(where) };
  });
}

function objectives({ rto, rpo, clock }: ScenarioReport, at: SourceLine): readonly Draft[] {
  const objective = (name: 'RTO' | 'RPO', { policy }: { readonly policy: string }, target: string, actual: number | null): Draft => ({
    test: {
      group: 'objectives',
      name,
      at,
      time: null,
      outcome: policy === 'PolicyMet' ? 'passed' : policy === 'PolicyBreached' ? 'failure' : 'skipped',
      message: policy === 'PolicyMet' ? '' : `${policy}: target ${target}, actual ${formatDuration(actual)}`,
    },
    isAbout: ({ rule }) => rule === `${name.toLowerCase()}-breached`,
  });
  return [
    objective('RTO', rto, formatDuration(rto.target), rto.actual === null ? null : rto.actual + clock.manual),
    objective('RPO', rpo, formatObjective(rpo.target), rpo.actual),
  ];
}

function uniquelyNamed(cases: readonly TestCase[]): readonly TestCase[] {
  const seen = new Map<string, number>();
  return cases.map((each) => {
    const count = (seen.get(each.name) ?? 0) + 1;
    seen.set(each.name, count);
    return count === 1 ? each : { ...each, name: `${each.name} (${count})` };
  });
}
