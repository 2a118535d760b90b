import type { DrillEvent } from '../journal-events.ts';
import type { Report, ScenarioReport } from '../report-model.ts';

type DrillEnd = Pick<Extract<DrillEvent, { event: 'drill-ended' }>, 'interrupted'> & { readonly fault?: string | null };

/**
 * 0 all SUCCESSFUL · 1 any FAILED or TIMED_OUT · 3 could not run, or else any NOT_MEASURED · 130 and 143 after a signal.
 * A control drill: 0 when the positive one is SUCCESSFUL throughout, or each scenario of the negative one FAILED by lost data; else 3.
 */
export function exitCodeOf(report: Report, { interrupted, fault = null }: DrillEnd): 0 | 1 | 3 | 130 | 143 {
  if (interrupted !== null) return interrupted === 'SIGINT' ? 130 : 143;
  const { scenarios, control } = report;
  const all = (holds: (scenario: ScenarioReport) => boolean): boolean => scenarios.length > 0 && scenarios.every(holds);
  const green = all(({ validationStatus }) => validationStatus === 'SUCCESSFUL');
  if (control === 'positive') return green && fault === null ? 0 : 3;
  if (control === 'negative') return all(failedByLostData) && fault === null ? 0 : 3;
  if (scenarios.some(({ validationStatus }) => validationStatus === 'FAILED' || validationStatus === 'TIMED_OUT')) return 1;
  return green && fault === null ? 0 : 3;
}

function failedByLostData({ validationStatus, data, services }: ScenarioReport): boolean {
  const lost = [...data, ...services].some(({ inScope, status, expect }) => inScope && expect === 'restored' && (status === 'missing' || status === 'changed'));
  return validationStatus === 'FAILED' && lost;
}
