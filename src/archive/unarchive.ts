/** The built-in restore of one place. Unpacked aside and only then put in place: what was there stays until all of the archive is known to be good. */
import { bashInHost } from '../evidence/in-host.ts';
import type { Host } from '../ports/host.ts';
import { type PlaceRoot, archiveName, prelude } from './archive-host.ts';

export interface UnarchiveRequest {
  readonly content: PlaceRoot;
  /** Absolute path of the archive in the host. */
  readonly archive: string;
  readonly passphrase: string;
  readonly signal: AbortSignal;
}

/*
 * gpg and zstd hand out bytes before they know whether all are good: so everything is unpacked aside, and used only when every
 * program of the pipe has ended well; tar stops at the end of the archive, and what pads it is read for zstd to end well too. tar itself skips members with .. and fails, and makes symbolic links last; a leading
 * slash it would only cut off.
 */
const unpackAside = String.raw`${prelude}
archive=$1 kind=$2 root=$(realpath -m -- "$3") made= new= put=
clean_up() {
  rm -rf -- "$new"
  if [ ! "$put" ] && [ "$made" ]; then rmdir -- "$made"
  elif [ ! "$put" ] && [ -e "$scratch/time" ]; then touch --reference="$scratch/time" -- "$root"; fi
  rm -rf -- "$scratch"
}
trap clean_up EXIT
unpack() {
  case $archive in
    *.gpg) by_passphrase --decrypt -- "$archive" | zstd --quiet --decompress --stdout ;;
    *) zstd --quiet --decompress --stdout -- "$archive" ;;
  esac | { tar --extract --directory="$1" --verbose --index-file="$scratch/members" --quoting-style=escape --warning=no-timestamp \
    --same-owner --same-permissions --numeric-owner --acls --xattrs --xattrs-include='*' --delay-directory-restore && cat > /dev/null; }
}
unpack_whole() {
  unpack "$1" || fail "$archive is not whole, or not what it should be: nothing was replaced"
  if grep --quiet '^/' "$scratch/members"; then fail "$archive holds absolute paths: nothing was replaced"; fi
}
`;

/*
 * The root folder itself stays, so that it may be a mount point and a program outside may have it open.
 * Its old content is moved away before the new one is moved in: renames, which need no room.
 */
const unarchiveFolder = String.raw`${unpackAside}
[ -d "$root" ] || { [ ! -e "$root" ] && make_folder "$root" && made=$root; } || fail "$root cannot be made a folder"
touch --reference="$root" "$scratch/time" && new=$(mktemp -d -- "$root/.unarchive-new.XXXXXX") || exit 1
unpack_whole "$new"
grep --quiet --line-regexp --fixed-strings ./ "$scratch/members" || fail "$archive is not the archive of a folder: it has no ./"
root_only() {
  local action=$1
  shift
  tar "$action" --file="$scratch/root.tar" --no-recursion --numeric-owner --acls --xattrs --xattrs-include='*' "$@"
}
root_only --create --format=posix --directory="$new" . || exit 1
old=$(mktemp -d -- "$root/.unarchive-old.XXXXXX") || exit 1
if ! find "$root" -mindepth 1 -maxdepth 1 ! -name "$(basename -- "$new")" ! -name "$(basename -- "$old")" -exec mv -t "$old" -- {} +; then
  find "$old" -mindepth 1 -maxdepth 1 -exec mv -t "$root" -- {} +
  rmdir -- "$old"
  fail "what is in $root cannot be moved away: nothing was replaced"
fi
put=yes
find "$new" -mindepth 1 -maxdepth 1 -exec mv -t "$root" -- {} + || fail "the new content could not be moved into $root: the old one is in $old"
rm -rf -- "$old" && rmdir -- "$new" || exit 1
setfacl --remove-all --remove-default -- "$root" || exit 1
getfattr --absolute-names --match='^user\.' -- "$root" 2>/dev/null | sed '/^#/d;/^$/d' |
  while IFS= read -r name; do setfattr --remove="$name" -- "$root"; done
root_only --extract --same-owner --same-permissions --directory="$root" --warning=no-timestamp
`;

const unarchiveFile = String.raw`${unpackAside}
parent=$(dirname -- "$root")
make_folder "$parent" || exit 1
new=$(mktemp -d -- "$parent/.unarchive-new.XXXXXX") || exit 1
unpack_whole "$new"
[ "$(find "$new" -mindepth 1 -printf '%y')" = f ] || fail "$archive is not the archive of one file: nothing was replaced"
find "$new" -mindepth 1 -exec sync -- {} \; -exec mv -fT -- {} "$root" \;
[ -z "$(find "$new" -mindepth 1)" ] || fail "$root could not be replaced"
`;

/** Replaces all of a place's content by that of its archive, metadata of the root folder included. Rejects when it could not; then the place is as it was. */
export async function unarchivePlace(host: Host, { content, archive, passphrase, signal }: UnarchiveRequest): Promise<void> {
  const { place, root, kind } = content;
  await bashInHost(host, `the restore of ${place}`, kind === 'file' ? unarchiveFile : unarchiveFolder, [archive, kind, root], { stdin: passphrase, signal });
}

/** Absolute path of the place's archive in a folder. Rejects when there is none, or two. */
export async function findArchive(host: Host, place: string, from: string): Promise<string> {
  const candidates = [archiveName(place, true), archiveName(place, false)].map((name) => `${from}/${name}`);
  const look = await bashInHost(host, `the search for the archive of ${place}`, 'for path in "$@"; do [ ! -f "$path" ] || printf "%s\\0" "$path"; done', candidates);
  const [found, other] = look.stdout.toString('utf8').split('\0').slice(0, -1);
  if (found === undefined) throw new Error(`there is no archive of ${place} in ${from}: expected ${candidates.join(' or ')}`);
  if (other !== undefined) throw new Error(`there are two archives of ${place}: ${found} and ${other}; remove the one that is not meant`);
  return found;
}
