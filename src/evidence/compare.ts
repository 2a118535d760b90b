/** What differs between a place as it was and as it came back. Pure: manifests and nonces in, facts out. Design, section 4. */
import picomatch from 'picomatch';
import type { Difference, PlaceFact } from '../drill/journal-events.ts';
import type { CompareMode } from '../drill/model.ts';
import { canaryFolder, lateCanaryFolder } from './canary.ts';
import { agree, entryDifferences, sameContent, splitLinks } from './compare-entries.ts';
import type { Manifest, ManifestEntry } from './manifest.ts';

export interface PlaceEvidence {
  readonly name: string;
  readonly mode: CompareMode;
  /** The place's globs and those of the kinds of its services, relative to the place. One without a slash matches at any depth. */
  readonly volatile: readonly string[];
  /** Globs as above: new paths there are a running service's own, and the old ones must be back. */
  readonly grows?: readonly string[];
  /** Taken after the seed; null when the place was not there. */
  readonly before: Manifest | null;
  /** Taken after the backup, before the late canary. */
  readonly after: Manifest | null;
  /** Taken after the restore; null when the place is not there. */
  readonly restored: Manifest | null;
  readonly nonce: string;
  /** Null where no late canary was planted. */
  readonly lateNonce: string | null;
  /** What `noncesInPlace` found after the restore: nonce to the files that hold it. */
  readonly noncesBack: ReadonlyMap<string, readonly string[]>;
}

const mostDifferences = 50;
const nothing: ReadonlyMap<string, ManifestEntry> = new Map();

/**
 * Compares one place. `exact`: every path that was there, nothing more. `stable`: every path whose content is the same in
 * both manifests and that is not volatile, and no path that neither had. `canary`: the planted tree. `service`: nothing here.
 */
export function comparePlace(evidence: PlaceEvidence): PlaceFact {
  const { after, restored, noncesBack } = evidence;
  const differences = evidence.mode === 'service' ? [] : [...lateDifferences(evidence), ...pathDifferences(evidence)].toSorted(worstFirst);
  return {
    name: evidence.name,
    compare: evidence.mode,
    exists: restored !== null,
    nonceBack: noncesBack.has(evidence.nonce),
    lateNonceBack: evidence.mode !== 'service' && lateIsBack(evidence),
    entries: after?.entries.size ?? 0,
    bytes: after?.bytes ?? 0,
    differences: differences.slice(0, mostDifferences),
    counts: count(differences),
  };
}

/**
 * Paths that must come back as they were in both manifests. A backup may give all it reads another owner or mode: the content is to come
 * back all the same, and with `exact` what of the two manifests is meant is asked apart.
 */
export function stablePaths(evidence: Pick<PlaceEvidence, 'mode' | 'volatile' | 'before' | 'after'>): ReadonlySet<string> {
  const isVolatile = volatileMatcher(evidence.volatile);
  const before = evidence.before?.entries ?? nothing;
  const unchanged = evidence.mode === 'exact' ? agree : sameContent;
  const stable = new Set<string>();
  for (const [path, entry] of evidence.after?.entries ?? nothing) {
    const earlier = before.get(path);
    if (earlier !== undefined && demanded(evidence.mode, path) && !isVolatile(path) && unchanged(earlier, entry)) stable.add(path);
  }
  return stable;
}

/** Files that manifest 1 has and manifest 2 has not, sorted: with `canary` or `service` nobody asks for them. */
export function goneDuringBackup({ mode, volatile, before, after }: Pick<PlaceEvidence, 'mode' | 'volatile' | 'before' | 'after'>): readonly string[] {
  if (mode === 'canary' || mode === 'service' || after === null) return [];
  const isVolatile = volatileMatcher(volatile);
  return [...(before?.entries ?? nothing)].flatMap(([path, { type }]) => (type === 'f' && !after.entries.has(path) && !isVolatile(path) ? [path] : [])).toSorted();
}

function demanded(mode: CompareMode, path: string): boolean {
  if (mode === 'service') return false;
  return mode !== 'canary' || within(path, canaryFolder);
}

function pathDifferences(evidence: PlaceEvidence): Difference[] {
  const before = evidence.before?.entries ?? nothing;
  const restored = evidence.restored?.entries ?? nothing;
  const stable = stablePaths(evidence);
  const late = lateFiles(evidence);
  const found: Difference[] = [];
  for (const path of stable) {
    const was = before.get(path);
    const is = restored.get(path);
    if (was === undefined) continue;
    if (is === undefined) found.push(missing(path, was));
    else if (late.has(path)) found.push(...entryDifferences(path, was, is).filter((each) => each.kind !== 'changed'));
    else found.push(...entryDifferences(path, was, is, evidence.after?.entries.get(path)));
  }
  found.push(...splitLinks(stable, before, restored));
  if (evidence.mode === 'exact') found.push(...changedDuringBackup(evidence, stable, late));
  return [...found, ...extraPaths(evidence, late)];
}

