/** What a backup committed or pushed: commits are artefacts like any file, and those in the origin outlive a lost host. */
import { type InspectionOptions, inspectArtefacts } from '../../evidence/artefact/inspect-artefacts.ts';
import type { InspectedArtefact } from '../../evidence/artefact/mismatch.ts';
import { type PlaceIndex, PlacesWithin } from '../../evidence/artefact/places-within.ts';
import { type CommandSpan, commandThatWrote } from '../../evidence/artefact/written-by.ts';
import type { Host } from '../../ports/host.ts';
import { must, originPath } from '../repository.ts';

/** Branch, tag or other ref → commit. */
type Heads = ReadonlyMap<string, string>;

export interface GitState {
  readonly origin: Heads;
  readonly workspace: Heads;
}

export interface CommitInspection extends InspectionOptions {
  readonly places: PlaceIndex;
  readonly spans: readonly CommandSpan[];
}

interface Repository {
  readonly folder: string;
  /** Where its refs are files. */
  readonly gitFolder: string;
  readonly prefix: string;
  readonly offsite: boolean;
}

const git = (folder: string, ...words: readonly string[]): readonly string[] => ['git', '-c', 'safe.directory=*', '-C', folder, ...words];

export async function gitState(host: Host, workspace: string): Promise<GitState> {
  const refs = ['for-each-ref', '--format=%(refname) %(objectname)'];
  const origin = await must(host, 'read the refs of the origin', git(originPath, ...refs));
  // It may not be there yet, or be no repository any more.
  const { stdout } = await host.exec(git(workspace, ...refs));
  return { origin: headsIn(origin), workspace: headsIn(stdout) };
}

function headsIn(refs: Buffer): Heads {
  return new Map(
    refs
      .toString()
      .trim()
      .split('\n')
      .flatMap((line) => {
        const [ref, commit] = line.split(' ');
        return ref !== undefined && commit !== undefined ? [[ref, commit] as const] : [];
      }),
  );
}

/** Each ref that the backup made or moved, looked into as the tree that a clone would bring; and for what it gives away, all that came with it. */
export async function commitsSince(host: Host, workspace: string, before: GitState, inspection: CommitInspection): Promise<readonly InspectedArtefact[]> {
  const after = await gitState(host, workspace);
  const known = new Set([...before.origin.values(), ...before.workspace.values()]);
  const origin: Repository = { folder: originPath, gitFolder: originPath, prefix: 'git:', offsite: true };
  const local: Repository = { folder: workspace, gitFolder: `${workspace}/.git`, prefix: 'git-workspace:', offsite: false };
  const pushed = newRefs(after.origin, known);
  const committed = newRefs(after.workspace, new Set([...known, ...after.origin.values()]));
  return [...(await inspectRefs(host, origin, pushed, known, inspection)), ...(await inspectRefs(host, local, committed, known, inspection))];
}

const newRefs = (heads: Heads, known: ReadonlySet<string>): readonly (readonly [string, string])[] => [...heads].filter(([, commit]) => !known.has(commit));

async function inspectRefs(host: Host, repository: Repository, refs: readonly (readonly [string, string])[], known: ReadonlySet<string>, inspection: CommitInspection): Promise<readonly InspectedArtefact[]> {
  const inspected = await Promise.all(
    refs.map(async ([ref, commit]): Promise<InspectedArtefact | null> => {
      const places = new PlacesWithin(inspection.places);
      const sources = [{ command: git(repository.folder, 'archive', '--format=tar', commit), listener: places }, { command: history(repository, commit, known) }];
      const [facts, inHistory] = await inspectArtefacts(host, sources, inspection);
      // A workspace may have refs that are no trees; the origin is what a lost host is restored from.
      if (!facts && !repository.offsite) return null;
      if (!facts || !inHistory) throw new Error(`commit ${commit} of ${ref} cannot be read`);
      return {
        places: places.found(),
        fact: {
          kind: 'commit',
          path: `${repository.prefix}${ref}`,
          sha256: null,
          bytes: facts.bytes,
          state: facts.state,
          layers: ['git', ...facts.layers],
          members: facts.members,
          contentBytes: facts.contentBytes,
          holds: facts.holds,
          plaintext: [...new Set([...facts.plaintext, ...inHistory.plaintext])],
          offsite: repository.offsite,
          writtenBy: await writerOf(host, repository, ref, inspection.spans),
          detail: commit,
        },
      };
    }),
  );
  return inspected.filter((artefact) => artefact !== null);
}

/** All that came with a commit: what a later one takes away again is there for everyone all the same. */
function history({ folder }: Repository, commit: string, known: ReadonlySet<string>): readonly string[] {
  // Of two repositories, each may lack commits that the other one has.
  const script = String.raw`
    cd -- "$1" && commit=$2 && shift 2
    export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
    git rev-list --objects --ignore-missing "$commit" --not "$@" | cut -d ' ' -f 1 | git cat-file --batch`;
  return ['/bin/sh', '-c', script, 'sh', folder, commit, ...known];
}

/** The command that ran when the ref's file was written; null where Git keeps it in no file of its own. */
async function writerOf(host: Host, { gitFolder }: Repository, ref: string, spans: readonly CommandSpan[]): Promise<{ readonly file: string; readonly line: number } | null> {
  const { stdout, exitCode } = await host.exec(['/usr/bin/stat', '--format', '%.9Z', '--', `${gitFolder}/${ref}`]);
  const writer = exitCode === 0 ? commandThatWrote('git', Number.parseFloat(stdout.toString()), spans) : null;
  return writer === null ? null : { file: writer.file, line: writer.line };
}
