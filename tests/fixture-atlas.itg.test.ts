/** The fleet of fixtures/atlas, on real engines: its runbook passes. All scenarios of it are drilled by scripts/soak.ts. */
import { expect, it } from 'vitest';
import { drillFixture } from './fixture-drill.ts';

it('the runbook of the fleet brings a lost host back with everything on it, and one service from an archive', { timeout: 600_000 }, async () => {
  const { report } = await drillFixture('atlas/drill.yaml', { scenarios: ['single-archive', 'full-with-data'] });
  for (const scenario of report.scenarios) {
    expect(scenario, JSON.stringify(scenario.findings, null, 1)).toMatchObject({ validationStatus: 'SUCCESSFUL', liar: null });
    // Not one warning either: the same image is no other image because it was imported anew.
    expect(scenario.findings).toEqual([]);
    expect(scenario.data.filter(({ inScope }) => inScope).every(({ status, covered }) => status === 'intact' && covered === 'yes')).toBe(true);
    expect(scenario.rto.policy).toBe('PolicyMet');
    expect(scenario.rpo.policy).toBe('PolicyMet');
  }
  expect(report.scenarios.map(({ id, data }) => [id, data.filter(({ inScope }) => inScope).length])).toEqual([['single-archive', 2], ['full-with-data', 9]]);
});
