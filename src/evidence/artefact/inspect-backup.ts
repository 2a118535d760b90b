/** The artefacts of a backup phase, each looked into as a stream, before anything is lost. */
import picomatch from 'picomatch';
import type { ArtefactFact } from '../../drill/journal-events.ts';
import type { Host } from '../../ports/host.ts';
import { type ChangedFile, findChangedFiles, findNewFolders } from './changed-files.ts';
import { type InspectionOptions, type StreamFacts, inspectArtefacts } from './inspect-artefacts.ts';
import type { InspectedArtefact } from './mismatch.ts';
import { type PlaceIndex, type PlaceWithin, PlacesWithin } from './places-within.ts';
import { isPlain, plainArtefacts } from './plain-copies.ts';
import { findRepositories, repositoryArtefact } from './repositories.ts';
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
  const repositories = await findRepositories(host, files);
  for (const repository of repositories) archives.push({ fact: repositoryArtefact(repository, isOffsite(repository.root), spans), places: [] });
  for (const inspected of await inspectFiles(host, files.filter(({ path }) => !repositories.some(({ root }) => isBelow(path, root))), inspection)) {
    if (isOthers(inspected, inspection)) continue;
    if (isPlain(inspected.facts)) plain.push(inspected);
    else archives.push({ fact: artefact(inspected, isOffsite(inspected.file.path), spans), places: inspected.places });
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

/** Those that are still there, and that not only root's own kernel interfaces could read. */
export async function inspectFiles(host: Host, files: readonly ChangedFile[], inspection: BackupInspection): Promise<readonly InspectedFile[]> {
  const sources = files.map(({ path }) => ({ path, listener: new PlacesWithin(inspection.places) }));
  const facts = await inspectArtefacts(host, sources, inspection);
  return files.flatMap((file, index) => {
    const fact = facts[index] ?? null;
    return fact === null ? [] : [{ file, facts: fact, places: sources[index]?.listener.found() ?? [] }];
  });
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
    ...(facts.lock === null ? {} : { lock: facts.lock }),
    offsite,
    writtenBy: writer === null ? null : { file: writer.file, line: writer.line },
    detail: facts.detail,
  };
}
