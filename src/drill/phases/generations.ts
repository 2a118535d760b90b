/** Which run of the backup wrote what it left: told by the content's own time, for a later run may rename, link or `chmod` older files. */
import type { ArtefactFact } from '../journal-events.ts';
import type { StampedFile } from '../../evidence/artefact/changed-files.ts';

/** Files as the runs wrote them, by their inode: a name may move on to another file, and a file to another name. */
export class Generations {
  readonly #known = new Map<string, { readonly run: number; readonly modified: number }>();

  /** @param files that runs have left until now, this one the latest */
  note(files: readonly StampedFile[], run: number): void {
    const runs = files.map((file) => ({ file, run: this.runOf(file) ?? run }));
    this.#known.clear();
    for (const { file, run: own } of runs) this.#known.set(file.inode, { run: own, modified: file.modified });
  }

  /** The files were made older: `modified` is now this many whole seconds less. */
  age(seconds: number): void {
    for (const [inode, { run, modified }] of this.#known) this.#known.set(inode, { run, modified: Math.floor(modified) - seconds });
  }

  /** The run that wrote its content; null where none of those noted did. */
  runOf({ inode, modified }: StampedFile): number | null {
    const known = this.#known.get(inode);
    return known === undefined || known.modified !== modified ? null : known.run;
  }
}

export interface RunsOf {
  /** Runs to which the artefact counts. */
  readonly surely: readonly number[];
  /** Runs that left something in it too: what of a place it is, nobody sees from outside. */
  readonly perhaps: readonly number[];
}

/**
 * Run 0 is the real backup, of which is what no earlier run wrote. A repository may hold every run; a folder of copies is of the newest run
 * that wrote into it, and older ones may be kept beside it.
 * @param written path in the host, or an engine's artefact, → its run
 */
export function runsOf({ path, kind, state }: Pick<ArtefactFact, 'path' | 'kind' | 'state'>, written: ReadonlyMap<string, number>, runs: number): RunsOf {
  if (kind !== 'folder') return { surely: [written.get(path) ?? 0], perhaps: [] };
  if (state === 'opaque') return { surely: Array.from({ length: runs }, (_, run) => run), perhaps: [] };
  const [newest = 0, ...older] = [...new Set([...written].flatMap(([file, run]) => (file.startsWith(path) ? [run] : [])))].toSorted((a, b) => a - b);
  return { surely: [newest], perhaps: older };
}
