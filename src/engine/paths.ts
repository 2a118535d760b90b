/** Paths in a host as the kernel sees them. */
import type { Host } from '../ports/host.ts';

/** Absolute path for one that may start with `~`, the home of the host's user; without a slash at its end. */
export async function absolutePath(host: Host, path: string): Promise<string> {
  const plain = path.length > 1 ? path.replace(/\/+$/, '') : path;
  if (plain !== '~' && !plain.startsWith('~/')) return plain;
  const { stdout } = await host.exec(['/usr/bin/getent', 'passwd', host.spec.user], { user: 'root' });
  const home = stdout.toString('utf8').trim().split(':')[5];
  if (!home) throw new Error(`host ${host.name} has no user ${host.spec.user}: where ${path} is cannot be told`);
  return plain.replace('~', home);
}

export async function exists(host: Host, path: string): Promise<boolean> {
  return (await host.exec(['/usr/bin/test', '-e', path], { user: 'root' })).exitCode === 0;
}

/** The same paths with every symbolic link resolved, in order. Parts that are not there stay as written. */
export async function realPaths(host: Host, paths: readonly string[]): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  const { exitCode, stdout, stderr } = await host.exec(['/usr/bin/realpath', '-mz', '--', ...paths], { user: 'root' });
  if (exitCode !== 0) throw new Error(`realpath on host ${host.name} failed: exit ${exitCode}: ${stderr.trim()}`);
  return stdout.toString('utf8').split('\0').slice(0, -1);
}

/** `path` is `folder` or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || folder === '/' || path.startsWith(`${folder}/`);
}
