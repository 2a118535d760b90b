import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Ownership } from '../ports/host.ts';
import { inScope } from './leftovers.ts';
import { ownerFromLabels, ownershipLabels } from './labels.ts';
import { cleanupFolders, temporaryFolder } from './temporary.ts';

const own = (run: string): Ownership => ({ run, scenario: '' });

const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);

describe('inScope', () => {
  it('takes the dead, one run, or all of ours', async () => {
    const living = ownerFromLabels(await ownershipLabels(own('r1')));
    if (living === null) throw new Error('no owner');
    const dead = { ...living, started: '1' };
    expect([await inScope(living, { dead: true }), await inScope(dead, { dead: true })]).toEqual([false, true]);
    expect([await inScope(living, { run: 'r1' }), await inScope(dead, { run: 'r2' })]).toEqual([true, false]);
    expect([await inScope(living, { all: true }), await inScope(dead, { all: true })]).toEqual([true, true]);
  });
});

describe('temporary folders', () => {
  it('go when they are disposed of', async () => {
    const folder = await temporaryFolder(own('t1'));
    await folder[Symbol.asyncDispose]();
    expect(await exists(dirname(folder.path))).toBe(false);
  });

  it('are removed by their owner, and one without an owner is not ours', async () => {
    const run = `t${process.pid}`;
    const stranger = await mkdtemp(join(tmpdir(), `runbook-drill-${run}-`));
    try {
      await using kept = await temporaryFolder(own(`${run}x`));
      await using left = await temporaryFolder(own(run));
      const removed = await cleanupFolders((owner) => Promise.resolve(owner.run === run));
      expect(removed).toEqual([dirname(left.path)]);
      expect([await exists(left.path), await exists(kept.path), await exists(stranger)]).toEqual([false, true, true]);
    } finally {
      await rm(stranger, { recursive: true });
    }
  });
});
