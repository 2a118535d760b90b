/** The example that `npm run drill` drills: its runbook passes in every scenario. */
import { expect, it } from 'vitest';
import { drillFixture } from './fixture-drill.ts';

it('the runbook of the Raspberry Pi brings everything back on the same host, after a lost stack and on a fresh host', { timeout: 600_000 }, async () => {
  const { report } = await drillFixture('raspberry-pi/drill.yaml');
  for (const scenario of report.scenarios) {
    expect(scenario, JSON.stringify(scenario.findings, null, 1)).toMatchObject({ validationStatus: 'SUCCESSFUL', liar: null });
    expect(scenario.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    const inScope = scenario.data.filter((place) => place.inScope);
    expect(inScope.map(({ name }) => name)).toEqual(expect.arrayContaining(['grafana', 'alertmanager', 'compose-env', 'alertmanager-env']));
    expect(inScope.every(({ status, covered }) => status === 'intact' && covered === 'yes')).toBe(true);
    expect(scenario.rto.policy).toBe('PolicyMet');
    expect(scenario.rpo.policy).toBe('PolicyMet');
  }
  expect(report.scenarios.map(({ id }) => id)).toEqual(['service-failure', 'stack-loss', 'fresh-host']);
});
