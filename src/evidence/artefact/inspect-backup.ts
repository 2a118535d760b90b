/** The artefacts of a backup phase, each looked into as a stream, before anything is lost. */
import { PassThrough } from 'node:stream';
import picomatch from 'picomatch';
import type { ArtefactFact } from '../../drill/journal-events.ts';
import type { Host } from '../../ports/host.ts';
import { type ChangedFile, findChangedFiles, findNewFolders } from './changed-files.ts';
import { type InspectionOptions, type StreamFacts, inspectStream } from './inspect-stream.ts';
import type { InspectedArtefact } from './mismatch.ts';
import { type PlaceIndex, type PlaceWithin, PlacesWithin } from './places-within.ts';
import { isPlain, plainArtefacts } from './plain-copies.ts';
import { type CommandSpan, commandThatWrote } from './written-by.ts';

export interface BackupInspection extends InspectionOptions {
  /** Seconds since 1970, by the host's clock: the start of the phase. */
  readonly since: number;
  /** Absolute paths that are no artefacts: the places themselves, the engine's storage. */
  readonly exclude: readonly string[];
  /** Volumes of the engine that are no places: looked into though they lie in the engine's storage. */
  readonly volumes: readonly SearchedVolume[];
  /** Absolute paths and globs of what outlives a lost host. */
  readonly offsite: readonly string[];
  /** Globs of artefacts that the drill file declares. */
  readonly declared: readonly string[];
  /** What the places hold, to be found again in the artefacts. */
  readonly places: PlaceIndex;
  readonly spans: readonly CommandSpan[];
}

export interface SearchedVolume {
  readonly name: string;
  /** Absolute path of its content in the host. */
  readonly root: string;
  /** The backup steps made it, so that all in it is theirs. */
  readonly born: boolean;
}

/** One file of a format that says what it is, or one of a group of plain copies. */
export interface InspectedFile {
  readonly file: ChangedFile;
  readonly facts: StreamFacts;
  readonly places: readonly PlaceWithin[];
}

export interface InspectedBackup {
  readonly artefacts: readonly InspectedArtefact[];
  /** By name of a volume that the backup steps made. */
  readonly bornVolumes: ReadonlyMap<string, { readonly files: number; readonly bytes: number; readonly holds: readonly string[] }>;
}

/** A path that is, or lies below, one of the paths or globs. */
export function matcher(globs: readonly string[]): (path: string) => boolean {
  const isMatch = picomatch(globs.flatMap((glob) => [glob.replace(/\/$/, ''), `${glob.replace(/\/$/, '')}/**`]), { dot: true });
  return (path) => globs.length > 0 && isMatch(path);
}

export async function inspectBackup(host: Host, inspection: BackupInspection): Promise<InspectedBackup> {
  const { since, exclude, volumes, spans } = inspection;
  const where = ['/', ...volumes.map(({ root }) => root)];
  const [files, newFolders] = await Promise.all([findChangedFiles(host, where, since, exclude), findNewFolders(host, where, since, exclude)]);
  const isOffsite = matcher(inspection.offsite);
  const isDeclared = matcher(inspection.declared);
  const isInBorn = matcher(volumes.filter(({ born }) => born).map(({ root }) => root));
  const archives: InspectedArtefact[] = [];
  const plain: InspectedFile[] = [];
  for (const file of files) {
    const inspected = await inspectFile(host, file, inspection);
    if (inspected === null || isOthers(inspected, inspection)) continue;
    if (isPlain(inspected.facts)) plain.push(inspected);
    else archives.push({ fact: artefact(inspected, isOffsite(file.path), spans), places: inspected.places });
  }
  const copies = plainArtefacts(plain, [...newFolders, ...volumes.filter(({ born }) => born).map(({ root }) => root)], {
    isOffsite,
    isDeclared,
    isWanted: (path) => isOffsite(path) || isDeclared(path) || isInBorn(path),
    index: inspection.places,
    spans,
  });
  const artefacts = [...archives, ...copies]
    .map(({ fact, places }) => ({ fact: { ...fact, path: shownPath(fact.path, volumes) }, places }))
    .toSorted((a, b) => (a.fact.path < b.fact.path ? -1 : 1));
  return { artefacts, bornVolumes: contentOfBorn(files, artefacts, volumes) };
}

const isBelow = (path: string, folder: string): boolean => path.startsWith(`${folder}/`);

/** In a volume that was there before, a file without a canary is the business of the service that keeps it there. */
function isOthers({ file, facts }: InspectedFile, { volumes }: BackupInspection): boolean {
  const volume = volumes.find(({ root }) => isBelow(file.path, root));
  return volume !== undefined && !volume.born && facts.holds.length === 0 && (facts.state !== 'opaque' || isPlain(facts));
}

const volumePath = (name: string): string => `volume:${name}/`;

/** The engine's storage is no place that a person looks into: a volume goes by its name. */
export function shownPath(path: string, volumes: readonly SearchedVolume[]): string {
  const volume = volumes.find(({ root }) => isBelow(path, root));
  return volume === undefined ? path : `${volumePath(volume.name)}${path.slice(volume.root.length + 1)}`;
}

function contentOfBorn(files: readonly ChangedFile[], artefacts: readonly InspectedArtefact[], volumes: readonly SearchedVolume[]): InspectedBackup['bornVolumes'] {
  return new Map(
    volumes.flatMap(({ name, root, born }) => {
      if (!born) return [];
      const within = files.filter(({ path }) => isBelow(path, root));
      const holds = artefacts.filter(({ fact }) => fact.path.startsWith(volumePath(name))).flatMap(({ fact }) => fact.holds);
      return [[name, { files: within.length, bytes: within.reduce((sum, file) => sum + file.bytes, 0), holds: [...new Set(holds)] }] as const];
    }),
  );
}

/** Null for a file that is gone again, or that only root's own kernel interfaces could read. */
export async function inspectFile(host: Host, file: ChangedFile, inspection: BackupInspection): Promise<InspectedFile | null> {
  const places = new PlacesWithin(inspection.places);
  const stream = new PassThrough({ highWaterMark: 1 << 20 });
  // Ended in any case: an inspection of a file that cannot be read on would wait for ever.
  // When a file was last read tells whether a restore reads it: our own reading must not, where its owner's rights can be had.
  const read = 'dd if="$1" iflag=noatime bs=1M status=none 2>/dev/null || exec cat -- "$1"';
  const reading = host.exec(['/bin/sh', '-c', read, 'sh', file.path], { stdout: stream }).finally(() => stream.end());
  const [result, facts] = await Promise.all([reading, inspectStream(stream, { ...inspection, listener: places })]);
  return result.exitCode === 0 ? { file, facts, places: places.found() } : null;
}

function artefact({ file, facts }: InspectedFile, offsite: boolean, spans: readonly CommandSpan[]): ArtefactFact {
  const writer = commandThatWrote(file.path, file.changed, spans);
  return {
    kind: 'file',
    path: file.path,
    sha256: facts.sha256,
    bytes: facts.bytes,
    state: facts.state,
    layers: facts.layers,
    members: facts.members,
    contentBytes: facts.contentBytes,
    holds: facts.holds,
    plaintext: facts.plaintext,
    offsite,
    writtenBy: writer === null ? null : { file: writer.file, line: writer.line },
    detail: facts.detail,
  };
}
