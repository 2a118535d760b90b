import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { isAlive, ownerFromLabels, ownershipLabels } from './labels.ts';

async function mine(): Promise<Record<string, string>> {
  return ownershipLabels({ run: 'r1', scenario: 'a' });
}

describe('labels', () => {
  it('name an owner who lives as long as this process', async () => {
    const owner = ownerFromLabels(await mine());
    expect(owner).toMatchObject({ run: 'r1', pid: process.pid });
    expect(owner !== null && (await isAlive(owner))).toBe(true);
  });

  it('are not ours when one is missing: nothing may then be done to their bearer', async () => {
    expect(ownerFromLabels(null)).toBeNull();
    expect(ownerFromLabels({ 'com.example': 'x' })).toBeNull();
    for (const name of ['run', 'pid', 'started', 'boot', 'pid-namespace']) {
      expect(ownerFromLabels({ ...(await mine()), [`runbook-drill.${name}`]: '' })).toBeNull();
    }
  });

  it.each([
    ['another start time: the pid was given out again', { 'runbook-drill.started': '1' }],
    ['another boot of the machine', { 'runbook-drill.boot': 'b007' }],
  ])('name a dead owner by %s', async (_why, change) => {
    const owner = ownerFromLabels({ ...(await mine()), ...change });
    expect(owner !== null && (await isAlive(owner))).toBe(false);
  });

  it('name an owner in another container, who cannot be seen and so is not taken for dead', async () => {
    const owner = ownerFromLabels({ ...(await mine()), 'runbook-drill.pid': '4194304', 'runbook-drill.pid-namespace': 'pid:[1]' });
    expect(owner !== null && (await isAlive(owner))).toBe(true);
  });

  it('name a dead owner once its process has ended', async () => {
    const child = spawn('sleep', ['100']);
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    const owner = ownerFromLabels(await ownershipLabels({ run: 'r1', scenario: 'a' }, pid));
    expect(owner !== null && (await isAlive(owner))).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(owner !== null && (await isAlive(owner))).toBe(false);
  });
});
