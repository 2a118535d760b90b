/** Ballast gives a place the size that it has in real life, or a declared share of it. */
import type { Host } from '../ports/host.ts';
import { canaryFolder } from './canary.ts';
import { shellInHost } from './in-host.ts';

const fileBytes = 16 * 1024 * 1024;

/*
 * Half of it compresses a little (base64), half not at all, as media, databases and logs together do.
 * It lies in the canary tree, so it is proven to come back in every compare mode that plants one.
 */
const script = String.raw`
set -e
cd -- "$1/${canaryFolder}"
left=$2 number=0
mkdir ballast
while [ "$left" -gt 0 ]; do
  take=$left
  [ "$take" -le ${fileBytes} ] || take=${fileBytes}
  name=$(printf 'ballast/%05d' "$number")
  if [ $((number % 2)) = 0 ]; then head -c "$take" /dev/urandom >"$name"; else base64 -w 0 /dev/urandom | head -c "$take" >"$name"; fi
  left=$((left - take)) number=$((number + 1))
done
chown -hR --reference=nonce ballast
`;

/** Plants `bytes` of ballast in the canary tree of the folder at `root`, in files of at most 16 MiB. */
export async function plantBallast(host: Host, root: string, bytes: number): Promise<void> {
  if (bytes > 0) await shellInHost(host, `planting ballast in ${root}`, script, [root, String(bytes)]);
}
