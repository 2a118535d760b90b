/** What the command line and the Action share: from a drill file to reports in a folder. */
import { constants } from 'node:fs';
import { access, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openAdapters } from './adapters.ts';
import type { OutputListener } from './drill/context.ts';
import type { JournalEntry } from './drill/journal-events.ts';
import { createJournal, journalName } from './drill/journal-writer.ts';
import { InputErrors, type Plan } from './drill/model.ts';
import type { Report } from './drill/report-model.ts';
import { runDrill, secretsOf } from './drill/run.ts';
import { exitCodeOf } from './drill/verdict/index.ts';
import { lockFolder } from './folder-lock.ts';
import { inPlanOrder } from './in-plan-order.ts';
import type { Limits } from './report/over-time.ts';
import { version } from './version.ts';

export interface DrillRequest extends HistoryOptions {
  readonly plan: Plan;
  /** Folder for the journal and the reports; made when it is not there. */
  readonly out: string;
  readonly run: string;
  /** Hosts stay for a look inside. */
  readonly keep: boolean;
  readonly interrupt: AbortSignal;
  /** Each entry of the journal, masked, as it is written: of a scenario that is set up while another has its turn, once that has ended. */
  readonly onEntry: (entry: JournalEntry) => void;
  readonly onOutput: OutputListener;
  readonly progress: (message: string) => void;
}

export interface DrillOutcome {
  readonly entries: readonly JournalEntry[];
  readonly report: Report;
  /** What only several drills tell: a recovery that grows, a scenario that nobody has tested for long. */
  readonly warnings: readonly string[];
  /** What scripts rely on: design, section 7. */
  readonly exitCode: number;
}

/** Runs the drill and writes its reports, also when it was interrupted. */
export async function runAndReport(request: DrillRequest): Promise<DrillOutcome> {
  const { plan, out } = request;
  const secrets = secretsOf(plan);
  const mask = (text: string): string => secrets.secrets.masker.mask(text);
  // Before an earlier drill's journal is replaced.
  const adapters = await openAdapters(plan.host.environment, plan.host.engine);
  await makeFolder(out);
  await checkHistory(request.history ?? defaultHistory(out));
  using lock = await lockFolder(out);
  void lock;
  {
    using journal = createJournal(join(out, journalName), { mask });
    const shown = inPlanOrder(request);
    await runDrill(
      {
        plan,
        adapters,
        emit: (event) => shown.onEntry(journal.append(event)),
        progress: (message) => request.progress(mask(message)),
        onOutput: shown.onOutput,
        interrupt: request.interrupt,
        keep: request.keep,
        tool: version,
      },
      request.run,
      secrets,
    );
  }
  return writeReports(out, request);
}

/** Throws `JournalError` where the history cannot be read: after the drill that would be too late. */
export async function checkHistory(history: string): Promise<void> {
  const { readHistory } = await import('./history-store.ts');
  await readHistory(history);
}

/** One folder after the other: Node's own recursive mkdir never ends in a folder that takes no name, such as /proc. */
async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolders(dirname(path));
    await mkdir(path);
  }
}

/** Throws `InputErrors` where the reports could not be written: said before anything runs. */
async function makeFolder(out: string): Promise<void> {
  try {
    await makeFolders(out);
    await access(out, constants.W_OK);
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    throw new InputErrors([{ file: out, line: 1, column: 1, message: 'the folder for the reports cannot be made or written', expected: 'a folder', got, help: 'name another folder with --out' }]);
  }
}

/** Where a folder of reports keeps its history, unless told otherwise. */
export const defaultHistory = (out: string): string => join(out, 'history.jsonl');

export interface HistoryOptions {
  /** File, or folder, of the history that this drill is added to. Default: `history.jsonl` beside the reports. */
  readonly history?: string | undefined;
  readonly limits?: Limits | undefined;
}

/** Rewrites every report of a folder from its journal and its history, and adds the drill to that history. */
export async function writeReports(out: string, { history = defaultHistory(out), limits }: HistoryOptions = {}): Promise<DrillOutcome> {
  // Loaded at the end: a drill that begins needs no format of a report.
  const [{ historyOf, renderReports, reportInput }, { addToHistory, readHistory }, { readJournal }] = await Promise.all([import('./report/index.ts'), import('./history-store.ts'), import('./drill/journal.ts')]);
  const entries = await readJournal(join(out, journalName));
  const input = reportInput(entries, await readHistory(history), limits);
  const { report } = input;
  for (const [name, content] of renderReports(input)) await writeFile(join(out, name), content);
  await addToHistory(history, historyOf(report, entries));
  const end = entries.find((entry) => entry.event === 'drill-ended');
  return { entries, report, warnings: input.warnings, exitCode: exitCodeOf(report, { interrupted: end?.interrupted ?? null, fault: end?.fault ?? null }) };
}
