import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inTurns, type Turn } from './turns.ts';

const never = new AbortController().signal;

/** What happened, in order: `+a` set up, `a` has its turn, `-a` has ended. */
async function logOf(items: readonly string[], options: { readonly ahead: boolean }, work: (item: string, turn: Turn) => Promise<void> = async (_, turn) => turn.take(never)): Promise<readonly string[]> {
  const log: string[] = [];
  await inTurns(items, options, async (item, turn) => {
    log.push(`+${item}`);
    await work(item, { ...turn, take: (signal) => turn.take(signal).then(() => void log.push(item)) });
    await sleep(5);
    log.push(`-${item}`);
  }).catch((error: unknown) => log.push(String(error)));
  return log;
}

describe('scenarios in turns', () => {
  it('are set up one ahead, and have their turns one after the other, in order', async () => {
    expect(await logOf(['a', 'b', 'c'], { ahead: true })).toEqual(['+a', 'a', '+b', '-a', 'b', '+c', '-b', 'c', '-c']);
  });
  it('follow one another where two do not fit', async () => {
    expect(await logOf(['a', 'b', 'c'], { ahead: false })).toEqual(['+a', 'a', '-a', '+b', 'b', '-b', '+c', 'c', '-c']);
  });
  it('never meet, though one between them ends before its turn', async () => {
    const log = await logOf(['a', 'b', 'c'], { ahead: true }, async (item, turn) => {
      if (item === 'b') return;
      await turn.take(never);
      if (item === 'a') await sleep(30);
    });
    expect(log).toEqual(['+a', 'a', '+b', '-b', '+c', '-a', 'c', '-c']);
  });
  it('know whether they are ahead', async () => {
    const ahead: boolean[] = [];
    await inTurns(['a', 'b'], { ahead: true }, async (_, turn) => {
      await Promise.resolve();
      ahead.push(turn.isAhead());
      await turn.take(never);
      ahead.push(turn.isAhead());
      await sleep(5);
    });
    expect(ahead).toEqual([false, false, true, false]);
  });
  it('end with the first that fails, once what was set up meanwhile has ended too', async () => {
    const log = await logOf(['a', 'b', 'c'], { ahead: true }, async (item, turn) => {
      await turn.take(never);
      await sleep(5);
      if (item === 'a') throw new Error('a is broken');
    });
    expect(log).toEqual(['+a', 'a', '+b', 'Error: a is broken']);
  });
  it('do not wait for their turn past their signal', async () => {
    const stopped = new AbortController();
    const log = await logOf(['a', 'b'], { ahead: true }, async (item, turn) => {
      if (item === 'b') setTimeout(() => stopped.abort(new Error('it is over')), 5);
      await turn.take(item === 'b' ? stopped.signal : never);
      await sleep(40);
    });
    expect(log).toEqual(['+a', 'a', '+b', '-a', 'Error: it is over']);
  });
});
