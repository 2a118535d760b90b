/**
 * A manifest says for one place, byte for byte, what is in it. It is taken in the host by find, sha256sum and getfattr,
 * and only read here, so its cost is that of reading the content once.
 */
import type { IdRange } from '../ports/engine.ts';
import type { Host } from '../ports/host.ts';
import { shellInHost } from './in-host.ts';
import { ManifestReader } from './manifest-reader.ts';

/** `f` file, `d` folder, `l` symbolic link, `p` FIFO, `s` socket, `b` and `c` devices. */
export type EntryType = 'f' | 'd' | 'l' | 'p' | 's' | 'b' | 'c';

export interface ManifestEntry {
  readonly type: EntryType;
  /** Octal, setuid, setgid and sticky bits included: `4755`. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  /** Bytes. */
  readonly size: number;
  /** Seconds since 1970 with fraction. */
  readonly mtime: number;
  /** Device and inode where a file has more than one name, else null. */
  readonly inode: string | null;
  /** Target of a symbolic link, printable. */
  readonly link: string | null;
  /** Of a regular file; null for all else, and for a file that went away or could not be read while it was taken. */
  readonly sha256: string | null;
  /** Values in hexadecimal, of `user.*`, `security.capability` and `system.posix_acl_*`. */
  readonly xattrs: Readonly<Record<string, string>>;
}

export interface Manifest {
  readonly kind: 'folder' | 'file';
  /** Printable path relative to the place (see `printablePath`) to entry; `.` is the place itself. */
  readonly entries: ReadonlyMap<string, ManifestEntry>;
  /** Bytes of all regular files, each name counted. */
  readonly bytes: number;
}

const notThere = 44;

/*
 * Three sections on one stream, NUL-separated, each closed by a field `-`; `end` last, so that a cut stream is told.
 * Each sha256sum has its own output (xargs slot), because with -z its writes are not line by line.
 * Files that vanish meanwhile make find, sha256sum and getfattr exit non-zero: that is a live service, not a failure.
 */
const script = String.raw`
root=$1 kind=$2
[ -e "$root" ] || exit ${notThere}
if [ "$kind" = folder ] && [ -d "$root" ]; then
  cd -- "$root" || exit 45
  start=. depth= recursive=-R
else
  start=$root depth='-maxdepth 0' recursive=
fi
scratch=$(mktemp -d /run/drill-manifest.XXXXXX) || exit 46
trap 'rm -rf "$scratch"' EXIT
trap 'exit 143' HUP INT TERM
workers=$(nproc)
find -H "$start" $depth -type f -print0 2>/dev/null |
  SCRATCH=$scratch xargs -0 -r -P "$workers" --process-slot-var=SLOT \
    sh -c 'exec sha256sum -z -- "$@" >>"$SCRATCH/$SLOT" 2>/dev/null' sh &
find -H "$start" $depth -printf '%y %m %U %G %s %T@ %i %D %n\0%P\0%l\0' 2>/dev/null
printf '%s\0' -
# Without -h a symbolic link would be followed; a place that is a link itself is meant.
if [ "$recursive" ]; then
  getfattr -R -P -h -d -m - -e hex -- . 2>/dev/null
else
  getfattr -d -m - -e hex --absolute-names -- "$start" 2>/dev/null
fi
printf '\0%s\0' -
wait
for part in "$scratch"/*; do [ ! -f "$part" ] || cat -- "$part"; done
printf '%s\0end\0' -
`;

export interface ManifestOptions {
  readonly kind: 'folder' | 'file';
  /** How the place's owners are kept in the host; they are told as they are inside. Default: as they are. */
  readonly ids?: readonly IdRange[];
  readonly signal?: AbortSignal;
}

/**
 * Takes the manifest of a folder or a file at an absolute path in the host; null when nothing is there.
 * A file that vanished while it was read has no SHA-256; when there was one, all is read again, at most twice.
 */
export async function takeManifest(host: Host, root: string, options: ManifestOptions): Promise<Manifest | null> {
  let manifest = await readOnce(host, root, options);
  for (let again = 0; again < 2 && manifest !== null && hasUnread(manifest); again += 1) {
    manifest = await readOnce(host, root, options);
  }
  return manifest;
}

async function readOnce(host: Host, root: string, options: ManifestOptions): Promise<Manifest | null> {
  const reader = new ManifestReader(options.kind, root, options.ids);
  const result = await shellInHost(host, `the manifest of ${root}`, script, [root, options.kind], {
    stdout: reader,
    answers: [0, notThere],
    ...(options.signal ? { signal: options.signal } : {}),
  });
  return result.exitCode === notThere ? null : reader.manifest();
}

function hasUnread(manifest: Manifest): boolean {
  for (const entry of manifest.entries.values()) if (entry.type === 'f' && entry.sha256 === null) return true;
  return false;
}
