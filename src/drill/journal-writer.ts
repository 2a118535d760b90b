/** A drill writes its journal: append-only, one JSON object a line, readable after a kill. Apart from `journal.ts`, which reads it: no drill needs its schemas before its end. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { DrillEvent, JournalEntry, ScenarioEvent } from './journal-events.ts';

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
