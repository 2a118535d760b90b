/**
 * What of the places stands in an artefact, and whether it is as it is in the place. Where a place lies in an archive is told by its content:
 * an archive may be made of the place, of a folder above it, or with full paths. What cannot be told is not said.
 */
import { basename, dirname } from 'node:path';
import { canaryFolder } from '../canary.ts';
import type { MemberFact, MemberListener } from './member-facts.ts';

/** A place as the backup found it. */
export interface PlaceContent {
  readonly name: string;
  /** Absolute path in the host. */
  readonly root: string;
  readonly kind: 'folder' | 'file';
  /** SHA-256 of each stable regular file with content, by printable path relative to the place; `.` for a place that is a file. */
  readonly files: ReadonlyMap<string, string>;
}

/** A place that was found in an artefact. */
export interface PlaceWithin {
  readonly place: string;
  /** Where it lies in the artefact: empty, or a path that ends in `/`. Of an archive within, that of the archive it is in. */
  readonly folder: string;
  /** The canary of this run is there as it is in the place, so that all of it was read after the seed. */
  readonly ofThisRun: boolean;
  /** The folder itself is there, so that what is missing in it was not there or was left out on purpose. Always true for a file. */
  readonly whole: boolean;
  /** Stable paths of other content than in the place. */
  readonly differing: readonly string[];
}

interface Sought {
  readonly place: PlaceContent;
  /** As in `PlaceContent.files`. */
  readonly path: string;
}

/** What no other place and no other run has: the files of the canary that hold its nonce, and a file place that carries it. */
const isOwn = (path: string): boolean => path === '.' || path === `${canaryFolder}/nonce` || path === `${canaryFolder}/random.bin`;
const isCanary = (path: string): boolean => path.startsWith(`${canaryFolder}/`);

/** All places by the paths of their files, for any number of artefacts. */
export class PlaceIndex {
  readonly places: readonly PlaceContent[];
  readonly #byPath = new Map<string, Sought[]>();
  readonly #owners = new Map<string, Set<string>>();

  constructor(places: readonly PlaceContent[]) {
    this.places = places;
    for (const place of places) for (const [path, sha256] of place.files) this.#add(place, path, sha256);
  }

  /** The files that a member may be: those whose path is the end of its own, with the folder that is before it. */
  *sought(path: string): Generator<Sought & { readonly folder: string }> {
    for (let at = 0; ; at = path.indexOf('/', at) + 1) {
      for (const sought of this.#byPath.get(path.slice(at)) ?? []) {
        // By its bare name alone a file is found at the archive's root only: many folders have a file of the same name.
        if (at === 0 || sought.path !== '.' || path.includes('/', at)) yield { ...sought, folder: path.slice(0, at) };
      }
      if (!path.includes('/', at)) return;
    }
  }

  /** Content that no other place has. */
  isDistinctive(sha256: string): boolean {
    return this.#owners.get(sha256)?.size === 1;
  }

  #add(place: PlaceContent, path: string, sha256: string): void {
    const name = basename(place.root);
    for (const end of path === '.' ? [name, `${basename(dirname(place.root))}/${name}`] : [path]) this.#byPath.set(end, [...(this.#byPath.get(end) ?? []), { place, path }]);
    this.#owners.set(sha256, (this.#owners.get(sha256) ?? new Set()).add(place.name));
  }
}

/** What is kept of an artefact at most, so that one of any number of members takes no more memory. Beyond it, nothing is said of a place. */
const mostSpots = 100_000;

/** Where a place may lie in an archive: what was found below one folder of it. */
interface Spot {
  readonly place: PlaceContent;
  readonly within: string;
  /** The folder's path with a slash at its end; empty for the archive's own root. */
  readonly folder: string;
  /** Path in the place → as it is there. A member that stands twice is what it is the second time, as it would be extracted. */
  readonly files: Map<string, boolean>;
}

