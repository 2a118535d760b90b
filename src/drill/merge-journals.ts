/** Joins the journals of one drill file's drills, such as those of a workflow's matrix, into the journal of one drill. */
import { JournalError } from './journal-error.ts';
import type { DrillEvent, JournalEntry } from './journal-events.ts';
import type { ScenarioOutline } from './model.ts';

export interface NamedJournal {
  /** For messages: the folder or file that it came from. */
  readonly name: string;
  readonly entries: readonly JournalEntry[];
}

type Started = Extract<DrillEvent, { event: 'drill-started' }> & { readonly at: string };
type Ended = Extract<DrillEvent, { event: 'drill-ended' }> & { readonly at: string };
interface Part {
  readonly name: string;
  readonly started: Started;
  readonly ended: Ended | null;
  /** All between them. */
  readonly entries: readonly JournalEntry[];
}

/**
 * One drill with all their scenarios, in the order of the drill file. What happened in each scenario stays in its order.
 * Throws `JournalError` where they are no drills of one drill file in one state, or a scenario stands in two of them.
 * @param expected ids of scenarios that were to be drilled: one that is in no journal is told as absent.
 */
export function mergeJournals(journals: readonly NamedJournal[], expected: readonly string[] = []): readonly JournalEntry[] {
  const parts = journals.map(partOf).toSorted((a, b) => order(a.started.at, b.started.at));
  const [first, ...others] = parts;
  if (first === undefined) throw new JournalError('There is no journal to merge.');
  for (const other of others) checkSameDrill(first, other);
  checkOnce(parts);
  const scenarios = parts.flatMap(({ started }) => started.scenarios).toSorted((a, b) => order(a.at.line, b.at.line));
  const absent = absentOf(first, scenarios, expected);
  return [{ ...first.started, scenarios, ...(absent.length === 0 ? {} : { absent }) }, ...once(parts.flatMap(({ entries }) => entries)), ...(absent.length === 0 ? end(parts) : [])];
}

/** Of what was to be drilled, what is in no journal. */
function absentOf({ name, started: { declared = [] } }: Part, there: Started['scenarios'], expected: readonly string[]): readonly ScenarioOutline[] {
  const unknown = expected.filter((id) => !declared.some((each) => each.id === id));
  if (unknown.length > 0) throw new JournalError(`${unknown.join(', ')}: no such scenario in the drill file of ${name}. Expected some of ${declared.map(({ id }) => id).join(', ')}.`);
  const drilled = new Set(there.map(({ id }) => id));
  return declared.filter(({ id }) => expected.includes(id) && !drilled.has(id));
}

function partOf({ name, entries }: NamedJournal): Part {
  const [first] = entries;
  if (first?.event !== 'drill-started') throw new JournalError(`${name}: the journal does not begin with drill-started: no drill can be told from it.`);
  if (entries.some((entry, index) => index > 0 && entry.event === 'drill-started')) throw new JournalError(`${name}: the journal holds two drills: judge each by itself.`);
  const ended = entries.findLast((entry) => entry.event === 'drill-ended') ?? null;
  return { name, started: first, ended, entries: entries.slice(1).filter(({ event }) => event !== 'drill-ended') };
}

const order = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

/** What must be the same, with how a person calls it. The places and services follow from the drill file, and are compared for journals that do not carry its hash. */
const same = {
  drill: 'the name of the drill',
  drillFile: 'the drill file',
  drillFileSha256: "the drill file's content",
  runbooks: 'the runbooks and their content',
  commit: 'the commit',
  host: 'the host',
  control: 'the control',
  minFidelity: 'min-fidelity',
  tool: 'the version of runbook-drill',
  places: 'the places',
  services: 'the services',
} as const satisfies Partial<Record<keyof Started, string>>;

function checkSameDrill(one: Part, other: Part): void {
  for (const key of Object.keys(same).filter((name): name is keyof typeof same => name in same)) {
    const [expected, got] = [one, other].map(({ started }) => JSON.stringify(started[key] ?? null));
    if (expected !== got) {
      throw new JournalError(`${other.name} and ${one.name} are no drills of one drill file in one state: ${same[key]} differs (${short(expected)} and ${short(got)}). Merge drills of the same commit.`);
    }
  }
}

const short = (text = ''): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

function checkOnce(parts: readonly Part[]): void {
  const seen = new Map<string, string>();
  for (const { name, started } of parts) {
    for (const { id } of started.scenarios) {
      const before = seen.get(id);
      if (before !== undefined) throw new JournalError(`scenario ${id} stands in ${before} and in ${name}: which of them counts? Merge each scenario once.`);
      seen.set(id, name);
    }
  }
}

/** What two drills tell of the whole, such as a stand-in, is told once. */
function once(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  const seen = new Set<string>();
  return entries.filter((entry) => {
    if ('scenario' in entry) return true;
    const key = JSON.stringify({ ...entry, at: '' });
    return !seen.has(key) && seen.add(key);
  });
}

/** None where one of them has none: it was killed, and so was not ended as a whole. */
function end(parts: readonly Part[]): readonly JournalEntry[] {
  const ended = parts.flatMap((part) => part.ended ?? []);
  const last = ended.toSorted((a, b) => order(a.at, b.at)).at(-1);
  if (last === undefined || ended.length < parts.length) return [];
  const faults = ended.flatMap(({ fault }) => fault ?? []);
  return [{ ...last, interrupted: ended.find(({ interrupted }) => interrupted !== null)?.interrupted ?? null, fault: faults.length === 0 ? null : [...new Set(faults)].join('; ') }];
}
