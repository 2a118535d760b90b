import { describe, expect, it } from 'vitest';
import { exampleDrill, exampleJournal, exampleScenario } from '../drill/verdict/example-journal.ts';
import { judge } from '../drill/verdict/index.ts';
import { badgeSvg } from './badge-svg.ts';
import { reportInput } from './formats.ts';
import { exampleLine } from './golden/example-history.ts';
import { journals } from './golden/journals.ts';
import { historyOf, historyText, joinHistories, latestOf, parseHistory } from './history.ts';
import { reportHtml } from './html/index.ts';
import { defaultLimits, growthWarnings, lastTested } from './over-time.ts';
import { reportMd } from './report-md.ts';

const day = (text: string): string => `${text}T03:00:00.000Z`;
const drill = exampleJournal();
const [drilled] = historyOf(judge(drill), drill);
if (drilled === undefined) throw new Error('no line');

describe('the lines of a drill', () => {
  it('say what the table says, and what was drilled', () => {
    expect(drilled).toMatchObject({ drill: 'raspberry-pi-homelab', id: 'service-failure', verdict: 'SUCCESSFUL', rto: 900, rta: 16.3, data: '1 of 1', environment: 'docker' });
    expect(parseHistory(`${historyText(drilled)}\n`, 'h')).toEqual([drilled]);
  });

  it('are null for what was not measured, none for a control and for what was not begun or has not ended', () => {
    const limited = journals['host-limit'] ?? [];
    expect(historyOf(judge(limited), limited)).toMatchObject([{ verdict: 'NOT_MEASURED', rta: null }]);
    const interrupted = journals['interrupted'] ?? [];
    expect(historyOf(judge(interrupted), interrupted).map(({ id, verdict, rta }) => [id, verdict, rta])).toEqual([['service-failure', 'SUCCESSFUL', 16.3]]);
    const control = exampleJournal({}, {}, { control: 'positive' });
    expect(historyOf(judge(control), control)).toEqual([]);
    const notBegun = exampleJournal().filter((entry) => !('scenario' in entry));
    expect(historyOf(judge(notBegun), notBegun)).toEqual([]);
  });

  it('are inert whatever a title holds', () => {
    const journal = journals['hostile'] ?? [];
    for (const line of historyOf(judge(journal), journal)) expect(historyText(line)).not.toMatch(/[\p{Cc}\p{Cf}\n]/u);
  });
});

describe('two histories', () => {
  const [a, b, c] = [exampleLine({ ended: day('2026-01-01') }), exampleLine({ ended: day('2026-04-01') }), exampleLine({ ended: day('2026-04-01'), id: 'new-host' })];

  it('are joined as sets, oldest first, in whatever order', () => {
    expect(joinHistories([b, a], [c, b])).toEqual([a, c, b]);
    expect(joinHistories([c, b], [a, b])).toEqual([a, c, b]);
    expect(latestOf([a, c, b]).get('service-failure')).toEqual(b);
  });

  it('keep fields of a later version', () => {
    const text = `{"later":1,${historyText(a).slice(1)}`;
    expect(historyText(parseHistory(`${text}\n`, 'h')[0] ?? b)).toContain('"later":1');
  });
});

const earlier = (...rtas: readonly (number | null)[]) => rtas.map((rta, index) => exampleLine({ rta, ended: day(`2026-0${index + 1}-01`) }));
const warned = (rta: number | null, history: readonly ReturnType<typeof exampleLine>[]) => growthWarnings([{ ...drilled, rta }], history, defaultLimits);

describe('growth', () => {
  it('over its share of the target is told; up to it, it is not', () => {
    expect(warned(14 + 181, earlier(14))).toHaveLength(1);
    expect(warned(14 + 180, earlier(14))).toEqual([]);
    expect(warned(400, earlier(14, 15, 16))[0]).toMatch(/service-failure took 6m 40s, 6m 25s more than in the 3 drills before \(15s\): over 20 % of its RTO of 15m/);
  });

  it('is measured against what is usual: not the one slow drill, not another environment, not what was not measured', () => {
    expect(warned(400, earlier(15, 390, 14))).toHaveLength(1);
    expect(warned(400, [])).toEqual([]);
    expect(warned(400, earlier(null))).toEqual([]);
    expect(warned(400, [exampleLine({ environment: 'lxd' })])).toEqual([]);
    expect(warned(null, earlier(14))).toEqual([]);
  });
});

