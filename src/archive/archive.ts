/** The built-in backup of one or more places. Written aside and renamed: what was there stays until all that is new is whole. */
import { bashInHost } from '../evidence/in-host.ts';
import type { Host } from '../ports/host.ts';
import { type PlaceRoot, archiveName, prelude } from './archive-host.ts';

export interface ArchiveRequest {
  readonly contents: readonly PlaceRoot[];
  /** Absolute path of the folder in the host; made when it is not there. */
  readonly to: string;
  /** Null writes archives that are not encrypted. */
  readonly passphrase: string | null;
  readonly signal: AbortSignal;
}

/*
 * A status of tar other than 0 is a failure, also the 1 of "file changed as we read it".
 * zstd writes its checksum; gpg must not compress again.
 */
const writeAside = String.raw`${prelude}
root=$1 kind=$2 partial=$3 encrypt=$4 whole=
trap 'rm -rf -- "$scratch"; [ "$whole" ] || rm -f -- "$partial"' EXIT
umask 077
pack() {
  if [ "$kind" = folder ]; then set -- --directory="$root" .
  else set -- --directory="$(dirname -- "$root")" -- "./$(basename -- "$root")"; fi
  tar --create --format=posix --pax-option=delete=atime,delete=ctime --sparse --numeric-owner --acls --xattrs --xattrs-include='*' "$@" |
    zstd --quiet --threads=0 --check --stdout
}
if [ "$encrypt" ]; then
  pack | by_passphrase --yes --symmetric --cipher-algo AES256 --s2k-count 65011712 --compress-algo none --output "$partial"
else
  pack > "$partial"
fi || fail "the archive of $root could not be written"
sync -- "$partial" || fail "$partial could not be brought to the disk"
whole=yes
`;

const makeFolder = String.raw`${prelude}
trap 'rm -rf -- "$scratch"' EXIT
make_folder "$1"
`;

/* Owned as the folder is, so that whoever fetches backups from there can read them. */
const publish = String.raw`
cd -- "$1" || exit 1
shift
for name in "$@"; do chown --reference=. -- "$name.partial" || exit 1; done
for name in "$@"; do mv -fT -- "$name.partial" "$name" || exit 1; done
sync -- .
`;

/** Rejects when one of the archives could not be written; then the folder holds what it held before. */
export async function writeArchives(host: Host, { contents, to, passphrase, signal }: ArchiveRequest): Promise<void> {
  const names = contents.map(({ place }) => archiveName(place, passphrase !== null));
  try {
    await bashInHost(host, `making ${to}`, makeFolder, [to], { stdin: '', signal });
    for (const { place, root, kind } of contents) {
      const partial = `${to}/${archiveName(place, passphrase !== null)}.partial`;
      await bashInHost(host, `the archive of ${place}`, writeAside, [root, kind, partial, passphrase === null ? '' : 'yes'], { stdin: passphrase ?? '', signal });
    }
    await bashInHost(host, `renaming the archives in ${to}`, publish, [to, ...names], { signal });
  } catch (error) {
    const partials = names.map((name) => `${to}/${name}.partial`);
    await bashInHost(host, 'removing unfinished archives', 'rm -f -- "$@"', partials).catch(() => undefined);
    throw error;
  }
}
