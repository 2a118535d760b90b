import { describe, expect, it } from 'vitest';
import { brokenHost, hangingExec } from './test-host.ts';
import { underSignal } from './under-signal.ts';

describe('a program on a host under a signal ends with it', () => {
  it.each([
    ['where it has no other', {}],
    ['though it has one of its own, which is a time limit', { signal: AbortSignal.timeout(60_000) }],
  ])('%s', async (_, options) => {
    const scenario = new AbortController();
    const running = underSignal(brokenHost({ exec: hangingExec }), scenario.signal).exec(['sleep', '100'], options);
    scenario.abort(new Error('interrupted'));
    await expect(running).rejects.toThrow('interrupted');
  });
  it('and with its own', async () => {
    const host = underSignal(brokenHost({ exec: hangingExec }), new AbortController().signal);
    await expect(host.exec(['sleep', '100'], { signal: AbortSignal.abort(new Error('its time is over')) })).rejects.toThrow('its time is over');
  });
});
