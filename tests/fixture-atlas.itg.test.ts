/** The fleet of fixtures/atlas, on real engines: its runbook passes. All of its scenarios are drilled by scripts/soak.ts. */
import { expect, it } from 'vitest';
import type { ScenarioReport } from '../src/drill/report-model.ts';
import { drillFixture } from './fixture-drill.ts';
import { thorough } from './thorough.ts';

function expectAllBack(scenario: ScenarioReport, places: number): void {
  expect(scenario, JSON.stringify(scenario.findings, null, 1)).toMatchObject({ validationStatus: 'SUCCESSFUL', liar: null });
  const inScope = scenario.data.filter((place) => place.inScope);
  expect(inScope.every(({ status, covered }) => status === 'intact' && covered === 'yes')).toBe(true);
  expect(inScope).toHaveLength(places);
  expect([scenario.rto.policy, scenario.rpo.policy]).toEqual(['PolicyMet', 'PolicyMet']);
}

it('on Incus a lost host comes back with everything on it', { timeout: 600_000 }, async () => {
  const { report } = await drillFixture('atlas/drill.yaml', { scenarios: ['full-with-data'] });
  const [everything] = report.scenarios;
  if (everything === undefined) throw new Error('one scenario was drilled');
  expectAllBack(everything, 10);
  // Not one warning either: the same image is no other image because it was imported anew.
  expect(everything.findings).toEqual([]);
  // What the image is built on is told, though its own name stands for itself.
  expect(report.standIns.find((image) => image.for === 'atlas')?.is).toMatch(/^built on grafana\/grafana:12\.2\.0 \(.+atlantis/);
});

it.skipIf(!thorough)('on Incus a CA whose key is known to others is another one', { timeout: 600_000 }, async () => {
  const [authority] = (await drillFixture('atlas/drill.yaml', { scenarios: ['ca-compromise'] })).report.scenarios;
  if (authority === undefined) throw new Error('one scenario was drilled');
  expect(authority, JSON.stringify(authority.findings, null, 1)).toMatchObject({ validationStatus: 'SUCCESSFUL', rto: { policy: 'PolicyMet' }, clock: { manual: 3600 } });
  expect(authority.data.find(({ name }) => name === 'step-ca')?.status).toBe('regenerated');
  expect(authority.services.find(({ name }) => name === 'step-ca')?.status).toBe('regenerated');
});

it.skipIf(!thorough)('on LXD one service comes back from an archive, with the words of LXD in the place of those of Incus', { timeout: 600_000 }, async () => {
  const [scenario] = (await drillFixture('atlas/drill-lxd.yaml', { scenarios: ['single-archive'] })).report.scenarios;
  if (scenario === undefined) throw new Error('one scenario was drilled');
  expectAllBack(scenario, 2);
  expect(new Set(scenario.findings.map(({ rule }) => rule))).toEqual(new Set(['substituted']));
});
