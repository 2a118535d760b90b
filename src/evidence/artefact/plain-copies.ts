/** Files of no format that names itself: copies of a place, texts, and bytes that say nothing. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { InspectedFile } from './inspect-backup.ts';
import type { StreamFacts } from './inspect-artefacts.ts';
import type { InspectedArtefact } from './mismatch.ts';
import { type PlaceIndex, type PlaceWithin, PlacesWithin } from './places-within.ts';
import { printablePath } from '../printable-path.ts';
import { type CommandSpan, commandThatWrote } from './written-by.ts';

export interface PlainRules {
  readonly isOffsite: (path: string) => boolean;
  readonly isDeclared: (path: string) => boolean;
  /** Where an artefact is expected, so that bytes which say nothing may be one. */
  readonly isWanted: (path: string) => boolean;
  readonly index: PlaceIndex;
  readonly spans: readonly CommandSpan[];
}

interface CopyGroup {
  /** Ends in `/` for a folder. */
  readonly path: string;
  readonly copies: readonly InspectedFile[];
}

/** Of no format that names itself: a copy, a text, or bytes that say nothing. */
export const isPlain = ({ layers: [format] }: StreamFacts): boolean => format === undefined || format === 'text' || format === 'unknown';

/** Plain copies below one new folder are one artefact, whose path ends in `/`. */
export function plainArtefacts(plain: readonly InspectedFile[], newFolders: readonly string[], rules: PlainRules): readonly InspectedArtefact[] {
  const topmost = newFolders.filter((folder) => !newFolders.some((other) => folder.startsWith(`${other}/`)));
  const groups = new Map<string, InspectedFile[]>();
  for (const copy of plain) {
    const folder = topmost.find((candidate) => copy.file.path.startsWith(`${candidate}/`));
    const path = folder === undefined ? copy.file.path : `${folder}/`;
    const group = groups.get(path);
    if (group === undefined) groups.set(path, [copy]);
    else group.push(copy);
  }
  return [...groups].flatMap(([path, copies]) => plainArtefact({ path, copies }, rules));
}

/** What a backup means to leave behind, by its name; a lock or a log of 0 bytes is no failed backup. */
const namedAsBackup = /\.(?:tar|tgz|gz|zst|xz|bz2|zip|7z|gpg|pgp|asc|age|enc|sql|dump|db|sqlite3?|rdb|img|bak|json|csv)$/i;

/**
 * With a nonce or a secret in plain bytes it is readable. Without one, bytes that say nothing are opaque where an artefact is expected,
 * text is no artefact (a log, a list of sums), and nothing at all is an empty artefact if its name promises a backup.
 */
function plainArtefact({ path, copies }: CopyGroup, rules: PlainRules): readonly InspectedArtefact[] {
  const [first] = copies;
  if (first === undefined) return [];
  const holds = [...new Set(copies.flatMap((copy) => copy.facts.holds))];
  const bytes = copies.reduce((sum, copy) => sum + copy.facts.bytes, 0);
  const opaque = copies.some((copy) => copy.facts.layers[0] === 'unknown') && rules.isWanted(path);
  const empty = bytes === 0 && ((namedAsBackup.test(path) && rules.isWanted(path)) || rules.isDeclared(path));
  const plaintext = copies.some((copy) => copy.facts.plaintext.length > 0);
  if (holds.length === 0 && !plaintext && !opaque && !empty) return [];
  const legible = holds.length > 0 || plaintext || empty;
  const changed = Math.max(...copies.map((copy) => copy.file.changed));
  const writer = commandThatWrote(path, changed, rules.spans);
  const isFolder = path.endsWith('/');
  return [
    {
      places: placesIn({ path, copies }, rules.index),
      fact: {
        kind: isFolder ? 'folder' : 'file',
        path,
        sha256: isFolder ? listingHash(path, copies) : first.facts.sha256,
        bytes,
        state: legible ? 'readable' : 'opaque',
        layers: [],
        members: null,
        contentBytes: bytes,
        holds,
        plaintext: [...new Set(copies.flatMap((copy) => copy.facts.plaintext))],
        offsite: rules.isOffsite(path),
        writtenBy: writer === null ? null : { file: writer.file, line: writer.line },
        detail: legible ? '' : 'unknown',
      },
    },
  ];
}

/** As if the folder, or the one file, were an archive. */
function placesIn({ path, copies }: CopyGroup, index: PlaceIndex): readonly PlaceWithin[] {
  const places = new PlacesWithin(index);
  for (const { file, facts } of copies) {
    const name = path.endsWith('/') ? file.path.slice(path.length) : basename(file.path);
    places.member({ path: printablePath(Buffer.from(name).toString('latin1')), type: 'f', sha256: facts.sha256 }, []);
  }
  return places.found();
}

/** Of what `sha256sum` prints for the files of the folder, by relative path in the order of their bytes. */
function listingHash(folder: string, copies: readonly InspectedFile[]): string {
  const lines = copies.map(({ file, facts }) => ({ path: file.path.slice(folder.length), sha256: facts.sha256 })).toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  return createHash('sha256').update(lines.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('')).digest('hex');
}