/** Told of the members of one artefact. */
export class PlacesWithin implements MemberListener {
  readonly #index: PlaceIndex;
  readonly #spots = new Map<string, Spot>();
  readonly #folders = new Set<string>();

  constructor(index: PlaceIndex) {
    this.#index = index;
  }

  member({ path, type, sha256 }: Pick<MemberFact, 'path' | 'type' | 'sha256'>, within: readonly string[]): void {
    const normal = path.split('/').filter((part) => part !== '' && part !== '.').join('/');
    const archive = within.join('\0');
    if (type === 'd' && this.#folders.size < mostSpots) this.#folders.add(`${archive}\0${normal === '' ? '' : `${normal}/`}`);
    if (type !== 'f' || sha256 === null) return;
    for (const { place, path: inPlace, folder } of this.#index.sought(normal)) this.#spot(place, archive, folder)?.files.set(inPlace, place.files.get(inPlace) === sha256);
  }

  ended(within: readonly string[], intact: boolean): void {
    if (intact) return;
    const archive = within.join('\0');
    for (const [key, spot] of this.#spots) if (within.length === 0 || spot.within === archive || spot.within.startsWith(`${archive}\0`)) this.#spots.delete(key);
  }

  /** Of each place that can be told, where it is most like itself. */
  found(): readonly PlaceWithin[] {
    return this.#index.places.flatMap((place) => {
      const spots = [...this.#spots.values()].filter((spot) => spot.place === place);
      const fresh = spots.filter(isOfThisRun);
      const [spot] = fresh.length > 0 ? fresh.toSorted((a, b) => differing(a).length - differing(b).length) : this.#likest(spots);
      if (spot === undefined) return [];
      return [{ place: place.name, folder: spot.folder, ofThisRun: fresh.length > 0, whole: place.kind === 'file' || this.#folders.has(`${spot.within}\0${spot.folder}`), differing: differing(spot) }];
    });
  }

  #spot(place: PlaceContent, within: string, folder: string): Spot | null {
    const key = [place.name, within, folder].join('\0');
    const known = this.#spots.get(key);
    if (known !== undefined || this.#spots.size >= mostSpots) return known ?? null;
    const spot = { place, within, folder, files: new Map<string, boolean>() };
    this.#spots.set(key, spot);
    return spot;
  }

  /** Without a canary: the one spot with most files that this place alone has; else the one that has all its paths, if no other place is there. */
  #likest(spots: readonly Spot[]): readonly Spot[] {
    const [first, second] = spots.filter((spot) => this.#alike(spot) > 0).toSorted((a, b) => this.#alike(b) - this.#alike(a));
    if (first !== undefined) return second !== undefined && this.#alike(second) === this.#alike(first) ? [] : [first];
    const [only, another] = spots.filter((spot) => this.#isComplete(spot));
    return only === undefined || another !== undefined || this.#isContested(only) ? [] : [only];
  }

  #alike({ place, files }: Spot): number {
    return [...files].filter(([path, same]) => same && !isCanary(path) && this.#index.isDistinctive(place.files.get(path) ?? '')).length;
  }

  #isContested({ place, within, folder, files }: Spot): boolean {
    const others = [...this.#spots.values()].filter((other) => other.place !== place && other.within === within && other.folder === folder);
    return others.some((other) => isOfThisRun(other) || this.#alike(other) > 0 || (this.#isComplete(other) && other.files.size >= files.size));
  }

  #isComplete({ place, files, within, folder }: Spot): boolean {
    if (place.kind === 'folder' && !this.#folders.has(`${within}\0${folder}`)) return false;
    const paths = [...place.files.keys()].filter((path) => !isCanary(path));
    return paths.length > 0 && paths.every((path) => files.has(path));
  }
}

const isOfThisRun = ({ files }: Spot): boolean => [...files].some(([path, same]) => same && isOwn(path));

const differing = ({ files }: Spot): readonly string[] => [...files].filter(([, same]) => !same).map(([path]) => path);
