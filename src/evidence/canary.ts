/**
 * The canary of a place: a small tree with a nonce and with the entries that copies lose first.
 * Every entry is one that GNU tar, busybox tar, cp -a, rsync -a and docker cp bring back without an error.
 * No link leads nowhere: images that run as a user of their own (postgres, redis) `find -exec chown` all that is not theirs when they
 * start, and would not start over one that busybox tar brought back as root's.
 */
import { createCipheriv, createHash } from 'node:crypto';
import type { Host } from '../ports/host.ts';
import { shellInHost } from './in-host.ts';

export { plantInFile } from './canary-in-file.ts';

export const canaryFolder = '.drill-canary';
export const lateCanaryFolder = '.drill-canary-late';

/*
 * Owner: the most frequent one among the place's own files, else the root's, since a good restore may `chown -R`.
 * Mode 0600 only where an ordinary user could not read the place anyway: a backup that needs no root must not need it for us.
 * The random bytes come on standard input.
 */
const plantScript = String.raw`
set -e
root=$1 name=$2
[ -d "$root" ] || { echo "$root is no folder" >&2; exit 1; }
cd -- "$root"
[ ! -e "$name" ] || { echo "$root/$name is there already" >&2; exit 1; }
own() { find . -mindepth 1 -path './.drill-canary*' -prune -o "$@"; }
owner=$(own ! -type d -printf '%U:%G\n' | head -n 5000 | sort | uniq -c | sort -rn | head -n 1 | sed 's/^ *[0-9]* //')
[ "$owner" ] || owner=$(stat -c %u:%g .)
private=0644
[ -z "$(own -type f ! -perm -o+r -print -quit)" ] || private=0600
above=$(pwd -P)
while :; do
  [ -n "$(find "$above" -maxdepth 0 -perm -o+x)" ] || private=0600
  [ "$above" != / ] || break
  above=$(dirname -- "$above")
done
umask 022
mkdir -- "$name"
cd -- "$name"
printf '%s\n' "$NONCE" >nonce
if [ "$name" = ${canaryFolder} ]; then
  cat >random.bin
  mkdir empty-folder folder
  : >empty
  printf 'only its owner may read this\n' >private; chmod "$private" private
  printf 'nobody writes here\n' >read-only; chmod 0444 read-only
  printf '#!/bin/sh\nexit 0\n' >program; chmod 0755 program
  printf 'a name with spaces\n' >'folder/a name with  spaces'
  printf 'a name beyond ASCII\n' >'folder/zażółć-日本-é'
  printf 'a name that looks like an option\n' >folder/-rf
  printf 'one file, two names\n' >linked; ln linked folder/linked-too
  ln -s folder/-rf link
  printf 'an attribute of its own\n' >with-attribute
  # A file system without user attributes has none to lose.
  setfattr -n user.drill -v canary with-attribute 2>/dev/null || :
fi
cd ..
chown -hR -- "$owner" "$name"
`;

const randomBytes = 100 * 1024;

/**
 * Plants the canary tree, or with `late` the one of the late canary, in the folder at `root`.
 * Rejects when it is there already or the folder is not.
 */
export async function plantCanary(host: Host, root: string, nonce: string, options: { readonly late?: boolean } = {}): Promise<void> {
  const late = options.late ?? false;
  await shellInHost(host, `planting the ${late ? 'late ' : ''}canary in ${root}`, plantScript, [root, late ? lateCanaryFolder : canaryFolder], {
    env: { NONCE: nonce },
    stdin: late ? '' : seededBytes(nonce, randomBytes),
  });
}

/** Bytes that follow from the nonce and that nothing compresses, with the nonce itself in their middle. */
function seededBytes(nonce: string, length: number): Buffer {
  const key = createHash('sha256').update(nonce).digest();
  const bytes = createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
  bytes.write(nonce, Math.floor(length / 2), 'latin1');
  return bytes;
}
