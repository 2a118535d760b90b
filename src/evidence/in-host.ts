/** Runs our own small programs in a host, out of reach of what a runbook puts on PATH. */
import type { Writable } from 'node:stream';
import type { ExecResult, Host } from '../ports/host.ts';

/** Bytes for file names, no wrappers, nothing that a shell would source. */
const environment = { LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ENV: '', BASH_ENV: '' } as const;

export interface ProgramOptions {
  readonly stdin?: Buffer | string;
  readonly stdout?: Writable;
  /** Exit codes that are answers; all others reject. Default 0 alone. */
  readonly answers?: readonly number[];
  readonly signal?: AbortSignal;
  /** Variables besides the fixed ones. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A POSIX shell script as root; `$1`… are `args`. dash reads no BASH_ENV, so a runbook's trace stays out of it. */
export function shellInHost(host: Host, what: string, script: string, args: readonly string[], options: ProgramOptions = {}): Promise<ExecResult> {
  return programInHost(host, what, ['/bin/sh', '-c', script, 'drill', ...args], options);
}

/** A bash script as root, where a pipe's every status counts; no startup file is read. */
export function bashInHost(host: Host, what: string, script: string, args: readonly string[], options: ProgramOptions = {}): Promise<ExecResult> {
  return programInHost(host, what, ['/bin/bash', '--norc', '--noprofile', '-c', script, 'drill', ...args], options);
}

/** A Perl program as root; perl-base is an essential package of Debian. */
export function perlInHost(host: Host, what: string, program: string, args: readonly string[], options: ProgramOptions = {}): Promise<ExecResult> {
  return programInHost(host, what, ['/usr/bin/perl', '-e', program, '--', ...args], options);
}

async function programInHost(host: Host, what: string, command: readonly string[], options: ProgramOptions): Promise<ExecResult> {
  const { answers = [0], env, ...rest } = options;
  const result = await host.exec(command, { ...rest, user: 'root', cwd: '/', env: { ...environment, ...env } });
  if (!answers.includes(result.exitCode)) {
    const seen = result.stderr.trim().slice(-1000) || 'nothing on standard error';
    throw new Error(`${what} on host ${host.name} failed: exit ${result.exitCode}, expected ${answers.join(' or ')}: ${seen}`);
  }
  return result;
}
