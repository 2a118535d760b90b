/** Bytes that real programs of this machine make, for tests of what reads them. */
import { execFileSync } from 'node:child_process';

/** Output of a bash pipeline in a folder. Exit codes other than 0 are the caller's to provoke: only the output counts. */
export function madeBy(folder: string, command: string): Buffer {
  try {
    return execFileSync('/bin/bash', ['-c', command], { cwd: folder, maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    throw new Error(`${command}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
