/** `badge.svg`: the verdict, and when it was reached. */
import { badgen } from 'badgen';
import type { ScenarioReport, ValidationStatus } from '../drill/report-model.ts';
import { formatDay } from './format.ts';
import type { ReportFormat } from './formats.ts';
import { type HistoryLine, latestOf } from './history.ts';

const colours: Readonly<Record<ValidationStatus, string>> = { SUCCESSFUL: '1a7f37', FAILED: 'cf222e', TIMED_OUT: 'cf222e', NOT_MEASURED: '6e7781' };
const outdated = '9a6700';
const worstFirst: readonly ValidationStatus[] = ['FAILED', 'TIMED_OUT', 'NOT_MEASURED', 'SUCCESSFUL'];

/** Of every scenario of the drill file the verdict of its last drill, which is this one unless the history has a later; the worst of them and the oldest test count. A control changes nothing. */
export const badgeSvg: ReportFormat = {
  file: 'badge.svg',
  render: ({ report, history, declared, tested }) => {
    if (report.control !== null) return null;
    const latest = latestOf(history);
    const here = new Map(report.scenarios.map((scenario) => [scenario.id, scenario]));
    const known = declared.flatMap(({ id }) => lastVerdict(here.get(id), report.ended, latest.get(id)) ?? []);
    const verdicts = new Set(known);
    // Scenarios of which nothing is known are not what the verdict is about.
    const share = known.length === declared.length ? '' : ` (${known.length} of ${declared.length})`;
    const verdict = worstFirst.find((status) => verdicts.has(status)) ?? 'NOT_MEASURED';
    const oldest = tested.map(({ at }) => at).toSorted((a, b) => (a ?? '').localeCompare(b ?? ''))[0] ?? null;
    const outdatedGreen = verdict === 'SUCCESSFUL' && tested.some(({ stale }) => stale);
    const when = oldest === null ? 'not all tested' : outdatedGreen ? `last tested ${formatDay(oldest)}` : formatDay(oldest);
    const badge = badgen({ label: 'restore drill', status: outdatedGreen ? when : `${verdict}${share}, ${when}`, color: outdatedGreen ? outdated : colours[verdict] });
    // Its ids are made up anew each time; the same drill is the same file.
    return `${namedIds(badge)}\n`;
  },
};

/** A scenario that was not begun ends with its drill. */
function lastVerdict(here: ScenarioReport | undefined, drillEnded: string, known: HistoryLine | undefined): ValidationStatus | undefined {
  if (here === undefined) return known?.verdict;
  return known !== undefined && known.ended > (here.ended ?? drillEnded) ? known.verdict : here.validationStatus;
}

function namedIds(svg: string): string {
  const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id);
  return ids.reduce((text, id, index) => text.replaceAll(`"${id}"`, `"drill-${index}"`).replaceAll(`url(#${id})`, `url(#drill-${index})`), svg);
}
