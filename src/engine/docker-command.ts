/** The host's own `docker`, out of reach of the wrappers on PATH and of contexts that a runbook chose. */
import type { ExecResult, Host } from '../ports/host.ts';

const program = '/usr/bin/docker';
const environment = { DOCKER_HOST: 'unix:///var/run/docker.sock', DOCKER_CONFIG: '/nonexistent' } as const;

/** Runs `docker` as root, whatever its exit status. */
export function tryDocker(host: Host, args: readonly string[]): Promise<ExecResult> {
  return host.exec([program, ...args], { user: 'root', cwd: '/', env: environment });
}

/** Standard output of `docker`. Rejects when it fails. */
export async function docker(host: Host, args: readonly string[]): Promise<string> {
  const result = await tryDocker(host, args);
  if (result.exitCode !== 0) throw failed(host, args, result);
  return result.stdout.toString('utf8');
}

/** The engine knows nothing of that name. */
export function isNotThere(stderr: string): boolean {
  return /no such (container|image|volume|network|object)|not found/i.test(stderr);
}

/** Lines of output, without empty ones. */
export function lines(output: string): readonly string[] {
  return output.split('\n').filter((line) => line !== '');
}

function failed(host: Host, args: readonly string[], { exitCode, stderr }: ExecResult): Error {
  return new Error(`docker ${args.slice(0, 6).join(' ')} on host ${host.name} failed: exit ${exitCode}: ${stderr.trim().slice(-1000)}`);
}
