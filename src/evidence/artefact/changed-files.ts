/** What a backup left: every file of the host that was created or changed in its phase. */
import type { Host } from '../../ports/host.ts';

export interface ChangedFile {
  readonly path: string;
  readonly bytes: number;
  /** Last change of content or metadata, seconds since 1970 by the host's clock (st_ctime: no tool can set it back). */
  readonly changed: number;
}

/** A file with what tells its content from another's, though it has been renamed. */
export interface StampedFile extends ChangedFile {
  /** `device:inode`. */
  readonly inode: string;
  /** Last change of content, seconds since 1970; a tool may set it. */
  readonly modified: number;
}

/** Never an artefact: the engine's storage is added by the caller. Globs as `find -path` reads them. */
const never = [
  '/proc', '/sys', '/dev', '/run', '/var/run', '/var/cache', '/var/log', '/var/lib/apt', '/var/lib/dpkg', '/var/lib/systemd',
  '/var/lib/runbook-drill', '/usr/local/lib/runbook-drill', '*/.git', '*/.gnupg', '*/.cache', '*/.docker',
];

/**
 * Reads the host's clock through a file, so that it is compared with what the kernel stamps on files: a moment between two ticks of its
 * clock, which are milliseconds apart. All that was done before has an earlier stamp, and all that is done from now on a later one.
 */
export async function markTime(host: Host): Promise<number> {
  const script = 'd=$(mktemp -d); f=$d/now; : > "$f"; a=$(stat -c %.9Z "$f"); b=$a; while [ "$b" = "$a" ]; do echo >> "$f"; b=$(stat -c %.9Z "$f"); done; echo "$a $b"; rm -r "$d"';
  const result = await host.exec(['/bin/sh', '-ec', script]);
  const [before = Number.NaN, after = Number.NaN] = result.stdout.toString().trim().split(' ').map(Number);
  if (Number.isNaN(before + after)) throw new Error(`the host does not tell the time: ${result.stderr}`);
  return (before + after) / 2;
}

/** Names are bytes to `find`, which compares them with globs in half the time so. */
const asBytes = { env: { LC_ALL: 'C' } } as const;

/** `find`'s own words for leaving out what is never an artefact, and more. */
function pruning(exclude: readonly string[]): readonly string[] {
  const [first = '', ...rest] = [...never, ...exclude];
  return ['(', '-path', first, ...rest.flatMap((glob) => ['-o', '-path', glob]), ')', '-prune', '-o'];
}

/**
 * With their stamps; inode and time of change are those of one file of the host alone.
 * @param where absolute paths: one below an excluded path is searched all the same.
 * @param since seconds since 1970, from `markTime`.
 * @param exclude absolute paths or `find -path` globs besides those that never hold an artefact.
 */
export function findChangedFiles(host: Host, where: readonly string[], since: number, exclude: readonly string[]): Promise<readonly StampedFile[]> {
  return findFiles(host, where, exclude, ['-newerct', `@${since.toFixed(9)}`]);
}

/** Those that were there before, and that nothing has changed since. */
export function findUnchangedFiles(host: Host, where: readonly string[], since: number, exclude: readonly string[]): Promise<readonly ChangedFile[]> {
  return findFiles(host, where, exclude, ['!', '-newerct', `@${since.toFixed(9)}`]);
}

async function findFiles(host: Host, where: readonly string[], exclude: readonly string[], test: readonly string[]): Promise<readonly StampedFile[]> {
  const result = await host.exec(['/usr/bin/find', ...where, ...pruning(exclude), '-type', 'f', ...test, '-printf', String.raw`%s %C@ %T@ %D:%i %p\0`], asBytes);
  return result.stdout
    .toString()
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [, bytes = '0', changed = '0', modified = '0', inode = '', path = ''] = /^(\d+) ([\d.]+) (-?[\d.]+) (\d+:\d+) (.*)$/s.exec(entry) ?? [];
      return { path, bytes: Number(bytes), changed: Number.parseFloat(changed), modified: Number.parseFloat(modified), inode };
    });
}

/**
 * Folders that were born in the phase, so that plain copies below one are one artefact.
 * stat tells the birth (find's own `%B` does not, on overlayfs).
 */
export async function findNewFolders(host: Host, where: readonly string[], since: number, exclude: readonly string[]): Promise<readonly string[]> {
  const stat = String.raw`/usr/bin/find "$@" -print0 | xargs -0r stat --printf '%.9W %n\0'`;
  const result = await host.exec(['/bin/sh', '-c', stat, 'sh', ...where, ...pruning(exclude), '-type', 'd', '-newerct', `@${since.toFixed(9)}`], asBytes);
  return result.stdout
    .toString()
    .split('\0')
    .map((entry) => /^([\d.]+) (.*)$/s.exec(entry))
    .flatMap((match) => (match?.[2] !== undefined && Number.parseFloat(match[1] ?? '0') >= since ? [match[2]] : []));
}
