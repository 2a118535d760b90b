import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Deadline } from './deadline.ts';

it('is over after its time, without what was waited for others', async () => {
  using deadline = new Deadline(0.05);
  await deadline.stoppedFor(sleep(120));
  expect(deadline.signal.aborted).toBe(false);
  await sleep(80);
  expect(deadline.signal.reason).toMatchObject({ name: 'TimeoutError' });
});

it('goes on after a wait that failed, and is never over once it is let go', async () => {
  const deadline = new Deadline(0.02);
  await expect(deadline.stoppedFor(Promise.reject(new Error('no turn')))).rejects.toThrow('no turn');
  deadline[Symbol.dispose]();
  await sleep(40);
  expect(deadline.signal.aborted).toBe(false);
});

it('may be longer than a timer', async () => {
  using deadline = new Deadline(30 * 24 * 3600);
  await sleep(5);
  expect(deadline.signal.aborted).toBe(false);
});
