import { describe, expect, it } from 'vitest';
import type { PlaceFact, StepResult } from '../journal-events.ts';
import { exampleFailure, examplePlace } from './example-facts.ts';
import { type ExampleEvent, exampleJournal, exampleVerified, goodParts, stepEnded } from './example-journal.ts';
import { judge } from './index.ts';
import type { ScenarioReport } from '../report-model.ts';

const { places, services } = exampleVerified;
const changed = [examplePlace('grafana', { counts: { 'changed/error': 1 } })];

/** The restore ran twice: what was there after the first run, how the second run went, and what was there in the end. */
function repeated(after: { readonly first?: readonly PlaceFact[]; readonly second?: readonly PlaceFact[] }, result: Partial<StepResult> = {}): ScenarioReport {
  const again: readonly ExampleEvent[] = [{ event: 'restore-repeats', places: after.first ?? places, services }, ...stepEnded(2, { duration: 99, ...result })];
  const verified = { ...exampleVerified, places: after.second ?? places };
  const [scenario] = judge(exampleJournal({ restore: [...goodParts.restore, ...again], check: [], verified: [verified] }, { repeatRestore: true, steps: goodSteps })).scenarios;
  if (scenario === undefined) throw new Error('no scenario');
  return scenario;
}
const goodSteps = judgeSteps();
function judgeSteps() {
  const [first] = exampleJournal();
  return first?.event === 'drill-started' ? (first.scenarios[0]?.steps.slice(0, 3) ?? []) : [];
}
const told = ({ validationStatus, liar, findings }: ScenarioReport): readonly (string | null)[] => [validationStatus, liar, ...findings.map(({ rule, severity, message, actual }) => `${rule} ${severity}: ${message}: ${actual}`)];

describe('a restore that runs twice', () => {
  it('is good when both runs end the same, and its time is that of the first', () => {
    const scenario = repeated({});
    expect(told(scenario)).toEqual(['SUCCESSFUL', null]);
    expect([scenario.clock.restore, scenario.rto.actual, scenario.steps[2]?.duration]).toEqual([12.1, 16.3, 12.1]);
  });

  it('is not when the second run spoils what the first brought back', () => {
    expect(told(repeated({ second: changed }))).toEqual(['FAILED', 'restore', 'data-changed error: grafana: 1 path is with other content, after the second run of the restore: 1 with other content: not listed']);
  });

  it('is not when only the second run brings it back', () => {
    expect(told(repeated({ first: changed }))).toEqual(['FAILED', 'restore', 'data-changed error: grafana: 1 path is with other content: 1 with other content: not listed']);
  });

  it('tells what failed in the second run alone', () => {
    const failures = [exampleFailure(62)];
    expect(told(repeated({}, { status: 'failed', failures }))).toEqual(['FAILED', 'restore', expect.stringContaining('exit 2 in the second run of the restore')]);
  });

  it('tells what is masked in both runs once', () => {
    const failures = [exampleFailure(62, { kind: 'masked' })];
    const again: readonly ExampleEvent[] = [...stepEnded(2, { failures }), { event: 'restore-repeats', places, services }, ...stepEnded(2, { failures })];
    const [scenario] = judge(exampleJournal({ restore: again }, { repeatRestore: true })).scenarios;
    expect(scenario?.findings.map(({ rule, severity, actual }) => `${rule} ${severity} ${actual.slice(0, 16)}`)).toEqual(['masked-failure warning exit 2, 2 times:']);
  });

  it.each<[string, readonly ExampleEvent[]]>([
    ['no second run', []],
    ['a second run without its step', [{ event: 'restore-repeats', places, services }]],
    ['a second run that was skipped', [{ event: 'restore-repeats', places, services }, ...stepEnded(2, { status: 'skipped', start: null, duration: null, exitCode: null })]],
  ])('is not proven by %s', (_name, again) => {
    const [scenario] = judge(exampleJournal({ restore: [...goodParts.restore, ...again] }, { repeatRestore: true })).scenarios;
    expect(scenario?.validationStatus).toBe('NOT_MEASURED');
  });
});