describe('age', () => {
  const declared = [{ id: 'service-failure' }, { id: 'new-host' }];

  it('counts from the last drill that could measure', () => {
    const history = [exampleLine({ ended: day('2026-01-01') }), exampleLine({ ended: day('2026-06-01'), verdict: 'NOT_MEASURED' })];
    const [tested, never] = lastTested(declared, history, day('2026-04-11'), defaultLimits);
    expect(tested).toEqual({ id: 'service-failure', at: day('2026-01-01'), stale: false });
    expect(never).toEqual({ id: 'new-host', at: null, stale: true });
    expect(lastTested(declared, history, day('2026-04-12'), { ...defaultLimits, maxAge: 100 * 86_400 })[0]?.stale).toBe(true);
  });

  it('is a warning in every other run, and in the badge', () => {
    const both = exampleJournal({}, {}, { declared: declared.map(({ id }) => ({ id, title: id, rtoSeconds: null, rpo: null })) });
    const old = exampleLine({ id: 'new-host', ended: day('2026-05-01') });
    expect(reportInput(both, [old]).warnings).toEqual(['new-host was last tested on 2026-05-01, 204 days ago: over 100d']);
    expect(badgeSvg.render(reportInput(both, [old]))).toContain('last tested 2026-05-01');
    for (const format of [reportMd, reportHtml]) expect(format.render(reportInput(both, [old]))).toMatch(/Over time[^]*new-host was last tested on 2026-05-01/);
    const recent = exampleLine({ id: 'new-host', ended: day('2026-11-01') });
    expect(reportInput(both, [recent]).warnings).toEqual([]);
    expect(badgeSvg.render(reportInput(both, [recent]))).toContain('SUCCESSFUL, 2026-11-01');
    // Another drill file's history, and none at all, say nothing about this one.
    expect(reportInput(both, [{ ...old, drill: 'other' }]).warnings).toEqual([]);
    expect(reportInput(both, []).warnings).toEqual([]);
  });

  it('is not green for what was not begun, nor for what nobody knows', () => {
    const one = { ...exampleScenario, id: 'new-host', at: { file: 'drill.yaml', line: 60 } };
    const [started, ...rest] = exampleJournal();
    if (started?.event !== 'drill-started') throw new Error('no start');
    expect(badgeSvg.render(reportInput([{ ...started, scenarios: [...started.scenarios, one] }, ...rest]))).toContain('NOT_MEASURED, ');
    const known = exampleJournal({}, {}, { declared: [...declared, { id: 'third' }].map(({ id }) => ({ id, title: id, rtoSeconds: null, rpo: null })) });
    expect(badgeSvg.render(reportInput(known))).toContain('SUCCESSFUL (1 of 3), 2026-11-22');
  });

  it('does not hide a failure', () => {
    const two = { ...exampleDrill, declared: declared.map(({ id }) => ({ id, title: id, rtoSeconds: null, rpo: null })) };
    const failed = exampleLine({ id: 'new-host', ended: day('2026-05-01'), verdict: 'FAILED', rta: null });
    expect(badgeSvg.render(reportInput(exampleJournal({}, {}, two), [failed]))).toContain('FAILED, 2026-05-01');
  });

  it('goes by the last drill of a scenario, which need not be this one: another may have ended first and published before', () => {
    const later = exampleLine({ ended: day('2026-11-23'), verdict: 'FAILED', rta: null });
    expect(badgeSvg.render(reportInput(exampleJournal(), [later]))).toContain('FAILED, 2026-11-23');
    const before = exampleLine({ ended: day('2026-11-21'), verdict: 'FAILED', rta: null });
    expect(badgeSvg.render(reportInput(exampleJournal(), [before]))).toContain('SUCCESSFUL, 2026-11-22');
  });
});

describe('a control', () => {
  const control = exampleJournal({}, {}, { control: 'positive' });
  it('leaves badge and history as they were, and warns of nothing', () => {
    const input = reportInput(control, [exampleLine({ ended: day('2025-01-01') })]);
    expect(badgeSvg.render(input)).toBeNull();
    expect(input.warnings).toEqual([]);
  });
});
