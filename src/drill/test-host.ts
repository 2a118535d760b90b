/** Hosts for tests of what a drill does when its machine does not: nothing runs on them. */
import type { ExecOptions, ExecResult, Host, HostSpec } from '../ports/host.ts';
import { smallSpec } from '../ports/test-spec.ts';

/** It refuses everything that a test does not give it. */
export function brokenHost(over: Partial<Host>, spec: HostSpec = smallSpec): Host {
  return { name: 'broken', spec, mode: 'recipe', engineVersion: 'docker 1', exec: refuse, start: refuse, writeFile: refuse, copyImage: refuse, [Symbol.asyncDispose]: () => Promise.resolve(), ...over };
}

const refuse = (): Promise<never> => Promise.reject(new Error('the host refuses'));

/** A program that ends with its signal alone. */
export function hangingExec(_command: readonly string[], { signal }: ExecOptions = {}): Promise<ExecResult> {
  return new Promise((_resolve, reject) => {
    const end = (): void => reject(signal?.reason);
    if (signal?.aborted === true) end();
    else signal?.addEventListener('abort', end, { once: true });
  });
}
