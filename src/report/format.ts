/** How a report writes numbers, states and places. What was not measured is a dash, never 0. */
import { formatDuration, notMeasured } from '../drill/format.ts';
import type { Finding } from '../drill/model.ts';
import type { ScenarioReport } from '../drill/report-model.ts';

export { counted, formatBytes, formatDuration, listNames, notMeasured } from '../drill/format.ts';

/** A share as a whole per cent, never rounded up: `94 %`. */
export const formatShare = (share: number | null): string => (share === null ? notMeasured : `${Math.floor(Math.round(share * 10_000) / 100)} %`);

export const formatObjective = (target: number | 'last-backup' | null): string => (typeof target === 'string' ? target : formatDuration(target));

/** Day of an RFC 3339 time, UTC. */
export const formatDay = (time: string | null): string => (time === null ? notMeasured : time.slice(0, 10));

/** How far the recovery, manual work included, stays under its objective or goes over it. Seconds. */
export function formatGap({ rto, rta, manual }: { readonly rto: number | null; readonly rta: number | null; readonly manual: number }): string {
  if (rto === null || rta === null) return notMeasured;
  const gap = rto - (rta + manual);
  return gap >= 0 ? `${formatDuration(gap)} under` : `${formatDuration(-gap)} over`;
}

/** How many places in scope came back as expected; services, where no place is in scope. */
export function formatData({ validationStatus, data, services }: ScenarioReport): string {
  const places = data.filter(({ inScope }) => inScope);
  const items = places.length > 0 ? places : services.filter(({ inScope }) => inScope);
  // Without a proven loss, what is there says nothing.
  if (validationStatus === 'NOT_MEASURED' || !items.some(({ status }) => status !== 'unproven')) return notMeasured;
  return `${items.filter(isAsExpected).length} of ${items.length}`;
}

type Item = ScenarioReport['data'][number] | ScenarioReport['services'][number];

/** Back as the drill file expects it. What is declared lost may come back. */
export function isAsExpected({ expect, status }: Item): boolean {
  if (status === 'ready') return true;
  if (expect === 'regenerated') return status === 'regenerated';
  return status === 'intact' || (expect === 'lost' && status === 'lost');
}

export const formatPlace = ({ file, line }: Pick<Finding, 'file' | 'line'>): string => `${file}:${line}`;

/** Errors before warnings; else the order of the report. */
export const worstFirst = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
