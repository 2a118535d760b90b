/** Where the time of one scenario went: its phases and steps, by the journal's clock. */
import type { JournalEntry, ScenarioDeclaration } from '../../drill/journal-events.ts';
import type { ScenarioReport } from '../../drill/report-model.ts';
import { formatDuration } from '../format.ts';
import { type Markup, html } from './markup.ts';

export interface Span {
  readonly kind: 'phase' | 'step';
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Counts in the RTA. */
  readonly inRta: boolean;
  readonly failed: boolean;
}

/** In the order in which they began; what was cut off has no span. */
export function spansOf(scenario: ScenarioReport, declaration: ScenarioDeclaration | undefined, entries: readonly JournalEntry[]): readonly Span[] {
  const spans: Span[] = [];
  const began = new Map<string, number>();
  for (const entry of entries) {
    if (!('scenario' in entry) || entry.scenario !== scenario.id) continue;
    const at = Date.parse(entry.at);
    if (entry.event === 'phase-started') began.set(entry.phase, at);
    else if (entry.event === 'step-started') began.set(`step ${entry.step}`, at);
    else if (entry.event === 'phase-ended') {
      const from = began.get(entry.phase);
      if (from === undefined) continue;
      spans.push({ kind: 'phase', name: entry.phase, from, to: from + entry.seconds * 1000, inRta: entry.phase === 'restore', failed: false });
      if (entry.phase === 'restore' && scenario.clock.ready !== null) spans.push({ kind: 'phase', name: 'ready', from: at, to: at + scenario.clock.ready * 1000, inRta: true, failed: false });
    } else if (entry.event === 'step-ended') {
      const from = began.get(`step ${entry.step}`);
      const step = declaration?.steps.find(({ index }) => index === entry.step);
      const { duration, status } = entry.result;
      if (from === undefined || step === undefined || duration === null) continue;
      spans.push({ kind: 'step', name: step.name, from, to: from + duration * 1000, inRta: step.phase === 'restore', failed: status !== 'succeeded' });
    }
  }
  return spans.toSorted((a, b) => a.from - b.from || Number(b.kind === 'phase') - Number(a.kind === 'phase') || b.to - a.to);
}

export function timeline(spans: readonly Span[]): Markup | null {
  if (spans.length === 0) return null;
  const begin = Math.min(...spans.map(({ from }) => from));
  const whole = Math.max(1, Math.max(...spans.map(({ to }) => to)) - begin);
  const share = (milliseconds: number): string => String(Math.round((milliseconds / whole) * 1e4) / 100);
  const item = ({ kind, name, from, to, inRta, failed }: Span): Markup => {
    const colour = failed ? 'bad' : inRta ? 'rta' : '';
    return html`<li class="${kind}"><span class="what" title="${name}">${name}</span><span class="track"><i class="${colour}" style="left:${share(from - begin)}%;width:${share(to - from)}%"></i></span><span class="took">${formatDuration((to - from) / 1000)}${failed ? ', failed' : ''}</span></li>`;
  };
  return html`<h3>Where the time went</h3>
<p class="legend" aria-hidden="true"><i class="rta"></i>counts in the recovery time<i></i>does not</p>
<ol class="time">${spans.map(item)}</ol>`;
}
