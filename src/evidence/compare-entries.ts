/** What differs between one entry as it was and as it came back. */
import type { Difference } from '../drill/journal-events.ts';
import type { ManifestEntry } from './manifest.ts';

const capability = 'security.capability';
const aclPrefix = 'system.posix_acl_';

/** Both manifests say the same of a path. Modification times apart, and a file that could not be read agrees with nothing. */
export function agree(one: ManifestEntry, other: ManifestEntry): boolean {
  return sameContent(one, other) && one.mode === other.mode && one.uid === other.uid && one.gid === other.gid && sameXattrs(one, other);
}

/** Of the same type, bytes and link target. A file that could not be read is the same as nothing. */
export function sameContent(one: ManifestEntry, other: ManifestEntry): boolean {
  if (one.type === 'f' && one.sha256 === null) return false;
  return one.type === other.type && one.sha256 === other.sha256 && one.link === other.link;
}

function sameXattrs(one: ManifestEntry, other: ManifestEntry): boolean {
  const names = Object.keys(one.xattrs);
  return names.length === Object.keys(other.xattrs).length && names.every((name) => one.xattrs[name] === other.xattrs[name]);
}

/**
 * Differences of content and metadata. Of another type nothing else is compared.
 * `later`, where given, is the same path in the second manifest: an owner, a mode, an attribute or a time that is another there is not compared.
 */
export function entryDifferences(path: string, was: ManifestEntry, is: ManifestEntry, later: ManifestEntry = was): Difference[] {
  const metadata = (aspect: string, of: (entry: ManifestEntry) => string, severity: Difference['severity'] = 'error'): Difference[] => {
    const [expected, seen] = [of(was), of(is)];
    return expected === seen || of(later) !== expected ? [] : [{ path, kind: 'metadata', severity, aspect, expected: shorten(expected), seen: shorten(seen) }];
  };
  if (was.type !== is.type) return metadata('type', ({ type }) => type);
  const content = contentDifference(path, was, is);
  return [
    ...content,
    // Nothing on Linux asks a symbolic link for its owner or mode, and busybox tar restores neither.
    ...metadata('owner', ({ uid, gid }) => `${uid}:${gid}`, was.type === 'l' ? 'warning' : 'error'),
    ...(was.type === 'l' ? [] : metadata('mode', ({ mode }) => mode.padStart(4, '0'))),
    ...metadata('link-target', ({ link }) => link ?? ''),
    ...metadata('capabilities', (entry) => named(entry, isCapability)),
    ...metadata('acl', (entry) => named(entry, isAcl)),
    ...metadata('user-xattrs', (entry) => named(entry, isUser), 'warning'),
    ...(content.length === 0 && was.mtime === later.mtime ? timeDifference(path, was, is) : []),
  ];
}

function contentDifference(path: string, was: ManifestEntry, is: ManifestEntry): Difference[] {
  if (was.type !== 'f' || was.sha256 === is.sha256) return [];
  return [{ path, kind: 'changed', severity: 'error', aspect: 'content', expected: contentOf(was), seen: contentOf(is) }];
}

function contentOf(entry: ManifestEntry): string {
  return entry.sha256 === null ? 'content that could not be read' : `${entry.size} bytes, sha256 ${entry.sha256.slice(0, 16)}`;
}

/** Of files alone, and from one second on: most archives cut times to seconds. */
function timeDifference(path: string, was: ManifestEntry, is: ManifestEntry): Difference[] {
  if (was.type !== 'f' || Math.abs(was.mtime - is.mtime) < 1) return [];
  return [{ path, kind: 'metadata', severity: 'warning', aspect: 'mtime', expected: timeOf(was), seen: timeOf(is) }];
}

function timeOf(entry: ManifestEntry): string {
  return new Date(entry.mtime * 1000).toISOString();
}

const isCapability = (name: string): boolean => name === capability;
const isAcl = (name: string): boolean => name.startsWith(aclPrefix);
const isUser = (name: string): boolean => name.startsWith('user.');

function named(entry: ManifestEntry, wanted: (name: string) => boolean): string {
  const names = Object.keys(entry.xattrs).filter(wanted).toSorted();
  return names.length === 0 ? 'none' : names.map((name) => `${name}=${entry.xattrs[name] ?? ''}`).join(' ');
}

/** An attribute may hold 64 KiB; a report shows its beginning. */
function shorten(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}… (${text.length} characters)`;
}

/** Names of one file in the place that are two files now. */
export function splitLinks(stable: ReadonlySet<string>, before: ReadonlyMap<string, ManifestEntry>, restored: ReadonlyMap<string, ManifestEntry>): Difference[] {
  const found: Difference[] = [];
  const firsts = new Map<string, string>();
  for (const path of [...stable].toSorted()) {
    const inode = before.get(path)?.inode ?? null;
    const is = restored.get(path);
    if (inode === null || is === undefined) continue;
    const first = firsts.get(inode);
    if (first === undefined) firsts.set(inode, path);
    else if (is.inode === null || is.inode !== restored.get(first)?.inode) {
      found.push({ path, kind: 'metadata', severity: 'warning', aspect: 'hard-link', expected: `the same file as ${first}`, seen: 'a file of its own' });
    }
  }
  return found;
}