/** `exact` also wants the paths that changed while the backup ran, as one of the two manifests has them. */
function changedDuringBackup(evidence: PlaceEvidence, stable: ReadonlySet<string>, late: ReadonlySet<string>): Difference[] {
  const isVolatile = volatileMatcher(evidence.volatile);
  const before = evidence.before?.entries ?? nothing;
  const restored = evidence.restored?.entries ?? nothing;
  const found: Difference[] = [];
  for (const [path, later] of evidence.after?.entries ?? nothing) {
    const earlier = before.get(path);
    if (earlier === undefined || stable.has(path) || isVolatile(path)) continue;
    const is = restored.get(path);
    if (is === undefined) found.push(missing(path, later));
    else if (!late.has(path) && !agree(earlier, is)) found.push(...entryDifferences(path, later, is));
  }
  return found;
}

function missing(path: string, was: ManifestEntry): Difference {
  return { path, kind: 'missing', severity: 'error', aspect: 'path', expected: was.type === 'f' ? `a file of ${was.size} bytes` : nameOfType(was), seen: 'nothing' };
}

function nameOfType(entry: ManifestEntry): string {
  if (entry.type === 'd') return 'a folder';
  return entry.type === 'l' ? 'a symbolic link' : `an entry of type ${entry.type}`;
}

function extraPaths(evidence: PlaceEvidence, late: ReadonlySet<string>): Difference[] {
  if (evidence.mode !== 'exact' && evidence.mode !== 'stable') return [];
  const mayBeNew = volatileMatcher([...evidence.volatile, ...(evidence.grows ?? [])]);
  const before = evidence.before?.entries ?? nothing;
  const after = evidence.after?.entries ?? nothing;
  const found: Difference[] = [];
  for (const [path, entry] of evidence.restored?.entries ?? nothing) {
    if (before.has(path) || after.has(path) || late.has(path) || mayBeNew(path)) continue;
    // A file system makes lost+found by itself; the late canary's folder is told of on its own.
    if (within(path, 'lost+found') || within(path, lateCanaryFolder)) continue;
    found.push({ path, kind: 'extra', severity: 'error', aspect: 'path', expected: 'nothing', seen: entry.type === 'f' ? `a file of ${entry.size} bytes` : nameOfType(entry) });
  }
  return found;
}

function lateIsBack({ lateNonce, noncesBack }: PlaceEvidence): boolean {
  return lateNonce !== null && noncesBack.has(lateNonce);
}

/** Files that hold the late nonce: that they differ, or are there at all, is told by the late canary alone. */
function lateFiles({ lateNonce, noncesBack }: PlaceEvidence): ReadonlySet<string> {
  return new Set(lateNonce === null ? [] : (noncesBack.get(lateNonce) ?? []));
}

function lateDifferences(evidence: PlaceEvidence): Difference[] {
  if (lateIsBack(evidence)) {
    const [path = '.'] = lateFiles(evidence);
    return [{ path, kind: 'late', severity: 'error', aspect: 'content', expected: 'no write made after the backup', seen: 'the late canary with its nonce' }];
  }
  if (!evidence.restored?.entries.has(lateCanaryFolder)) return [];
  return [{ path: lateCanaryFolder, kind: 'late-path', severity: 'error', aspect: 'path', expected: 'nothing', seen: 'the path of the late canary without its nonce' }];
}

function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** A path is volatile when it or a folder above it matches. The canary never is: no glob may talk it away. */
export function volatileMatcher(globs: readonly string[]): (path: string) => boolean {
  if (globs.length === 0) return () => false;
  const matches = globs.map((glob) => picomatch(glob.replace(/^\.?\/+/, '').replace(/\/+$/, ''), { dot: true, basename: !glob.includes('/') }));
  return (path) => {
    if (path === '.' || within(path, canaryFolder)) return false;
    for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) if (matches.some((match) => match(at))) return true;
    return false;
  };
}

const kinds: readonly Difference['kind'][] = ['late', 'missing', 'changed', 'extra', 'late-path', 'metadata'];

function worstFirst(a: Difference, b: Difference): number {
  return Number(a.severity === 'warning') - Number(b.severity === 'warning') || kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || (a.path < b.path ? -1 : Number(a.path > b.path));
}

function count(differences: readonly Difference[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind, severity } of differences) counts[`${kind}/${severity}`] = (counts[`${kind}/${severity}`] ?? 0) + 1;
  return counts;
}
