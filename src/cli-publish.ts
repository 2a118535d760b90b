/** Commands about drills that are over: reports again, joined drills. */
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { outlineWithTable, checkTable, updateTable } from './benchmark-in-runbook.ts';
import { counted } from './drill/format.ts';
import { JournalError } from './drill/journal-error.ts';
import { journalName, parseJournal } from './drill/journal.ts';
import { mergeJournals } from './drill/merge-journals.ts';
import { terminalText } from './drill/terminal-text.ts';
import { lockFolder } from './folder-lock.ts';
import { renderJobSummary } from './report/job-summary.ts';
import type { Limits } from './report/over-time.ts';
import { checkHistory, defaultHistory, writeReports } from './run-drill.ts';

const write = (text: string): void => void process.stdout.write(text);

/** How a drill is compared with those before it. */
export interface HistoryFlags extends Limits {
  /** Absolute. */
  readonly history?: string;
}

export interface TableFlags extends HistoryFlags {
  readonly update: boolean;
  readonly check: boolean;
  readonly drillFile?: string;
}

export interface MergeFlags extends HistoryFlags {
  readonly out: string;
  /** Scenarios that were to be drilled. */
  readonly scenario?: readonly string[];
  /** File that the report is added to. */
  readonly summary?: string;
}

/** `report`: 0, or with `--check` 1 where the table in the runbook is stale. */
export async function report(folder: string, flags: TableFlags): Promise<number> {
  const out = resolve(folder);
  const outline = flags.update || flags.check ? await outlineWithTable(flags.drillFile) : null;
  if (outline !== null && flags.check) return checkTable(outline, out, flags.history);
  const { report: verdict, warnings } = await writeReports(out, { history: flags.history, limits: flags });
  tellWarnings(warnings);
  write(`${verdict.validationStatus}: reports written to ${folder}\n`);
  if (outline !== null) await updateTable(outline, out, flags.history);
  return 0;
}

function tellWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) write(`warning: ${terminalText(warning)}\n`);
}

/** `merge`: the journals of several folders become one drill's, with its reports. */
export async function merge(folders: readonly string[], flags: MergeFlags): Promise<void> {
  const out = resolve(flags.out);
  if (folders.some((folder) => resolve(folder) === out)) throw new JournalError(`${flags.out} is one of the folders to merge: its journal would be lost. Name another folder with --out.`);
  const journals = await Promise.all(
    folders.map(async (folder) => {
      const path = join(folder, journalName);
      return { name: folder, entries: parseJournal(await readFile(path, 'utf8'), path) };
    }),
  );
  const merged = mergeJournals(journals, flags.scenario);
  await checkHistory(flags.history ?? defaultHistory(out));
  await mkdir(out, { recursive: true });
  using lock = await lockFolder(out);
  void lock;
  await writeFile(join(out, journalName), merged.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  const { report: verdict, entries, warnings } = await writeReports(out, { history: flags.history, limits: flags });
  if (flags.summary !== undefined) await appendFile(flags.summary, renderJobSummary({ report: verdict, entries }));
  tellWarnings(warnings);
  write(`${verdict.validationStatus}: ${counted(folders.length, 'drill')} merged, reports written to ${flags.out}\n`);
}
