/** The journal on disk, read again; `journal-writer.ts` writes it. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { JournalError } from './journal-error.ts';
import type { JournalEntry } from './journal-events.ts';
import { drillEntrySchema, scenarioEntrySchema } from './journal-schema.ts';

export { journalName } from './journal-writer.ts';

/** Reads a journal. The last line may be cut, as a kill leaves it; anything else that is no entry is an error with its line. */
export async function readJournal(path: string): Promise<readonly JournalEntry[]> {
  return parseJournal(await readFile(path, 'utf8'), path);
}

/** @param path for messages. */
export function parseJournal(text: string, path: string): readonly JournalEntry[] {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  const entries = lines.map((line, index) => parseLine(line, `${path}:${index + 1}`));
  // A last line without its end was cut, unless the cut took only the end.
  if (last !== '' && isJson(last)) entries.push(parseLine(last, `${path}:${lines.length + 1}`));
  return entries;
}

function parseLine(line: string, where: string): JournalEntry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new JournalError(`${where}: expected one JSON object, as a drill writes it; the line is no JSON. Drill again, or take the journal from its source.`);
  }
  const schema = typeof value === 'object' && value !== null && 'scenario' in value ? scenarioEntrySchema : drillEntrySchema;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new JournalError(`${where}: expected an entry of a journal of format 1; ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}. Read it with the version that wrote it.`);
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
