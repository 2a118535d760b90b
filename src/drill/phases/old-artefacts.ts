/** Which of the files that were there before the backup the restore reads: it may have taken yesterday's for today's. */
import { basename } from 'node:path';
import type { OldFile } from '../../evidence/artefact/old-files.ts';
import { commandNaming } from '../../evidence/artefact/written-by.ts';
import type { Host } from '../../ports/host.ts';
import type { ScenarioContext } from '../context.ts';
import type { OldArtefact } from '../journal-events.ts';
import type { SourceLine } from '../model.ts';
import type { BackupOutcome } from './backup.ts';
import type { PhaseOutcome } from './steps.ts';

/** As the journal tells it, with the line of the backup that should have made it anew. */
export function oldArtefacts({ scenario }: ScenarioContext, old: readonly OldFile[], { spans }: PhaseOutcome): readonly OldArtefact[] {
  const steps = scenario.steps.flatMap((step) => (step.phase === 'backup' && 'shell' in step ? [step.shell] : []));
  const lines = steps.flatMap(({ text, file, lines: numbers }) => text.split('\n').map((command, index) => ({ command, file, line: numbers[index] ?? 1 })));
  return old.map(({ path, shown, sha256, bytes, changed, places }) => ({
    path: shown,
    sha256,
    bytes,
    changed,
    places,
    // What ran tells it best; then what stands in the steps and was not reached.
    meantBy: commandNaming(path, spans) ?? commandNaming(path, lines),
  }));
}

/** Path → time of the last access, as the file system tells it. */
export type Accesses = ReadonlyMap<string, string>;

/** The drill's own reading leaves no such time. Where the file system keeps none, nothing moves, and nothing is said. */
export async function accessesOf(host: Host, old: readonly OldFile[]): Promise<Accesses> {
  if (old.length === 0) return new Map();
  const { stdout } = await host.exec(['/usr/bin/stat', '--printf', String.raw`%.9X %n\0`, '--', ...old.map(({ path }) => path)]);
  const records = stdout.toString().split('\0').filter((record) => record !== '');
  return new Map(records.map((record) => [record.slice(record.indexOf(' ') + 1), record.slice(0, record.indexOf(' '))]));
}

/** Those that a command of the restore names, or whose time of last access moved. */
export async function tellWhatWasRead(context: ScenarioContext, host: Host, { old, made }: Pick<BackupOutcome, 'old' | 'made'>, before: Accesses, { spans }: PhaseOutcome): Promise<void> {
  if (old.length === 0) return;
  const namesakes = new Set(made.map((path) => basename(path)));
  const after = await accessesOf(host, old);
  const read = old.flatMap(({ path, shown }): readonly { readonly path: string; readonly by: SourceLine | null }[] => {
    const by = commandNaming(path, spans, namesakes);
    const accessed = before.has(path) && after.has(path) && before.get(path) !== after.get(path);
    return by !== null || accessed ? [{ path: shown, by }] : [];
  });
  context.emit({ event: 'old-artefacts-read', read });
}
