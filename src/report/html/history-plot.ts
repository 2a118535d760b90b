/** Recovery times of one scenario over its drills, against their target: an SVG that nothing has to run for. */
import { axisX, dot, lineY, plot, ruleY, text } from '@observablehq/plot';
import { DOMParser } from 'linkedom';
import { formatDay, formatDuration } from '../format.ts';
import type { HistoryLine } from '../history.ts';
import { Markup, html } from './markup.ts';

/** Points that are drawn; of more, the last. */
const most = 200;

/** Null with fewer than two drills: there is nothing to compare. @param history of one scenario, oldest first. */
export function historyPlot(history: readonly HistoryLine[], rto: number | null): Markup | null {
  const drills = history.slice(-most);
  if (drills.length < 2) return null;
  const measured = drills.filter(({ rta }) => rta !== null);
  const last = drills.at(-1);
  const summary = `${drills.length} drills from ${formatDay(drills[0]?.ended ?? null)} to ${formatDay(last?.ended ?? null)}; ${measured.length} of them measured a recovery time, the last ${formatDuration(last?.rta ?? null)}${rto === null ? '' : `; the target is ${formatDuration(rto)}`}`;
  const withManual = drills.some(({ manual }) => manual > 0) ? ', manual work included' : '';
  return html`<h3>Recovery time over the drills</h3>
<figure class="plot"><div role="img" aria-label="${summary}"><div class="wide" aria-hidden="true">${drawn(drills, rto, 900, 230)}</div><div class="narrow" aria-hidden="true">${drawn(drills, rto, 330, 210)}</div></div>
<figcaption>${summary}${withManual}. ${drills.length > measured.length ? 'A cross is a drill that brought not all back, or could not measure.' : null}</figcaption></figure>`;
}

interface Point {
  readonly at: Date;
  /** Seconds, manual work included: what the target is about. */
  readonly seconds: number | null;
}

function drawn(drills: readonly HistoryLine[], rto: number | null, width: number, height: number): Markup {
  const points = drills.map(({ ended, rta, manual }): Point => ({ at: new Date(ended), seconds: rta === null ? null : rta + manual }));
  const measured = points.filter(({ seconds }) => seconds !== null);
  const values = [...measured.flatMap(({ seconds }) => seconds ?? []), ...(rto === null ? [] : [rto])];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // A recovery far under its target would be a line on the ground.
  const isWide = measured.length > 0 && low > 0 && high / low > 6;
  const domain = values.length === 0 ? [0, 1] : isWide ? [low / 1.6, high * 1.5] : [0, high * 1.15];
  const ticks = ticksIn(domain[0] ?? 0, domain[1] ?? 1, isWide);
  const document = new DOMParser().parseFromString('<!doctype html><html><body></body></html>', 'text/html');
  const svg = plot({
    document,
    width,
    height,
    marginLeft: 64,
    marginRight: 14,
    marginTop: 18,
    style: { background: 'transparent', fontSize: '12px', fontFamily: 'inherit' },
    x: { type: 'utc' },
    y: { type: isWide ? 'log' : 'linear', domain, axis: null },
    marks: [
      axisX({ ticks: Math.max(2, Math.round(width / 130)), label: null, tickSize: 4, color: 'var(--soft)' }),
      ruleY(ticks, { stroke: 'var(--line)' }),
      // An axis of the library leaves out ticks that are no powers of ten.
      text(ticks, { y: (seconds: number) => seconds, text: (seconds: number) => formatDuration(seconds), frameAnchor: 'left', textAnchor: 'end', dx: -8, fill: 'var(--soft)' }),
      ...(rto === null
        ? []
        : [ruleY([rto], { stroke: 'var(--warn)', strokeDasharray: '5 4', strokeWidth: 1.5 }), text([`target ${formatDuration(rto)}`], { y: [rto], frameAnchor: 'right', textAnchor: 'end', dy: -8, fill: 'var(--warn)' })]),
      lineY(measured, { x: 'at', y: 'seconds', stroke: 'var(--accent)', strokeWidth: 1.75 }),
      dot(measured, { x: 'at', y: 'seconds', fill: 'var(--accent)', r: drills.length > 60 ? 2 : 3.5 }),
      dot(points.filter(({ seconds }) => seconds === null), { x: 'at', frameAnchor: 'top', dy: 2, symbol: 'times', stroke: 'var(--bad)', strokeWidth: 2, r: 4 }),
    ],
  });
  return new Markup(svg.outerHTML.replace(/<style>[^]*?<\/style>/, ''));
}

const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400, 172_800, 604_800];

/** Durations that people use. Of a wide range all that lie in it; else a few, evenly apart. */
function ticksIn(low: number, high: number, isWide: boolean): readonly number[] {
  if (isWide) {
    const inside = steps.filter((step) => step >= low && step <= high);
    return inside.filter((_, index) => (inside.length - 1 - index) % Math.ceil(inside.length / 5) === 0);
  }
  const apart = steps.find((step) => high / step <= 5) ?? high;
  return Array.from({ length: Math.floor(high / apart) + 1 }, (_, index) => index * apart);
}
