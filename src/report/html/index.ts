/** `report.html`: one file that asks for nothing else and runs nothing. */
import type { Report, ScenarioReport, ValidationStatus } from '../../drill/report-model.ts';
import { formatDay } from '../format.ts';
import type { ReportFormat, ReportInput } from '../formats.ts';
import { cellsOf, rowOf, tableColumns } from '../table.ts';
import { Markup, html } from './markup.ts';
import { type Detail, hash, pill, scenarioSection } from './scenario.ts';
import { style } from './style.ts';
import { type HtmlColumn, table } from './tables.ts';

export const reportHtml: ReportFormat = { file: 'report.html', render };

/** Bytes of UTF-8: more of a page is read by nobody, and slow to draw. */
const limit = 1_000_000;

type DetailOf = (status: ValidationStatus) => Detail;
const allDetail: Detail = { timeline: true, tables: true };
const unlessGreen = (detail: Detail): DetailOf => (status) => (status === 'SUCCESSFUL' ? detail : allDetail);
const lessAndLess: readonly DetailOf[] = [() => allDetail, unlessGreen({ timeline: true, tables: false }), unlessGreen({ timeline: false, tables: false }), () => ({ timeline: false, tables: false })];

/** Detail of what went well is dropped first where the page would be too long. */
function render(input: ReportInput): string {
  let source = '';
  for (const detail of lessAndLess) {
    source = `${page(input, detail).source}\n`;
    if (Buffer.byteLength(source) <= limit) break;
  }
  return source;
}

/** No script, no picture, no font from anywhere: hostile text that got through every escape would still do nothing. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

function page(input: ReportInput, detailOf: DetailOf): Markup {
  const { report, entries, history } = input;
  const started = entries.find((entry) => entry.event === 'drill-started');
  const section = (scenario: ScenarioReport, index: number): Markup =>
    scenarioSection({
      scenario,
      index,
      declaration: started?.scenarios.find(({ id }) => id === scenario.id),
      entries,
      history: history.filter(({ id }) => id === scenario.id),
      detail: detailOf(scenario.validationStatus),
    });
  const isWhole = report.scenarios.every(({ validationStatus }) => detailOf(validationStatus) === allDetail);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${report.drill}: ${report.validationStatus}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the results</a>
<header>
<p class="eyebrow">Restore drill${report.control === null ? null : ` (${report.control} control)`} · ${formatDay(report.started)}</p>
<h1>${report.drill}</h1>
<p>${pill(report.validationStatus)}</p>
<p class="lead">${lead(report)}</p>
${warnings(input)}
</header>
<main id="main">
${benchmark(report)}
${report.scenarios.map(section)}
${evidence(input)}
</main>
<footer><p>Written by runbook-drill ${report.tool} from the journal of the drill. A dash is a number that was not measured.${isWhole ? null : ' Detail of what went well was left out to keep this page small: report.json has all of it.'}</p></footer>
</body>
</html>`;
}

function lead({ scenarios }: Report): string {
  const passed = scenarios.filter(({ validationStatus }) => validationStatus === 'SUCCESSFUL').length;
  if (scenarios.length === 1) return passed === 1 ? 'The scenario brought back what was lost.' : 'What was lost is not proven to come back.';
  return `${passed} of ${scenarios.length} scenarios brought back what was lost.`;
}

function warnings({ warnings: all }: ReportInput): Markup | null {
  return all.length === 0 ? null : html`<div class="note" role="note"><strong>Over time</strong><ul>${all.map((warning) => html`<li>${warning}</li>`)}</ul></div>`;
}

function benchmark(report: Report): Markup {
  const columns = tableColumns.map(({ title, align }): HtmlColumn => (align === 'right' ? { title, align } : { title }));
  const rows = report.scenarios.map((scenario, index) => {
    const [title = '', ...cells] = cellsOf(rowOf(scenario));
    return [html`<a href="#s${index}">${title}</a>`, ...cells.map((cell) => (cell === scenario.validationStatus ? pill(scenario.validationStatus) : isDay(cell) ? html`<span class="day">${cell}</span>` : cell))];
  });
  return html`<section class="bench" aria-label="Benchmark">${table('Recovery time and recovery point, measured against their targets', columns, rows)}</section>`;
}

const isDay = (cell: string): boolean => /^\d{4}-\d\d-\d\d$/.test(cell);

function evidence({ report, entries }: ReportInput): Markup {
  const started = entries.find((entry) => entry.event === 'drill-started');
  const { environment, engine, mode, network, user } = report.host;
  const facts: readonly (readonly [string, string | Markup])[] = [
    ['Drilled', `${report.started} to ${report.ended}`],
    ['Host', `${engine} in a ${environment} host${mode === null ? '' : ` (${mode})`}, network ${network}, user ${user}`],
    ['Tool', `runbook-drill ${report.tool}`],
    ...(started?.commit === undefined ? [] : [['Commit', hash(started.commit)] as const]),
    ...report.runbooks.map(({ file, sha256 }) => ['Runbook', html`<code>${file}</code> ${hash(sha256)}`] as const),
    ...(started === undefined ? [] : [['Drill file', html`<code>${started.drillFile}</code> ${started.drillFileSha256 === undefined ? null : hash(started.drillFileSha256)}`] as const]),
    ...report.standIns.map((standIn) => ['Stand-in', html`<code>${standIn.for}</code> is ${standIn.is}`] as const),
  ];
  return html`<section class="scenario" aria-labelledby="evidence"><h2 id="evidence">Evidence</h2>
${table(null, [{ title: 'What' }, { title: 'Value' }], facts)}
${report.notMeasured.length === 0 ? null : html`<h3>Not measured</h3><ul class="plain">${report.notMeasured.map(({ what, why }) => html`<li><strong>${what}</strong>: ${why}</li>`)}</ul>`}
</section>`;
}
