/** What a backup pushed: commits in the origin outlive a lost host, and are artefacts like any file. */
import { PassThrough } from 'node:stream';
import { type InspectionOptions, inspectStream } from '../../evidence/artefact/inspect-stream.ts';
import type { Host } from '../../ports/host.ts';
import type { ArtefactFact } from '../journal-events.ts';
import { must, originPath } from '../repository.ts';

/** Branch and tag → commit. */
export type Heads = ReadonlyMap<string, string>;

export async function originHeads(host: Host): Promise<Heads> {
  const text = await must(host, 'read the origin', ['git', '-c', 'safe.directory=*', '-C', originPath, 'for-each-ref', '--format=%(refname) %(objectname)']);
  return new Map(
    text
      .toString()
      .trim()
      .split('\n')
      .flatMap((line) => {
        const [ref, commit] = line.split(' ');
        return ref !== undefined && commit !== undefined ? [[ref, commit] as const] : [];
      }),
  );
}

/** Each ref that the backup made or moved, looked into as the tree that a clone would bring. */
export async function commitsSince(host: Host, before: Heads, options: InspectionOptions): Promise<readonly ArtefactFact[]> {
  const moved = [...(await originHeads(host))].filter(([ref, commit]) => before.get(ref) !== commit);
  return Promise.all(
    moved.map(async ([ref, commit]) => {
      const stream = new PassThrough();
      const archive = host.exec(['git', '-c', 'safe.directory=*', '-C', originPath, 'archive', '--format=tar', commit], { stdout: stream }).finally(() => stream.end());
      const [facts, { exitCode, stderr }] = await Promise.all([inspectStream(stream, options), archive]);
      if (exitCode !== 0) throw new Error(`commit ${commit} of ${ref} cannot be read: exit ${exitCode}: ${stderr.trim()}`);
      return {
        kind: 'commit',
        path: `git:${ref}`,
        sha256: null,
        bytes: facts.bytes,
        state: facts.state,
        layers: ['git', ...facts.layers],
        members: facts.members,
        contentBytes: facts.contentBytes,
        holds: facts.holds,
        offsite: true,
        writtenBy: null,
        detail: commit,
      };
    }),
  );
}
