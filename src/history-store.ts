/** Where a history is kept: one file of JSON Lines, or a folder with one file a drill, which never meet in a merge of two branches. */
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HistoryLine, historyText, joinHistories, parseHistory } from './report/history.ts';

const suffix = '.jsonl';
/** Longer than the one write of a line takes. */
const settleMilliseconds = 200;

/** Oldest first; empty where there is none yet. Throws `JournalError` with the place of a line that is none. */
export async function readHistory(path: string): Promise<readonly HistoryLine[]> {
  if (!(await isFolder(path))) return joinHistories(parseHistory(await textOf(path), path));
  const names = await readdir(path).catch((error: unknown) => absent(error, []));
  const files = names.filter((name) => name.endsWith(suffix)).map((name) => join(path, name));
  return joinHistories(...(await Promise.all(files.map(async (file) => parseHistory(await readFile(file, 'utf8'), file)))));
}

/** Adds lines that are not there yet. In a file each call is one write at its end: drills at the same time lose nothing. */
export async function addToHistory(path: string, lines: readonly HistoryLine[]): Promise<void> {
  if (lines.length === 0) return;
  const [first] = lines;
  if (await isFolder(path)) {
    const text = textLines(lines);
    const name = `${first?.ended.replaceAll(':', '-')}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}${suffix}`;
    await mkdir(path, { recursive: true });
    // The same lines have the same name: they are the same file.
    await writeFile(join(path, name), text);
    return;
  }
  await mkdir(dirname(path), { recursive: true });
  const text = await textOf(path);
  const there = new Set(parseHistory(text, path).map(historyText));
  const missing = lines.filter((line) => !there.has(historyText(line)));
  if (missing.length === 0) return;
  const cut = text.slice(text.lastIndexOf('\n') + 1);
  const isWhole = cut === '' || parseHistory(cut, path).length > 0;
  if (!isWhole) {
    // What a kill left of a line would spoil the next one; what another drill is writing will be whole in a moment.
    await sleep(settleMilliseconds);
    if ((await textOf(path)) !== text) return addToHistory(path, lines);
    await truncate(path, Buffer.byteLength(text) - Buffer.byteLength(cut));
  }
  await appendFile(path, `${cut !== '' && isWhole ? '\n' : ''}${textLines(missing)}`);
}

const textLines = (lines: readonly HistoryLine[]): string => lines.map((line) => `${historyText(line)}\n`).join('');

/** A path is a folder when it is one, or is to be one: it ends with a slash. */
async function isFolder(path: string): Promise<boolean> {
  if (path.endsWith('/')) return true;
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

const textOf = (path: string): Promise<string> => readFile(path, 'utf8').catch((error: unknown) => absent(error, ''));

/** `nothing` where a file is not there; any other error is thrown again. */
export function absent<T>(error: unknown, nothing: T): T {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return nothing;
  throw error;
}
