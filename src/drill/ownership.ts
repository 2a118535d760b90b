/** Who owns what a drill makes, so that a later `cleanup` can tell a dead owner from a living one. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Ownership } from '../ports/host.ts';

/** Unique for one run; safe in names. */
export const newRunId = (): string => randomBytes(5).toString('hex');

export function ownership(run: string, scenario: string): Ownership {
  return { run, scenario, pid: process.pid, started: startTicks(process.pid) ?? '0' };
}

/** Field 22 of /proc/PID/stat: clock ticks since boot (proc_pid_stat(5)); null when there is no such process. */
export function startTicks(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
