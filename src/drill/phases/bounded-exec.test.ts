import { describe, expect, it } from 'vitest';
import { brokenHost, hangingExec } from '../test-host.ts';
import { underSignal } from '../under-signal.ts';
import { execFor } from './bounded-exec.ts';

const never = new AbortController().signal;
const answeringNo = () => Promise.resolve({ exitCode: 1, stdout: Buffer.from('no'), stderr: '' });

describe('a command of the drill file', () => {
  it('that hangs says nothing, in its time', async () => {
    expect(await execFor(brokenHost({ exec: hangingExec }), 0.05, ['hang'], { signal: never })).toMatchObject({ exitCode: 124, stderr: 'no end within 0.05 s' });
  });
  it('that ends is answered as it ended', async () => {
    expect(await execFor(brokenHost({ exec: answeringNo }), 5, ['check'], { signal: never })).toMatchObject({ exitCode: 1 });
  });
  it('is cut off with its scenario, and a host that is lost is no answer', async () => {
    await expect(execFor(brokenHost({ exec: hangingExec }), 5, ['hang'], { signal: AbortSignal.abort(new Error('over')) })).rejects.toThrow('over');
    await expect(execFor(brokenHost({}), 5, ['check'], { signal: never })).rejects.toThrow('the host refuses');
  });
});

describe('a host under a signal', () => {
  it('ends every program with it, and still can be removed', async () => {
    const scenario = new AbortController();
    let removed = false;
    const host = underSignal(brokenHost({ exec: hangingExec, [Symbol.asyncDispose]: () => Promise.resolve(void (removed = true)) }), scenario.signal);
    const running = host.exec(['sleep', 'infinity']);
    scenario.abort(new Error('time is over'));
    await expect(running).rejects.toThrow('time is over');
    await host[Symbol.asyncDispose]();
    expect(removed).toBe(true);
  });
});
