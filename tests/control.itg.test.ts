/** Controls: the drill itself passes when everything comes back, and tells of it when nothing does. */
import { describe, expect, it } from 'vitest';
import { drillFixture } from './fixture-drill.ts';
import { type SmallDrill, explained, goodBlocks, runSmallDrill } from './small-drill.ts';
import { thorough } from './thorough.ts';

const deploy = goodBlocks.deploy.replace('docker run -d', 'docker run -d --init');
/** A runbook that brings nothing back, in too little time, and whose deploy steps work on an empty engine alone. */
const bad: SmallDrill = {
  blocks: { deploy, backup: 'false', restore: '', check: 'false' },
  drill: { 'min-fidelity': 1, services: { app: { kind: 'command', data: 'app', check: 'docker exec app true' } } },
  scenario: { rto: '1s', check: ['#check'] },
};
const withLoss = (loss: unknown): SmallDrill => ({ ...bad, scenario: { ...bad.scenario, loss } });

describe.concurrent('a positive control', { timeout: 300_000 }, () => {
  it.each([
    ['emptied', { data: ['app'], how: 'delete' }, ['succeeded', 'skipped', 'succeeded']],
    ['removed with its container', { data: ['app'], how: 'remove' }, ['succeeded', 'succeeded', 'succeeded']],
    ['lost with the host', 'host', ['succeeded', 'succeeded', 'succeeded']],
  ])('passes whatever the runbook says: a place %s', async (_, loss, restored) => {
    const result = await runSmallDrill({ ...withLoss(loss), control: 'positive' });
    expect(result.scenario.validationStatus, explained(result)).toBe('SUCCESSFUL');
    expect(result.scenario.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(result.scenario.steps.map(({ phase, name }) => `${phase} ${name}`)).toEqual(['deploy #deploy', 'backup archive app', 'restore #deploy', 'restore unarchive app']);
    expect(result.scenario.steps.slice(1).map(({ status }) => status)).toEqual(restored);
    expect(result.report.control).toBe('positive');
    expect(result.exitCode).toBe(0);
  });

  it.skipIf(!thorough)('passes for the Raspberry Pi on a fresh host', async () => {
    const { report, exitCode } = await drillFixture('raspberry-pi/drill.yaml', { scenarios: ['fresh-host'], control: 'positive' });
    expect(report.scenarios[0], JSON.stringify(report.scenarios[0]?.findings, null, 1)).toMatchObject({ validationStatus: 'SUCCESSFUL' });
    expect(report.scenarios[0]?.data.every(({ status, covered }) => status === 'intact' && covered === 'yes')).toBe(true);
    expect(exitCode).toBe(0);
  });
});

describe.concurrent('a negative control', { timeout: 300_000 }, () => {
  it('fails by lost data, though the runbook is right', async () => {
    const result = await runSmallDrill({ blocks: { deploy }, control: 'negative' });
    expect(result.scenario.validationStatus, explained(result)).toBe('FAILED');
    expect(result.errors).toEqual(['data-missing']);
    expect(result.scenario.data).toMatchObject([{ name: 'app', status: 'missing', covered: 'yes' }]);
    expect(result.report.control).toBe('negative');
    expect(result.exitCode).toBe(0);
  });
});
