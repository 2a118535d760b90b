import { describe, expect, it } from 'vitest';
import { exampleJournal } from './example-journal.ts';
import { judge } from './index.ts';
import { judgeRetention } from './retention-findings.ts';

const days = (count: number): readonly string[] => Array.from({ length: count }, (_, run) => `2026-11-${String(25 - run).padStart(2, '0')}T02:00:00.000Z`);
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, run) => run);

describe('generations that are left', () => {
  it.each<[string, { keep: number; kept: readonly number[]; unknown: readonly number[] }, string]>([
    ['exactly the newest', { keep: 7, kept: upTo(7), unknown: [] }, 'kept'],
    ['all, where more are to be kept than were made', { keep: 30, kept: upTo(10), unknown: [] }, 'kept'],
    ['nothing was removed', { keep: 7, kept: upTo(10), unknown: [] }, 'broken'],
    ['one too many', { keep: 7, kept: upTo(8), unknown: [] }, 'broken'],
    ['one too few', { keep: 7, kept: upTo(6), unknown: [] }, 'broken'],
    ['as many as promised, and not the newest', { keep: 3, kept: [1, 2, 3], unknown: [] }, 'broken'],
    ['the newest, and one that was forgotten', { keep: 2, kept: [0, 1, 9], unknown: [] }, 'broken'],
    ['none at all', { keep: 7, kept: [], unknown: [] }, 'broken'],
    ['one of all', { keep: 30, kept: [0], unknown: [] }, 'broken'],
    ['what cannot be looked into', { keep: 7, kept: [], unknown: upTo(7) }, 'unknown'],
    ['too many, whatever the others hold', { keep: 2, kept: [8], unknown: [0, 1] }, 'broken'],
  ])('%s', (_name, place, state) => {
    expect(judgeRetention(place, 10).state).toBe(state);
  });
});

describe('the report', () => {
  const removes = { file: 'runbook.md', line: 5 };
  function told(kept: readonly number[], more: { readonly failed?: readonly number[]; readonly removes?: typeof removes | null; readonly keep?: number; readonly unknown?: readonly number[] } = {}) {
    const journal = exampleJournal();
    const at = journal.findIndex(({ event }) => event === 'backup-inspected');
    const scenario = journal.flatMap((entry) => ('scenario' in entry ? [entry.scenario] : []))[0] ?? '';
    const { keep = 7, unknown = [] } = more;
    const entry = { at: journal[at]?.at ?? '', scenario, event: 'retention' as const, asked: { file: 'drill.yaml', line: 9 }, dates: days(10), failed: more.failed ?? [], removes: more.removes ?? null, places: [{ name: 'grafana', keep, kept, unknown }] };
    const report = judge([...journal.slice(0, at + 1), entry, ...journal.slice(at + 1)]);
    const [first] = report.scenarios;
    return { status: first?.validationStatus, findings: first?.findings.filter(({ rule }) => rule === 'retention-broken') ?? [], notMeasured: report.notMeasured.filter(({ what }) => what.startsWith('retention')) };
  }

  it('says nothing where the promised generations are left', () => {
    expect(told(upTo(7))).toMatchObject({ status: 'SUCCESSFUL', findings: [], notMeasured: [{ what: 'retention' }] });
  });

  it('names the days that are left and those that should be, at the command that removes', () => {
    const { status, findings } = told(upTo(10), { removes });
    expect(status).toBe('FAILED');
    expect(findings).toMatchObject([
      {
        file: 'runbook.md',
        line: 5,
        message: 'After 10 backups more of grafana is kept than is promised',
        expected: 'the newest 7 generations: 2026-11-25, 2026-11-24, 2026-11-23, 2026-11-22, 2026-11-21, 2026-11-20, 2026-11-19',
        actual: expect.stringMatching(/^10 generations: 2026-11-25, .*, 2026-11-16$/),
      },
    ]);
  });

  it('tells of earlier runs that failed though what was promised is left', () => {
    expect(told(upTo(7), { failed: [9] })).toMatchObject({
      status: 'SUCCESSFUL',
      notMeasured: [{ what: 'retention' }, { what: 'retention', why: '1 earlier run of the backup had a step that failed: 2026-11-16. What is wrong on that day alone was not looked into' }],
    });
  });

  it('stands at the drill file where no command removes anything, and tells of runs that failed', () => {
    expect(told([0], { failed: [1, 2] }).findings).toMatchObject([{ file: 'drill.yaml', line: 9, message: 'After 10 backups less of grafana is kept than is promised', actual: '1 generation: 2026-11-25; 2 earlier runs failed: 2026-11-24, 2026-11-23' }]);
  });

  it('says what was not tried', () => {
    expect(told(upTo(10), { keep: 30 })).toMatchObject({ status: 'SUCCESSFUL', findings: [], notMeasured: [{ what: 'retention' }, { what: 'retention of grafana', why: expect.stringContaining('was not tried') }] });
    expect(told([], { unknown: upTo(7) })).toMatchObject({ status: 'NOT_MEASURED', findings: [], notMeasured: [{ what: 'retention' }, { why: expect.stringContaining('cannot be looked into') }] });
  });
});
