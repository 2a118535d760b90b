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
  const archives: ArtefactFact[] = [];
  const plain: Inspected[] = [];
  for (const file of files) {
    const facts = await inspectFile(host, file, inspection);
    if (facts === null) continue;
    const wanted = isOffsite(file.path) || isDeclared(file.path);
    const format = facts.layers[0];
    if (format === 'text' || format === 'unknown' || format === undefined) {
      const emptyArtefact = file.bytes === 0 && wanted;
      if (facts.holds.length > 0) plain.push({ file, facts });
      else if (emptyArtefact || (format === 'unknown' && wanted)) archives.push(artefact(file, facts, isOffsite(file.path), inspection.spans));
    } else {
      archives.push(artefact(file, facts, isOffsite(file.path), inspection.spans));
    }
  }
  return [...archives, ...plainCopies(plain, newFolders, isOffsite, inspection.spans)].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Null for a file that is gone again, or that only root's own kernel interfaces could read. */
async function inspectFile(host: Host, file: ChangedFile, options: InspectionOptions): Promise<StreamFacts | null> {
  const stream = new PassThrough({ highWaterMark: 1 << 20 });
  const reading = host.exec(['/usr/bin/cat', '--', file.path], { stdout: stream }).then((result) => {
    stream.end();
    return result;
  });
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

/** Plain copies below one new folder are one artefact, whose path ends in `/`. */
function plainCopies(
  plain: readonly Inspected[],
  newFolders: readonly string[],
  isOffsite: (path: string) => boolean,
  spans: readonly CommandSpan[],
): readonly ArtefactFact[] {
  const topmost = newFolders.filter((folder) => !newFolders.some((other) => folder.startsWith(`${other}/`)));
  const groups = new Map<string, Inspected[]>();
  for (const copy of plain) {
    const folder = topmost.find((candidate) => copy.file.path.startsWith(`${candidate}/`));
    const key = folder === undefined ? copy.file.path : `${folder}/`;
    groups.set(key, [...(groups.get(key) ?? []), copy]);
  }
  return [...groups].map(([path, copies]) => {
    const [first] = copies;
    const whole = first !== undefined && copies.length === 1 && path === first.file.path ? first.facts.sha256 : null;
    const writer = first === undefined ? null : commandThatWrote(path, Math.max(...copies.map((copy) => copy.file.changed)), spans);
    const bytes = copies.reduce((sum, copy) => sum + copy.facts.bytes, 0);
    return {
      path,
      sha256: whole,
      bytes,
      state: 'readable',
      layers: [],
      members: null,
      contentBytes: bytes,
      holds: [...new Set(copies.flatMap((copy) => copy.facts.holds))],
      offsite: isOffsite(path),
      writtenBy: writer === null ? null : { file: writer.file, line: writer.line },
      detail: '',
    };
  });
}
