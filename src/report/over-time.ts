/** What only several drills can tell: a recovery that grows, a scenario that nobody has tested for long. */
import type { ScenarioOutline } from '../drill/model.ts';
import { formatDay, formatDuration, formatShare } from './format.ts';
import type { HistoryLine } from './history.ts';

export interface Limits {
  /** Seconds since a scenario was last tested. */
  readonly maxAge: number;
  /** Growth of an RTA as a share of its RTO. */
  readonly maxGrowth: number;
}

export const defaultLimits: Limits = { maxAge: 100 * 86_400, maxGrowth: 0.2 };

/** Drills that a new one is compared with: one slow day is not taken for the normal. */
const compared = 5;

/** An RTA that grew over the median of the drills before it, in the same environment, by more than its share of the target. */
export function growthWarnings(drilled: readonly HistoryLine[], history: readonly HistoryLine[], { maxGrowth }: Limits): readonly string[] {
  return drilled.flatMap((line) => {
    const { rta, rto, ended, id } = line;
    const before = history.flatMap((other) => (other.id === id && other.environment === line.environment && other.rta !== null && other.ended < ended ? [other.rta] : [])).slice(-compared);
    if (rta === null || rto === null || before.length === 0) return [];
    const usual = median(before);
    if (rta - usual <= maxGrowth * rto) return [];
    return [`the recovery of ${id} took ${formatDuration(rta)}, ${formatDuration(rta - usual)} more than in the ${before.length === 1 ? 'drill' : `${before.length} drills`} before (${formatDuration(usual)}): over ${formatShare(maxGrowth)} of its RTO of ${formatDuration(rto)}`];
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}

export interface LastTested {
  readonly id: string;
  /** RFC 3339; null when it never was. */
  readonly at: string | null;
  /** Over the limit, or never tested. */
  readonly stale: boolean;
}

/** When each scenario was last tested: a drill that could not measure is no test. @param now RFC 3339. */
export function lastTested(declared: readonly Pick<ScenarioOutline, 'id'>[], history: readonly HistoryLine[], now: string, { maxAge }: Limits): readonly LastTested[] {
  const tested = new Map(history.filter(({ verdict }) => verdict !== 'NOT_MEASURED').map(({ id, ended }) => [id, ended]));
  return declared.map(({ id }) => {
    const at = tested.get(id) ?? null;
    return { id, at, stale: at === null || (Date.parse(now) - Date.parse(at)) / 1000 > maxAge };
  });
}

/** What a run that drills nothing can still tell: scenarios that nobody has tested for long. Without a history nothing is known, and nothing said. @param now RFC 3339. */
export function ageWarningsOf(drill: string, declared: readonly Pick<ScenarioOutline, 'id'>[], history: readonly HistoryLine[], now: string, limits: Limits): readonly string[] {
  const own = history.filter((line) => line.drill === drill);
  return own.length === 0 ? [] : ageWarnings(lastTested(declared, own, now, limits), now, limits);
}

export function ageWarnings(tested: readonly LastTested[], now: string, { maxAge }: Limits): readonly string[] {
  return tested.flatMap(({ id, at, stale }) => {
    if (!stale) return [];
    if (at === null) return [`${id} was never tested`];
    const days = Math.floor((Date.parse(now) - Date.parse(at)) / 86_400_000);
    return [`${id} was last tested on ${formatDay(at)}, ${days} days ago: over ${formatDuration(maxAge)}`];
  });
}
