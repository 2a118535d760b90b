/** Who owns what is made in the outer engine: labels out, labels in, and whether the owner still lives. */
import { readFile, readlink } from 'node:fs/promises';
import type { Ownership } from '../ports/host.ts';

export const labelNames = {
  run: 'runbook-drill.run',
  scenario: 'runbook-drill.scenario',
  pid: 'runbook-drill.pid',
  started: 'runbook-drill.started',
  boot: 'runbook-drill.boot',
  namespace: 'runbook-drill.pid-namespace',
} as const;

/** What a container, volume or network of ours says about its owner. */
export interface Owner {
  readonly run: string;
  readonly pid: number;
  readonly started: string;
  readonly boot: string;
  /** In which the pid counts. */
  readonly namespace: string;
}

/** The labels of everything that is made for one scenario by process `pid`: its start time and boot tell it from one that is given the same number later. */
export async function ownershipLabels(ownership: Ownership, pid: number = process.pid): Promise<Record<string, string>> {
  return {
    [labelNames.run]: ownership.run,
    [labelNames.scenario]: ownership.scenario,
    [labelNames.pid]: String(pid),
    [labelNames.started]: (await processStart(pid)) ?? '0',
    [labelNames.boot]: await bootId(),
    [labelNames.namespace]: await pidNamespace(),
  };
}

/** The owner that labels name, or null when they are not ours: then nothing may be done to their bearer. */
export function ownerFromLabels(labels: Readonly<Record<string, string>> | null | undefined): Owner | null {
  const run = labels?.[labelNames.run];
  const pid = labels?.[labelNames.pid];
  const started = labels?.[labelNames.started];
  const boot = labels?.[labelNames.boot];
  const namespace = labels?.[labelNames.namespace];
  if (!run || !pid || !/^[0-9]+$/.test(pid) || !started || !boot || !namespace) return null;
  return { run, pid: Number(pid), started, boot, namespace };
}

/**
 * Whether the process that made something is still there: same boot of the machine, same pid, same start time.
 * One of another container on this machine cannot be seen from here, and is taken for alive: only its own name (`--run`) or `--all` removes what it left.
 */
export async function isAlive(owner: Owner): Promise<boolean> {
  if (owner.boot !== (await bootId())) return false;
  return owner.namespace !== (await pidNamespace()) || owner.started === (await processStart(owner.pid));
}

/** Start time of a process in clock ticks since boot (/proc/PID/stat, field 22), or null when there is no such process. */
async function processStart(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // Field 2 is the program's name in parentheses, and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  return state === 'Z' || state === 'X' ? null : (fields[19] ?? null);
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

/** `pid:[4026531836]`: pid_namespaces(7). */
const pidNamespace = (): Promise<string> => readlink('/proc/self/ns/pid');
