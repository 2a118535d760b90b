/** Paths inside a host. */
import { posix } from 'node:path';

export const homeOf = (user: string): string => (user === 'root' ? '/root' : `/home/${user}`);

export interface HostPaths {
  readonly workspace: string;
  /** The absolute form: `~` is the home of `user` (default: the host's user), all else is relative to the workspace. */
  absolute(path: string, user?: string): string;
  /** The path relative to the workspace (`''` for itself), or null outside it. */
  inWorkspace(absolute: string): string | null;
}

const clean = (path: string): string => posix.normalize(path).replace(/(?<=.)\/$/, '');

function expand(path: string, home: string, base: string): string {
  if (path === '~' || path.startsWith('~/')) return clean(`${home}${path.slice(1)}`);
  return clean(path.startsWith('/') ? path : `${base}/${path}`);
}

export function hostPaths(user: string, workspacePath: string): HostPaths {
  const workspace = expand(workspacePath, homeOf(user), '/');
  return {
    workspace,
    absolute: (path, as = user) => expand(path, homeOf(as), workspace),
    inWorkspace: (absolute) => (absolute === workspace ? '' : absolute.startsWith(`${workspace}/`) ? absolute.slice(workspace.length + 1) : null),
  };
}
