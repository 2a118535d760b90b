/** What the host itself says of paths that containers use: whether there is anything in them that Git does not bring back. */
import type { Host } from '../ports/host.ts';
import { shellInHost } from './in-host.ts';

export interface PathFacts {
  /** `other`: a socket, a device, or nothing at all. */
  readonly type: 'file' | 'folder' | 'other';
  /** A folder without an entry, a file without a byte. */
  readonly empty: boolean;
  /** Something of it is tracked in the workspace's Git. */
  readonly tracked: boolean;
  /** Absolute paths in it that Git does not track; at most 200. */
  readonly untracked: readonly string[];
}

/* For each path: its type, whether it is empty, whether Git tracks any of it, what Git does not track, and an empty field. */
const script = String.raw`
workspace=$1; shift
git() { /usr/bin/git -c safe.directory='*' -C "$workspace" --literal-pathspecs ls-files -z "$@" 2>/dev/null; }
for path; do
  if [ -d "$path" ]; then type=folder; elif [ -f "$path" ]; then type=file; else type=other; fi
  empty=no
  case $type in
    folder) [ "$(find "$path" -mindepth 1 -print -quit)" ] || empty=yes ;;
    file) [ -s "$path" ] || empty=yes ;;
  esac
  case $path/ in
    "$workspace"/*) [ "$(git -- "$path" | head -c 1 | tr -d '\0')" ] && tracked=yes || tracked=no ;;
    *) tracked=no ;;
  esac
  printf '%s\0%s\0%s\0' "$type" "$empty" "$tracked"
  [ $tracked = no ] || git --others -- "$path" | head -z -n 200
  printf '\0'
done
`;

/** One for each path, in order. The workspace need not be there. */
export async function pathFacts(host: Host, workspace: string, paths: readonly string[]): Promise<readonly PathFacts[]> {
  if (paths.length === 0) return [];
  const { stdout } = await shellInHost(host, 'the look at what containers use', script, [workspace, ...paths]);
  const fields = stdout.toString('utf8').split('\0');
  let at = 0;
  return paths.map(() => {
    const [type, empty, tracked] = fields.slice(at, at + 3);
    const end = fields.indexOf('', at + 3);
    const untracked = fields.slice(at + 3, end).map((path) => `${workspace}/${path}`);
    at = end + 1;
    return { type: type === 'file' || type === 'folder' ? type : 'other', empty: empty === 'yes', tracked: tracked === 'yes', untracked };
  });
}
