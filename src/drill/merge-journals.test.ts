import { describe, expect, it } from 'vitest';
import { examplePlace } from './verdict/example-facts.ts';
import { drillEnded, exampleDrill, exampleScenario, goodParts, inOrder, verifiedAs, exampleVerified, writtenDown } from './verdict/example-journal.ts';
import { exitCodeOf, judge } from './verdict/index.ts';
import { historyOf, renderReports, reportInput } from '../report/index.ts';
import type { DrillEvent, JournalEntry } from './journal-events.ts';
import { mergeJournals } from './merge-journals.ts';

const [one, two] = [
  { ...exampleScenario, id: 'one' },
  { ...exampleScenario, id: 'two', at: { file: 'drill.yaml', line: 60 } },
];
const bad = verifiedAs({ places: [examplePlace('grafana', { exists: false, nonceBack: false })], services: exampleVerified.services });
const events = { one: inOrder(goodParts), two: inOrder({ ...goodParts, ...bad }) };

function drill(scenario: typeof one, more: Partial<typeof exampleDrill> = {}, end: readonly DrillEvent[] = [drillEnded]): readonly JournalEntry[] {
  return writtenDown({ ...exampleDrill, scenarios: [scenario], ...more }, { [scenario.id]: scenario.id === 'one' ? events.one : events.two }, end);
}

const merge = (...journals: readonly (readonly JournalEntry[])[]) => mergeJournals(journals.map((entries, index) => ({ name: `part-${index + 1}`, entries })));

describe('merged drills', () => {
  it('are judged as one drill of all their scenarios would be', () => {
    const whole = judge(writtenDown({ ...exampleDrill, scenarios: [one, two] }, events, [drillEnded]));
    const merged = judge(merge(drill(two), drill(one)));
    const bare = (report: typeof whole) => report.scenarios.map(({ started: _started, ended: _ended, ...rest }) => rest);
    expect(bare(merged)).toEqual(bare(whole));
    expect(merged.validationStatus).toBe('FAILED');
  });

  it('end with the last of them, and tell once what is the same in all', () => {
    const standIn: DrillEvent = { event: 'stand-in', for: 'a', is: 'b' };
    const merged = merge(drill(one, {}, [standIn, drillEnded]), drill(two, {}, [standIn, { ...drillEnded, event: 'drill-ended', interrupted: 'SIGTERM', fault: 'full disk' }]));
    expect(merged.filter(({ event }) => event === 'stand-in')).toHaveLength(1);
    expect(merged.filter(({ event }) => event === 'drill-started')).toHaveLength(1);
    expect(merged.at(-1)).toMatchObject({ event: 'drill-ended', interrupted: 'SIGTERM', fault: 'full disk' });
  });

  it('have no end where one of them was killed', () => expect(merge(drill(one), drill(two, {}, [])).some(({ event }) => event === 'drill-ended')).toBe(false));

  it('tell of a scenario that was to be drilled and left no journal, and are not green for it', () => {
    const declared = ['one', 'gone', 'unselected'].map((id) => ({ id, title: id, rtoSeconds: 900, rpo: 'last-backup' as const }));
    const merged = mergeJournals([{ name: 'part-1', entries: drill(one, { declared }) }], ['one', 'gone']);
    const report = judge(merged);
    expect(report.scenarios.map(({ id, validationStatus }) => [id, validationStatus])).toEqual([['one', 'SUCCESSFUL'], ['gone', 'NOT_MEASURED']]);
    expect(report).toMatchObject({ validationStatus: 'NOT_MEASURED', scenarios: [{}, { rto: { target: 900, actual: null }, started: null, data: [{ status: 'unproven' }, { status: 'unproven' }] }] });
    expect(exitCodeOf(report, { interrupted: null, fault: null })).toBe(3);
    expect(historyOf(report, merged).map(({ id }) => id)).toEqual(['one']);
    expect([...renderReports(reportInput(merged)).values()].filter((content) => content.includes('left no journal'))).not.toEqual([]);
    expect(judge(mergeJournals([{ name: 'part-1', entries: drill(one, { declared }) }], ['one'])).validationStatus).toBe('SUCCESSFUL');
    expect(() => mergeJournals([{ name: 'part-1', entries: drill(one, { declared }) }], ['other'])).toThrow(/other: no such scenario in the drill file of part-1. Expected some of one, gone, unselected/);
  });

  it.each([
    ['the same scenario twice', [drill(one), drill(one)], /scenario one stands in part-1 and in part-2/],
    ['another drill file', [drill(one), drill(two, { drillFile: 'other.yaml' })], /the drill file differs/],
    ['another content of it', [drill(one, { drillFileSha256: 'a' }), drill(two, { drillFileSha256: 'b' })], /content differs/],
    ['another runbook', [drill(one), drill(two, { runbooks: [{ file: 'docs/runbook.md', sha256: '0' }] })], /the runbooks and their content differs/],
    ['another host', [drill(one), drill(two, { host: { ...exampleDrill.host, environment: 'lxd' } })], /the host differs/],
    ['a control', [drill(one), drill(two, { control: 'positive' })], /the control differs/],
    ['no journal', [], /no journal/],
    ['a journal without a beginning', [drill(one).slice(1)], /part-1: .*drill-started/],
    ['two drills in one', [[...drill(one), ...drill(two)]], /two drills/],
  ])('are refused with %s', (_name, journals, message) => expect(() => merge(...journals)).toThrow(message));
});
