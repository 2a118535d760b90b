/**
 * What is kept of every drill: JSON Lines, one line a drill and scenario. Lines are only ever added, and two histories are
 * joined as sets, so that drills at the same time lose nothing. All of it is pure; `history-store.ts` reads and writes.
 */
import { z } from 'zod';
import { JournalError } from '../drill/journal-error.ts';
import type { JournalEntry } from '../drill/journal-events.ts';
import type { Report } from '../drill/report-model.ts';
import { inertJson } from './escape.ts';
import { rowOf } from './table.ts';

const seconds = z.number().nullable();

/** Fields that this version does not know are kept when a history is written again. */
const historyLine = z.looseObject({
  format: z.literal(1),
  drill: z.string(),
  id: z.string(),
  title: z.string(),
  /** RFC 3339 UTC: the scenario's last entry in its journal. */
  ended: z.string().refine((time) => !Number.isNaN(Date.parse(time)), 'no time'),
  verdict: z.enum(['SUCCESSFUL', 'FAILED', 'TIMED_OUT', 'NOT_MEASURED']),
  rto: seconds,
  rta: seconds,
  manual: z.number(),
  rpo: z.union([z.number(), z.literal('last-backup')]).nullable(),
  rpa: seconds,
  data: z.string(),
  fidelity: z.number().nullable(),
  environment: z.string(),
  tool: z.string(),
  /** What was drilled: the commit, and SHA-256 of the drill file and of each runbook by its path. */
  commit: z.string().nullable(),
  drillFile: z.string().nullable(),
  runbooks: z.record(z.string(), z.string()),
});
export type HistoryLine = z.output<typeof historyLine>;

/** One line for each scenario that has ended: of one that still runs, or was killed, a later report would say something else. None for a control, which says nothing about the runbook. The same for a part of a drill and for the whole that it is merged into. */
export function historyOf(report: Report, entries: readonly JournalEntry[]): readonly HistoryLine[] {
  const started = entries.find((entry) => entry.event === 'drill-started');
  if (report.control !== null) return [];
  const over = new Set(entries.flatMap((entry) => (entry.event === 'scenario-ended' ? [entry.scenario] : [])));
  return report.scenarios.flatMap((scenario): readonly HistoryLine[] => {
    const { verdict, ended, ...row } = rowOf(scenario);
    if (ended === null || verdict === null || !over.has(scenario.id)) return [];
    return [
      {
        format: 1,
        drill: report.drill,
        ...row,
        ended,
        verdict,
        environment: report.host.environment,
        tool: report.tool,
        commit: started?.commit ?? null,
        drillFile: started?.drillFileSha256 ?? null,
        runbooks: Object.fromEntries(report.runbooks.map(({ file, sha256 }) => [file, sha256])),
      },
    ];
  });
}

/**
 * Reads a history. Its last line may be cut, as a kill leaves it; any other line that is none is an error with its place.
 * @param path for messages.
 */
export function parseHistory(text: string, path: string): readonly HistoryLine[] {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  const read = lines.map((line, index) => ({ line, where: `${path}:${index + 1}` })).filter(({ line }) => line.trim() !== '');
  return [...read.map(({ line, where }) => parseLine(line, where)), ...(isWhole(last) ? [parseLine(last, `${path}:${lines.length + 1}`)] : [])];
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function parseLine(line: string, where: string): HistoryLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new JournalError(`${where}: expected one JSON object, as a drill writes it; the line is no JSON. Take the history from its source, or remove the line.`);
  }
  const parsed = historyLine.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new JournalError(`${where}: expected a line of a history of format 1; ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}. Read it with the version that wrote it.`);
}

/** One line of the file, without its end: the same for the same facts, whatever order they came in. */
export const historyText = (line: HistoryLine): string => inertJson(historyLine.parse(line), 0);

/** Every line of all of them once, oldest first. */
export function joinHistories(...histories: readonly (readonly HistoryLine[])[]): readonly HistoryLine[] {
  const lines = new Map(histories.flat().map((line) => [historyText(line), line]));
  return [...lines].toSorted(([textA, a], [textB, b]) => compare(a.ended, b.ended) || compare(a.id, b.id) || compare(textA, textB)).map(([, line]) => line);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The last line of each scenario. Of lines that are oldest first. */
export const latestOf = (history: readonly HistoryLine[]): ReadonlyMap<string, HistoryLine> => new Map(history.map((line) => [line.id, line]));
