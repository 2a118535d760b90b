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

/**
 * `docker TYPE inspect` of what is still there: what went away since it was listed is left out.
 */
export async function inspect(host: Host, type: 'container' | 'image' | 'volume', names: readonly string[]): Promise<readonly unknown[]> {
  if (names.length === 0) return [];
  const args = [type, 'inspect', '--format', '{{json .}}', '--', ...names];
  const result = await tryDocker(host, args);
  const complaints = result.stderr.split('\n').filter((line) => line.trim() !== '');
  if (!complaints.every((line) => isNotThere(line))) throw failed(host, args, result);
  return parseLines(result.stdout.toString('utf8'));
}

/** The engine knows nothing of that name. */
export function isNotThere(stderr: string): boolean {
  return /no such (container|image|volume|network|object)|not found/i.test(stderr);
}

/** Lines of output, without empty ones. */
export function lines(output: string): readonly string[] {
  return output.split('\n').filter((line) => line !== '');
}

function parseLines(output: string): readonly unknown[] {
  return lines(output).map((line): unknown => JSON.parse(line));
}

function failed(host: Host, args: readonly string[], { exitCode, stderr }: ExecResult): Error {
  return new Error(`docker ${args.slice(0, 6).join(' ')} on host ${host.name} failed: exit ${exitCode}: ${stderr.trim().slice(-1000)}`);
}
