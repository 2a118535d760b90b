/** Commands about drills that are over: reports again, joined drills, the table in the runbook. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { findTables, knownHistory, refreshTables } from './benchmark-in-runbook.ts';
import { JournalError } from './drill/journal-error.ts';
import { journalName, parseJournal } from './drill/journal.ts';
import { mergeJournals } from './drill/merge-journals.ts';
import { InputErrors } from './drill/model.ts';
import { findDrillFile } from './drill/plan/find-drill-file.ts';
import { loadOutline, type Outline } from './drill/plan/outline.ts';
import { terminalText } from './drill/terminal-text.ts';
import { lockFolder } from './folder-lock.ts';
import type { Limits } from './report/over-time.ts';
import { writeReports } from './run-drill.ts';

const write = (text: string): void => void process.stdout.write(text);

/** How a drill is compared with those before it. */
export interface HistoryFlags {
  /** Absolute. */
  readonly history?: string;
  /** Seconds. */
  readonly maxAge: number;
  readonly maxGrowth: number;
}

const limitsOf = ({ maxAge, maxGrowth }: HistoryFlags): Limits => ({ maxAge, maxGrowth });

export interface TableFlags extends HistoryFlags {
  readonly update: boolean;
  readonly check: boolean;
  readonly drillFile?: string;
}

/** `report`: 0, or with `--check` 1 where the table in the runbook is stale. */
export async function report(folder: string, flags: TableFlags): Promise<number> {
  const out = resolve(folder);
  const outline = flags.update || flags.check ? await outlineWithTable(flags.drillFile) : null;
  if (outline !== null && flags.check) return tableIsStale(outline, out, flags.history);
  const { report: verdict, warnings } = await writeReports(out, { history: flags.history, limits: limitsOf(flags) });
  tellWarnings(warnings);
  write(`${verdict.validationStatus}: reports written to ${folder}\n`);
  if (outline !== null) await updateTable(outline, out, flags.history);
  return 0;
}

/** The drill file's scenarios and runbooks; what is wrong with the markers is told before anything runs. */
export async function outlineWithTable(drillFile: string | undefined): Promise<Outline> {
  const cwd = process.cwd();
  const outline = await loadOutline(drillFile ?? findDrillFile(cwd), cwd);
  await findTables(outline);
  return outline;
}

/** `--update`: the runbook's table is what is known of the last drills. */
export async function updateTable(outline: Outline, out: string, history: string | undefined): Promise<void> {
  const stale = await refreshTables(outline, await knownHistory(outline, out, history), { write: true });
  write(stale.length === 0 ? 'the benchmark table is up to date\n' : stale.map(({ path, line }) => `${relative(process.cwd(), path)}:${line}: the benchmark table was written\n`).join(''));
}

/** `--check`: runs no drill; the table is compared with the history and the drill in the folder. 1 where it is stale. */
export async function tableIsStale(outline: Outline, out: string, history: string | undefined): Promise<number> {
  const known = await knownHistory(outline, out, history);
  if (known.length === 0) {
    throw new InputErrors([{ file: relative(process.cwd(), out) || '.', line: 1, column: 1, message: 'there is no drill to compare the benchmark table with', expected: `a ${journalName} or a history of ${outline.name}`, got: 'neither', help: 'drill first, or name the history with --history or the folder with --out' }]);
  }
  const stale = await refreshTables(outline, known, { write: false });
  for (const { path, line, there, expected } of stale) {
    write(`${relative(process.cwd(), path)}:${line}: the benchmark table is stale: run \`runbook-drill report --update\`\n`);
    const lines = [...there.filter((text) => !expected.includes(text)).map((text) => `- ${text}`), ...expected.filter((text) => !there.includes(text)).map((text) => `+ ${text}`)];
    write(lines.map((text) => `  ${terminalText(text)}\n`).join(''));
  }
  if (stale.length === 0) write('the benchmark table is up to date\n');
  return stale.length === 0 ? 0 : 1;
}

function tellWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) write(`warning: ${terminalText(warning)}\n`);
}

/** `merge`: the journals of several folders become one drill's, with its reports. */
export async function merge(folders: readonly string[], flags: HistoryFlags & { readonly out: string }): Promise<void> {
  const out = resolve(flags.out);
  if (folders.some((folder) => resolve(folder) === out)) throw new JournalError(`${flags.out} is one of the folders to merge: its journal would be lost. Name another folder with --out.`);
  const journals = await Promise.all(
    folders.map(async (folder) => {
      const path = join(folder, journalName);
      return { name: folder, entries: parseJournal(await readFile(path, 'utf8'), path) };
    }),
  );
  const merged = mergeJournals(journals);
  await mkdir(out, { recursive: true });
  using lock = await lockFolder(out);
  void lock;
  await writeFile(join(out, journalName), merged.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  const { report: verdict, warnings } = await writeReports(out, { history: flags.history, limits: limitsOf(flags) });
  tellWarnings(warnings);
  write(`${verdict.validationStatus}: ${folders.length} ${folders.length === 1 ? 'drill' : 'drills'} merged, reports written to ${flags.out}\n`);
}
