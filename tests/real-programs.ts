/** Bytes that real programs of this machine make, for tests of what reads them. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Output of a bash pipeline in a folder. Rejects where its last command fails. */
export function madeBy(folder: string, command: string): Buffer {
  return execFileSync('/bin/bash', ['-c', command], { cwd: folder, maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Whether programs are here by absolute path; else prints which test is left out, and why. */
export function programsFor(test: string, ...paths: readonly string[]): boolean {
  const missing = paths.filter((path) => !existsSync(path));
  if (missing.length > 0) console.log(`SKIPPED ${test}: ${missing.join(', ')} not here`);
  return missing.length === 0;
}
