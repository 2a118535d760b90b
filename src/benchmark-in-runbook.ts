/** Writes the benchmark table into runbooks, or says whether the one that is there is stale: `--update` and `--check`, of a drill and of a report. */
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { journalName, parseJournal } from './drill/journal.ts';
import { InputErrors } from './drill/model.ts';
import { findDrillFile } from './drill/plan/find-drill-file.ts';
import { loadOutline, type Outline } from './drill/plan/outline.ts';
import { terminalText } from './drill/terminal-text.ts';
import { defaultHistory } from './run-drill.ts';
import { absent, readHistory } from './history-store.ts';
import { reportInput } from './report/formats.ts';
import { runbookTable } from './report/runbook-table.ts';
import { type TablePlace, findTable, rowCells, tableLines, withTable } from './runbook/benchmark-table.ts';
import type { HistoryLine } from './report/history.ts';

const tell = (text: string): void => void process.stdout.write(text);

interface RunbookTable {
  readonly path: string;
  readonly bytes: Buffer;
  readonly place: TablePlace;
}

/** The tables of all runbooks. Throws `InputErrors` where no runbook has the markers, or where they are wrong: said before anything runs. */
async function findTables({ runbooks }: Outline): Promise<readonly RunbookTable[]> {
  const wanted = '<!-- drill:benchmark --> and <!-- /drill:benchmark -->, once, each in a line of its own';
  const tables: RunbookTable[] = [];
  for (const path of runbooks) {
    const bytes = await readFile(path);
    const place = findTable(bytes, { mdx: path.endsWith('.mdx') });
    if (place === null) continue;
    if ('message' in place) throw new InputErrors([{ file: relative(process.cwd(), path), line: place.line, column: 1, message: place.message, expected: wanted, got: 'markers that do not match', help: 'correct the markers' }]);
    tables.push({ path, bytes, place });
  }
  if (tables.length > 0) return tables;
  const [first = ''] = runbooks;
  throw new InputErrors([{ file: relative(process.cwd(), first), line: 1, column: 1, message: 'the runbook has no place for the benchmark table', expected: wanted, got: 'no marker', help: 'write the two markers where the table is to stand' }]);
}

/** What is known of a drill file's scenarios: its history, and the drill whose journal lies in the folder. Oldest first. */
async function knownHistory(outline: Outline, out: string, history = defaultHistory(out)): Promise<readonly HistoryLine[]> {
  const lines = (await readHistory(history)).filter(({ drill }) => drill === outline.name);
  const path = join(out, journalName);
  const text = await readFile(path, 'utf8').catch((error: unknown) => absent(error, null));
  if (text === null) return lines;
  const input = reportInput(parseJournal(text, path), lines);
  return input.report.drill === outline.name ? input.history : lines;
}

interface StaleTable {
  readonly path: string;
  readonly line: number;
  /** Lines that stand there and should not, and those that should. */
  readonly there: readonly string[];
  readonly expected: readonly string[];
}

/** Rewrites the tables that are stale; with `write: false` only tells them. */
async function refreshTables(outline: Outline, history: readonly HistoryLine[], { write }: { readonly write: boolean }): Promise<readonly StaleTable[]> {
  const stale: StaleTable[] = [];
  for (const { path, bytes, place } of await findTables(outline)) {
    const there = tableLines(bytes, place);
    const expected = runbookTable(outline.scenarios, history, there.map(rowCells), new Date().toISOString().slice(0, 10));
    const after = withTable(bytes, place, expected);
    if (after === bytes) continue;
    stale.push({ path, line: place.line, there, expected });
    if (write) await writeFile(path, after);
  }
  return stale;
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
  tell(stale.length === 0 ? 'the benchmark table is up to date\n' : stale.map(({ path, line }) => `${relative(process.cwd(), path)}:${line}: the benchmark table was written\n`).join(''));
}

/** `--check`: runs no drill; the table is compared with the history and the drill in the folder. The exit status: 1 where it is stale. */
export async function checkTable(outline: Outline, out: string, history: string | undefined): Promise<number> {
  const known = await knownHistory(outline, out, history);
  if (known.length === 0) {
    throw new InputErrors([{ file: relative(process.cwd(), out) || '.', line: 1, column: 1, message: 'there is no drill to compare the benchmark table with', expected: `a ${journalName} or a history of ${outline.name}`, got: 'neither', help: 'drill first, or name the history with --history or the folder with --out' }]);
  }
  const stale = await refreshTables(outline, known, { write: false });
  for (const { path, line, there, expected } of stale) {
    tell(`${relative(process.cwd(), path)}:${line}: the benchmark table is stale: run \`runbook-drill report --update\`\n`);
    const lines = [...there.filter((text) => !expected.includes(text)).map((text) => `- ${text}`), ...expected.filter((text) => !there.includes(text)).map((text) => `+ ${text}`)];
    tell(lines.map((text) => `  ${terminalText(text)}\n`).join(''));
  }
  if (stale.length === 0) tell('the benchmark table is up to date\n');
  return stale.length === 0 ? 0 : 1;
}
