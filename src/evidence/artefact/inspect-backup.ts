/** The artefacts of a backup phase, each looked into as a stream, before anything is lost. */
import { PassThrough } from 'node:stream';
import picomatch from 'picomatch';
import type { ArtefactFact } from '../../drill/journal-events.ts';
import type { Host } from '../../ports/host.ts';
import { type ChangedFile, findChangedFiles, findNewFolders } from './changed-files.ts';
import { type InspectionOptions, type StreamFacts, inspectStream } from './inspect-stream.ts';
import { type CommandSpan, commandThatWrote } from './written-by.ts';

export interface BackupInspection extends InspectionOptions {
  /** Seconds since 1970, by the host's clock: the start of the phase. */
  readonly since: number;
  /** Absolute paths that are no artefacts: the places themselves, the engine's storage. */
  readonly exclude: readonly string[];
  /** Absolute paths and globs of what outlives a lost host. */
  readonly offsite: readonly string[];
  /** Globs of artefacts that the drill file declares. */
  readonly declared: readonly string[];
  readonly spans: readonly CommandSpan[];
}

interface Inspected {
  readonly file: ChangedFile;
  readonly facts: StreamFacts;
}

/** A path that is, or lies below, one of the paths or globs. */
export function matcher(globs: readonly string[]): (path: string) => boolean {
  const isMatch = picomatch(globs.flatMap((glob) => [glob.replace(/\/$/, ''), `${glob.replace(/\/$/, '')}/**`]), { dot: true });
  return (path) => globs.length > 0 && isMatch(path);
}

export async function inspectBackup(host: Host, inspection: BackupInspection): Promise<readonly ArtefactFact[]> {
  const [files, newFolders] = await Promise.all([
    findChangedFiles(host, inspection.since, inspection.exclude),
    findNewFolders(host, inspection.since, inspection.exclude),
  ]);
  const isOffsite = matcher(inspection.offsite);
  const isDeclared = matcher(inspection.declared);
  const isWanted = (path: string): boolean => isOffsite(path) || isDeclared(path);
  const archives: ArtefactFact[] = [];
  const plain: Inspected[] = [];
  for (const file of files) {
    const facts = await inspectFile(host, file, inspection);
    if (facts === null) continue;
    if (isPlain(facts)) plain.push({ file, facts });
    else archives.push(artefact(file, facts, isOffsite(file.path), inspection.spans));
  }
  const copies = plainCopies(plain, newFolders).flatMap((group) => plainArtefact(group, { isOffsite, isWanted, isDeclared, spans: inspection.spans }));
  return [...archives, ...copies].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Of no format that names itself: a copy, a text, or bytes that say nothing. */
const isPlain = ({ layers: [format] }: StreamFacts): boolean => format === undefined || format === 'text' || format === 'unknown';

/** Null for a file that is gone again, or that only root's own kernel interfaces could read. */
async function inspectFile(host: Host, file: ChangedFile, options: InspectionOptions): Promise<StreamFacts | null> {
  const stream = new PassThrough({ highWaterMark: 1 << 20 });
  // Ended in any case: an inspection of a file that cannot be read on would wait for ever.
  const reading = host.exec(['/usr/bin/cat', '--', file.path], { stdout: stream }).finally(() => stream.end());
  const [result, facts] = await Promise.all([reading, inspectStream(stream, options)]);
  return result.exitCode === 0 ? facts : null;
}

function artefact(file: ChangedFile, facts: StreamFacts, offsite: boolean, spans: readonly CommandSpan[]): ArtefactFact {
  const writer = commandThatWrote(file.path, file.changed, spans);
  return {
    path: file.path,
    sha256: facts.sha256,
    bytes: facts.bytes,
    state: facts.state,
    layers: facts.layers,
    members: facts.members,
    contentBytes: facts.contentBytes,
    holds: facts.holds,
    offsite,
    writtenBy: writer === null ? null : { file: writer.file, line: writer.line },
    detail: facts.detail,
  };
}

interface CopyGroup {
  /** Ends in `/` for a folder. */
  readonly path: string;
  readonly copies: readonly Inspected[];
}

/** Plain copies below one new folder are one artefact, whose path ends in `/`. */
function plainCopies(plain: readonly Inspected[], newFolders: readonly string[]): readonly CopyGroup[] {
  const topmost = newFolders.filter((folder) => !newFolders.some((other) => folder.startsWith(`${other}/`)));
  const groups = new Map<string, Inspected[]>();
  for (const copy of plain) {
    const folder = topmost.find((candidate) => copy.file.path.startsWith(`${candidate}/`));
    const path = folder === undefined ? copy.file.path : `${folder}/`;
    const group = groups.get(path);
    if (group === undefined) groups.set(path, [copy]);
    else group.push(copy);
  }
  return [...groups].map(([path, copies]) => ({ path, copies }));
}

interface PlainRules {
  readonly isOffsite: (path: string) => boolean;
  readonly isDeclared: (path: string) => boolean;
  readonly isWanted: (path: string) => boolean;
  readonly spans: readonly CommandSpan[];
}

/** What a backup means to leave behind, by its name; a lock or a log of 0 bytes is no failed backup. */
const namedAsBackup = /\.(?:tar|tgz|gz|zst|xz|bz2|zip|7z|gpg|pgp|asc|age|enc|sql|dump|db|sqlite3?|rdb|img|bak|json|csv)$/i;

/**
 * With a nonce in plain bytes it is readable. Without one, bytes that say nothing are opaque where an artefact is expected,
 * text is no artefact (a log, a list of sums), and nothing at all is an empty artefact if its name promises a backup.
 */
function plainArtefact({ path, copies }: CopyGroup, rules: PlainRules): readonly ArtefactFact[] {
  const [first] = copies;
  if (first === undefined) return [];
  const holds = [...new Set(copies.flatMap((copy) => copy.facts.holds))];
  const bytes = copies.reduce((sum, copy) => sum + copy.facts.bytes, 0);
  const opaque = copies.some((copy) => copy.facts.layers[0] === 'unknown') && rules.isWanted(path);
  const empty = bytes === 0 && ((namedAsBackup.test(path) && rules.isWanted(path)) || rules.isDeclared(path));
  if (holds.length === 0 && !opaque && !empty) return [];
  const changed = Math.max(...copies.map((copy) => copy.file.changed));
  const writer = commandThatWrote(path, changed, rules.spans);
  return [
    {
      path,
      sha256: path === first.file.path ? first.facts.sha256 : null,
      bytes,
      state: holds.length > 0 || empty ? 'readable' : 'opaque',
      layers: [],
      members: null,
      contentBytes: bytes,
      holds,
      offsite: rules.isOffsite(path),
      writtenBy: writer === null ? null : { file: writer.file, line: writer.line },
      detail: holds.length > 0 || empty ? '' : 'unknown',
    },
  ];
}
