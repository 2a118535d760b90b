/** The journal on disk: append-only, one JSON object a line, readable after a kill. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { JournalError } from './journal-error.ts';
import type { DrillEvent, JournalEntry, ScenarioEvent } from './journal-events.ts';
import { drillEntrySchema, scenarioEntrySchema } from './journal-schema.ts';

/** Of its file in the folder of the reports. */
export const journalName = 'journal.ndjson';

export interface Journal extends Disposable {
  /** Writes one line at once and returns it as it was written. */
  append(event: DrillEvent | ScenarioEvent): JournalEntry;
}

export interface JournalOptions {
  /** Milliseconds since 1970; default: this machine's clock. */
  readonly now?: () => number;
  /** Applied to every text of an event that is no word of the format: nothing that it hides is ever written. */
  readonly mask?: (text: string) => string;
}

/** Begins the journal of a drill; one of an earlier drill at the same path is replaced. */
export function createJournal(path: string, { now = Date.now, mask }: JournalOptions = {}): Journal {
  // Truncated once; from then on each line lands whole at the end, whoever else writes there.
  closeSync(openSync(path, 'w'));
  const file = openSync(path, 'a');
  let open = true;
  return {
    append(event) {
      const entry: JournalEntry = { at: new Date(now()).toISOString(), ...(mask === undefined ? event : masked(event, mask)) };
      writeWhole(file, Buffer.from(`${JSON.stringify(entry)}\n`));
      return entry;
    },
    [Symbol.dispose]() {
      if (open) closeSync(file);
      open = false;
    },
  };
}

/** One call in all but a full disk: a reader, and a kill, see a line whole or cut at the end of the file. */
function writeWhole(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

/** Words of the format, which decide how an entry is read: a secret that equals one of them must not make the journal unreadable. */
const structure: ReadonlySet<string> = new Set(
  'event scenario phase status kind rule severity state covered compare canary lateCanary type how late before rpo control interrupted'.split(' '),
);

/** The same event with every text in it masked; keys and structure stay. */
function masked<T extends DrillEvent | ScenarioEvent>(event: T, mask: (text: string) => string): T {
  const seen: T = JSON.parse(JSON.stringify(event), (key, value: unknown) => (typeof value === 'string' && !structure.has(key) ? mask(value) : value));
  return seen;
}

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
