/** The example that `npm run drill` drills: its runbook passes in every scenario. */
import { expect, it } from 'vitest';
import type { JournalEntry } from '../src/drill/journal-events.ts';
import type { Phase } from '../src/drill/model.ts';
import { drillFixture } from './fixture-drill.ts';

it('the runbook of the Raspberry Pi brings everything back on the same host, after a lost stack and on a fresh host', { timeout: 600_000 }, async () => {
  const { report, entries } = await drillFixture('raspberry-pi/drill.yaml');
  for (const scenario of report.scenarios) {
    expect(scenario, JSON.stringify(scenario.findings, null, 1)).toMatchObject({ validationStatus: 'SUCCESSFUL', liar: null });
    expect(scenario.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    const inScope = scenario.data.filter((place) => place.inScope);
    expect(inScope.map(({ name }) => name)).toEqual(expect.arrayContaining(['grafana', 'alertmanager', 'compose-env', 'alertmanager-env']));
    expect(inScope.every(({ status, covered }) => status === 'intact' && covered === 'yes')).toBe(true);
    expect(scenario.rto.policy).toBe('PolicyMet');
    expect(scenario.rpo.policy).toBe('PolicyMet');
  }
  const ids = ['service-failure', 'stack-loss', 'fresh-host'];
  expect(report.scenarios.map(({ id }) => id)).toEqual(ids);
  // Each is set up while the one before has its turn, and none begins what is timed before that has ended.
  const at = (id: string, event: JournalEntry['event'], phase?: Phase): number => entries.findIndex((entry) => 'scenario' in entry && entry.scenario === id && entry.event === event && (phase === undefined || ('phase' in entry && entry.phase === phase)));
  for (const [index, id] of ids.slice(1).entries()) {
    const before = ids[index] ?? '';
    expect(at(id, 'phase-started', 'create'), id).toBeLessThan(at(before, 'phase-started', 'backup'));
    expect(at(id, 'phase-started', 'seed'), id).toBeGreaterThan(at(before, 'phase-ended', 'destroy'));
  }
});
