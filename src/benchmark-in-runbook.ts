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

interface TableInRunbook {
  readonly path: string;
  readonly bytes: Buffer;
  readonly place: TablePlace;
}

/** The tables of all runbooks. Throws `InputErrors` where no runbook has the markers, or where they are wrong: said before anything runs. */
async function findTables({ runbooks }: Outline): Promise<readonly TableInRunbook[]> {
  const wanted = '<!-- drill:benchmark --> and <!-- /drill:benchmark -->, once, each in a line of its own';
  const tables: TableInRunbook[] = [];
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

interface CheckedTable {
  readonly path: string;
  readonly line: number;
  /** Lines that stand there, and those that should; null where they are the same. */
  readonly stale: { readonly there: readonly string[]; readonly expected: readonly string[]; readonly bytes: Buffer } | null;
  /** Scenarios whose row no known drill can have given. */
  readonly left: readonly string[];
}

async function checkedTables(outline: Outline, history: readonly HistoryLine[]): Promise<readonly CheckedTable[]> {
  const today = new Date().toISOString().slice(0, 10);
  return (await findTables(outline)).map(({ path, bytes, place }) => {
    const there = tableLines(bytes, place);
    const { lines: expected, left } = runbookTable(outline.scenarios, history, there.map(rowCells), today);
    const after = withTable(bytes, place, expected);
    return { path, line: place.line, stale: after === bytes ? null : { there, expected, bytes: after }, left };
  });
}

/** The drill file's scenarios and runbooks; what is wrong with the markers is told before anything runs. */
export async function outlineWithTable(drillFile: string | undefined): Promise<Outline> {
  const cwd = process.cwd();
  const outline = await loadOutline(drillFile ?? findDrillFile(cwd), cwd);
  await findTables(outline);
  return outline;
}

/** How a table is named in what is told of it. */
const at = ({ path, line }: CheckedTable): string => `${relative(process.cwd(), path)}:${line}`;

/** `--update`: the runbook's table is what is known of the last drills. */
export async function updateTable(outline: Outline, out: string, history: string | undefined): Promise<void> {
  const tables = await checkedTables(outline, await knownHistory(outline, out, history));
  for (const table of tables) {
    if (table.stale === null) continue;
    await writeFile(table.path, table.stale.bytes);
    tell(`${at(table)}: the benchmark table was written\n`);
  }
  if (tables.every(({ stale }) => stale === null)) tell('the benchmark table is up to date\n');
}

/** `--check`: runs no drill; the table is compared with the history and the drill in the folder. The exit status: 1 where it is stale, or says what nothing proves. */
export async function checkTable(outline: Outline, out: string, history: string | undefined): Promise<number> {
  const known = await knownHistory(outline, out, history);
  if (known.length === 0) {
    throw new InputErrors([{ file: relative(process.cwd(), out) || '.', line: 1, column: 1, message: 'there is no drill to compare the benchmark table with', expected: `a ${journalName} or a history of ${outline.name}`, got: 'neither', help: 'drill first, or name the history with --history or the folder with --out' }]);
  }
  const wrong = (await checkedTables(outline, known)).filter(({ stale, left }) => stale !== null || left.length > 0);
  for (const table of wrong) tellWrong(table);
  if (wrong.length === 0) tell('the benchmark table is up to date\n');
  return wrong.length === 0 ? 0 : 1;
}

function tellWrong(table: CheckedTable): void {
  for (const name of table.left) tell(terminalText(`${at(table)}: the row of ${name} is newer than every drill of it that is known here: name the history that has its drill with --history, or drill it again`) + '\n');
  if (table.stale === null) return;
  const { there, expected } = table.stale;
  tell(`${at(table)}: the benchmark table is stale: run \`runbook-drill report --update\`\n`);
  const lines = [...there.filter((text) => !expected.includes(text)).map((text) => `- ${text}`), ...expected.filter((text) => !there.includes(text)).map((text) => `+ ${text}`)];
  tell(lines.map((text) => `  ${terminalText(text)}\n`).join(''));
}
