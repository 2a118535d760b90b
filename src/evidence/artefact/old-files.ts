/** Backups that were there before this one, and that it left as they were: yesterday's files, which a restore may take for today's. */
import { posix } from 'node:path';
import type { Host } from '../../ports/host.ts';
import { printablePath } from '../printable-path.ts';
import { findUnchangedFiles } from './changed-files.ts';
import { type BackupInspection, type InspectedFile, inspectFiles, matcher, shownPath } from './inspect-backup.ts';
import { PlacesWithin } from './places-within.ts';
import { isPlain } from './plain-copies.ts';

export interface OldFile {
  /** Absolute path in the host. */
  readonly path: string;
  /** As in `ArtefactFact.path`; ends in `/` where plain copies below a folder are meant. */
  readonly shown: string;
  readonly sha256: string | null;
  readonly bytes: number;
  /** Seconds since 1970, host's clock. */
  readonly changed: number;
  /** Names of places of which it holds an earlier state. Empty where that cannot be told. */
  readonly places: readonly string[];
}

/** Folders of the system, in which no runbook keeps its backups unless the drill file says so. */
const systems = ['/usr', '/etc', '/lib', '/lib64', '/bin', '/sbin', '/boot', '/var/lib', '/var/backups'];
const namedAsArchive = /\.(?:tar|tgz|tbz2?|txz|gz|zst|xz|bz2|zip|7z|gpg|pgp|asc|age|enc|sql|dump)$/i;

/** The folder above the first part that has a glob. */
function baseOf(glob: string): string {
  const parts = glob.split('/');
  const first = parts.findIndex((part) => /[*?[{]/.test(part));
  return first === -1 ? glob : parts.slice(0, first).join('/') || '/';
}

export async function findOldFiles(host: Host, inspection: BackupInspection): Promise<readonly OldFile[]> {
  const kept = [...inspection.offsite, ...inspection.declared];
  const isKept = matcher(kept);
  const folders = [...new Set(kept.map(baseOf))];
  const where = ['/', ...folders, ...inspection.volumes.map(({ root }) => root)];
  const candidates = (await findUnchangedFiles(host, where, inspection.since, [...systems, ...inspection.exclude])).filter(({ path }) => isKept(path) || namedAsArchive.test(path));
  const archives: OldFile[] = [];
  const copies: InspectedFile[] = [];
  for (const inspected of await inspectFiles(host, [...new Map(candidates.map((candidate) => [candidate.path, candidate])).values()], inspection)) {
    const { file, facts, places } = inspected;
    const like = facts.state === 'readable' ? places.map(({ place }) => place) : [];
    if (isPlain(facts)) copies.push(inspected);
    else if (like.length > 0 || isKept(file.path)) archives.push({ path: file.path, shown: shownPath(file.path, inspection.volumes), sha256: facts.sha256, bytes: file.bytes, changed: file.changed, places: like });
  }
  return [...archives, ...folders.flatMap((folder) => mirrorIn(folder, copies.filter(({ file }) => file.path.startsWith(`${folder}/`)), inspection))];
}

/** Plain copies of a place, as rsync and cp make them: as if the folder were an archive. */
function mirrorIn(folder: string, copies: readonly InspectedFile[], inspection: BackupInspection): readonly OldFile[] {
  const places = new PlacesWithin(inspection.places);
  for (const { file, facts } of copies) {
    const relative = printablePath(Buffer.from(posix.relative(folder, file.path)).toString('latin1'));
    places.member({ path: relative, type: 'f', sha256: facts.sha256 }, []);
  }
  return places.found().map(({ place, folder: below }) => {
    const path = `${folder}/${below}`;
    const files = copies.map(({ file }) => file).filter((file) => file.path.startsWith(path));
    return { path, shown: shownPath(path, inspection.volumes), sha256: null, bytes: files.reduce((sum, file) => sum + file.bytes, 0), changed: Math.max(...files.map(({ changed }) => changed)), places: [place] };
  });
}
