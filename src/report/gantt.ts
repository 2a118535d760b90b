/** Where the time of a scenario went, as a diagram that GitHub draws (mermaid's gantt). */
import type { ScenarioReport, StepReport } from '../drill/report-model.ts';

interface Bar {
  readonly section: string;
  readonly name: string;
  readonly failed: boolean;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
}

/** Bars that are drawn: of more steps, the longest. */
const most = 40;

/** Empty where no step has run. */
export function gantt(scenario: ScenarioReport): string {
  const bars = [...scenario.steps.flatMap(barOf), ...readyBar(scenario)];
  const drawn = new Set(bars.toSorted((a, b) => b.end - b.start - (a.end - a.start)).slice(0, most));
  if (drawn.size === 0) return '';
  const lines = ['gantt', 'dateFormat x', 'axisFormat %H:%M:%S'];
  let section = '';
  for (const bar of bars) {
    if (!drawn.has(bar)) continue;
    if (bar.section !== section) lines.push(`section ${bar.section}`);
    section = bar.section;
    lines.push(`${plain(bar.name)} :${bar.failed ? 'crit, ' : ''}${bar.start}, ${bar.end}`);
  }
  return ['```mermaid', ...lines, '```'].join('\n');
}

function barOf({ phase, name, status, start, duration }: StepReport): readonly Bar[] {
  if (start === null || duration === null) return [];
  return [{ section: phase, name, failed: status === 'failed' || status === 'timed-out', ...span(Date.parse(start), duration) }];
}

/** From the end of the last restore step until every service had answered. */
function readyBar({ steps, clock: { ready } }: ScenarioReport): readonly Bar[] {
  const ends = steps.filter(({ phase }) => phase === 'restore').flatMap((step) => barOf(step).map(({ end }) => end));
  if (ready === null || ends.length === 0) return [];
  return [{ section: 'ready', name: 'services answer', failed: false, ...span(Math.max(...ends), ready) }];
}

/** A bar of nothing is not drawn at all. */
const span = (start: number, seconds: number): { readonly start: number; readonly end: number } => ({ start, end: start + Math.max(1, Math.round(seconds * 1000)) });

/** mermaid has no escapes: what could be its syntax is left out. */
const plain = (text: string): string => text.replaceAll(/[^\p{L}\p{N} ._/[\]-]+/gu, ' ').trim().slice(0, 60) || 'step';
