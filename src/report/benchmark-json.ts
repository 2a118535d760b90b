/** `benchmark.json`: what github-action-benchmark reads as `customSmallerIsBetter`. Only what was measured: a missing time is no small time. */
import type { Report, ScenarioReport } from '../drill/report-model.ts';
import { formatDuration, formatObjective } from './format.ts';
import type { ReportFormat } from './formats.ts';
import { inertJson } from './escape.ts';

interface Benchmark {
  /** Stable from drill to drill: the action joins results by it. */
  readonly name: string;
  readonly unit: 's';
  /** Seconds. */
  readonly value: number;
  readonly extra: string;
}

/** Empty when nothing was measured, which the action takes for an error: a workflow asks first. */
export const benchmarkJson: ReportFormat = {
  file: 'benchmark.json',
  render: ({ report }) => `${inertJson(report.scenarios.flatMap((scenario) => benchmarks(report, scenario)))}\n`,
};

function benchmarks({ host, control }: Report, { id, rto, rpo, clock, validationStatus }: ScenarioReport): readonly Benchmark[] {
  const conditions = `${validationStatus} on ${host.engine} in a ${host.environment} host${control === null ? '' : ` (${control} control)`}`;
  const values = [
    ['RTA', rto.actual, `RTO ${formatDuration(rto.target)}${clock.manual === 0 ? '' : `, and ${formatDuration(clock.manual)} of manual work`}: ${rto.policy}`],
    ['RPA', rpo.actual, `RPO ${formatObjective(rpo.target)}: ${rpo.policy}`],
    // A backup that holds nothing is soon done: only the time of one that brought all back is a result.
    ['backup', rto.actual === null ? null : clock.backup, 'the backup steps'],
  ] as const;
  return values.flatMap(([name, value, extra]) => (value === null ? [] : [{ name: `${id}: ${name}`, unit: 's', value, extra: `${extra}; ${conditions}` }]));
}
