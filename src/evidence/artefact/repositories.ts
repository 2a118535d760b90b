/**
 * Repositories of backup programs that encrypt or deduplicate: recognised by how their folders are laid out, and never looked into.
 * restic: https://restic.readthedocs.io/en/stable/100_references.html#repository-layout; borg: "Repository" in its internals;
 * kopia: `kopia.repository.f` at the root of a filesystem repository.
 */
import { dirname } from 'node:path';
import type { ArtefactFact } from '../../drill/journal-events.ts';
import type { Host } from '../../ports/host.ts';
import { shellInHost } from '../in-host.ts';
import type { ChangedFile } from './changed-files.ts';
import { type CommandSpan, commandThatWrote } from './written-by.ts';

export interface Repository {
  /** Absolute path of its folder. */
  readonly root: string;
  readonly kind: 'restic' | 'borg' | 'kopia';
  /** Those that the backup created or changed. */
  readonly files: readonly ChangedFile[];
}

const script = String.raw`
tr '\0' '\n' | while IFS= read -r folder; do
  if [ -f "$folder/kopia.repository.f" ]; then kind=kopia
  elif [ ! -f "$folder/config" ] || [ ! -d "$folder/data" ]; then continue
  elif [ -d "$folder/keys" ] && [ -d "$folder/snapshots" ]; then kind=restic
  elif IFS= read -r line < "$folder/config" && [ "$line" = '[repository]' ]; then kind=borg
  else continue
  fi
  printf '%s\0%s\0' "$kind" "$folder"
done`;

/** The repositories that changed files lie in. */
export async function findRepositories(host: Host, files: readonly ChangedFile[]): Promise<readonly Repository[]> {
  const folders = new Set<string>();
  for (const { path } of files) for (let folder = dirname(path); folder !== '/' && !folders.has(folder); folder = dirname(folder)) folders.add(folder);
  const { stdout } = await shellInHost(host, 'looking for repositories', script, [], { stdin: [...folders].map((folder) => `${folder}\0`).join('') });
  const fields = stdout.toString().split('\0');
  return Array.from({ length: Math.floor(fields.length / 2) }, (_, index) => ({ kind: fields[index * 2], root: fields[index * 2 + 1] ?? '' })).flatMap(({ kind, root }) =>
    kind === 'restic' || kind === 'borg' || kind === 'kopia' ? [{ root, kind, files: files.filter(({ path }) => path.startsWith(`${root}/`)) }] : [],
  );
}

/** What a backup added to it; whether that holds the data, only a restore tells. */
export function repositoryArtefact({ root, kind, files }: Repository, offsite: boolean, spans: readonly CommandSpan[]): ArtefactFact {
  const writer = commandThatWrote(root, Math.max(...files.map(({ changed }) => changed)), spans);
  return {
    kind: 'folder',
    path: `${root}/`,
    sha256: null,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    state: 'opaque',
    layers: [kind],
    members: null,
    contentBytes: null,
    holds: [],
    plaintext: [],
    offsite,
    writtenBy: writer === null ? null : { file: writer.file, line: writer.line },
    detail: kind,
  };
}
