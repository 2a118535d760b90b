/** The section of one scenario. */
import type { JournalEntry, ScenarioDeclaration } from '../../drill/journal-events.ts';
import type { ScenarioReport, ValidationStatus } from '../../drill/report-model.ts';
import { counted, formatBytes, formatData, formatDuration, formatGap, formatObjective, formatPlace, formatShare } from '../format.ts';
import type { HistoryLine } from '../history.ts';
import { rowOf } from '../table.ts';
import { findingsOf } from './findings.ts';
import { historyPlot } from './history-plot.ts';
import { type Markup, html, lines } from './markup.ts';
import { type Cell, table } from './tables.ts';
import { spansOf, timeline } from './timeline.ts';

const tones: Readonly<Record<ValidationStatus, string>> = { SUCCESSFUL: 'good', FAILED: 'bad', TIMED_OUT: 'bad', NOT_MEASURED: 'none' };

export const pill = (status: ValidationStatus): Markup => html`<span class="pill ${tones[status]}">${status}</span>`;

/** What a section shows besides its numbers and findings. */
export interface Detail {
  readonly timeline: boolean;
  readonly tables: boolean;
}

export interface SectionInput {
  readonly scenario: ScenarioReport;
  /** For its anchor. */
  readonly index: number;
  readonly declaration: ScenarioDeclaration | undefined;
  readonly entries: readonly JournalEntry[];
  /** Of this scenario, oldest first. */
  readonly history: readonly HistoryLine[];
  readonly detail: Detail;
}

export function scenarioSection({ scenario, index, declaration, entries, history, detail }: SectionInput): Markup {
  const { id, title, validationStatus, validationStatusMessage, liar } = scenario;
  return html`<section class="scenario" id="s${index}" aria-labelledby="t${index}">
<div class="head"><h2 id="t${index}">${title === '' ? id : title}</h2>${pill(validationStatus)}</div>
<p>${lines(validationStatusMessage)}${liar === null ? null : html` <strong>The ${liar} lied.</strong>`}</p>
${facts(scenario)}
${findingsOf(scenario.findings, declaration)}
${detail.timeline ? timeline(spansOf(scenario, declaration, entries)) : null}
${historyPlot(history, scenario.rto.target)}
${detail.tables ? details(scenario) : null}
</section>`;
}

function facts(scenario: ScenarioReport): Markup {
  const { rto, rpo, clock, fidelity, substitutions, liar } = scenario;
  const manual = clock.manual === 0 ? [] : [`and ${formatDuration(clock.manual)} by hand`];
  const gap = formatGap(rowOf(scenario));
  return html`<dl class="facts">${[
    fact('Recovery time', formatDuration(rto.actual), [...manual, ...(rto.target === null ? ['no target'] : [`target ${formatDuration(rto.target)}`, ...(rto.actual === null ? [] : [gap]), policy(rto.policy)])].join(' · ')),
    fact('Recovery point', rpo.target === 'last-backup' ? 'last backup' : formatDuration(rpo.actual), rpo.target === null ? 'no target' : `target ${formatObjective(rpo.target)} · ${policy(rpo.policy)}`),
    fact('Data that came back', formatData(scenario), liar === null ? 'places as expected' : `the ${liar} lied`),
    fact('As written', formatShare(fidelity), substitutions === 0 ? 'of the lines that ran' : `${counted(substitutions, 'substitution')}`),
  ]}</dl>`;
}

const fact = (name: string, value: string, more: string): Markup => html`<div><dt>${name}</dt><dd>${value}<small>${more}</small></dd></div>`;

const policy = (name: string): string => ({ PolicyMet: 'met', PolicyBreached: 'breached', NotApplicable: 'not applicable' })[name] ?? name;

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');

function details({ data, services, artefacts, steps }: ScenarioReport): readonly (Markup | null)[] {
  return [
    folded(
      counted(data.length, 'place'),
      [{ title: 'Place' }, { title: 'Status' }, { title: 'Expected' }, { title: 'In scope' }, { title: 'In the backup' }, { title: 'Entries', align: 'right' }, { title: 'Size', align: 'right' }],
      data.map((place) => [place.name, place.status, place.expect, yesNo(place.inScope), place.covered ?? '–', place.entries === null ? '–' : String(place.entries), formatBytes(place.bytes)]),
    ),
    folded(
      counted(services.length, 'service'),
      [{ title: 'Service' }, { title: 'Kind' }, { title: 'Status' }, { title: 'Expected' }, { title: 'In scope' }, { title: 'First answer', align: 'right' }],
      services.map((service) => [service.name, service.kind, service.status, service.expect, yesNo(service.inScope), formatDuration(service.ready)]),
    ),
    folded(
      counted(artefacts.length, 'artefact'),
      [{ title: 'Artefact' }, { title: 'State' }, { title: 'Holds' }, { title: 'Size', align: 'right' }, { title: 'SHA-256' }],
      artefacts.map(({ path, state, covers, bytes, sha256 }) => [html`<code>${path}</code>`, state, covers.length === 0 ? '–' : covers.join(', '), formatBytes(bytes), hash(sha256)]),
    ),
    folded(
      counted(steps.length, 'step'),
      [{ title: 'Step' }, { title: 'Phase' }, { title: 'At' }, { title: 'Status' }, { title: 'Exit', align: 'right' }, { title: 'Time', align: 'right' }],
      steps.map((step) => [step.name, step.phase, html`<code>${formatPlace(step)}</code>`, step.status, step.exitCode === null ? '–' : String(step.exitCode), formatDuration(step.duration)]),
    ),
  ];
}

export const hash = (sha256: string | null): Markup => (sha256 === null ? html`–` : html`<code class="hash">${sha256}</code>`);

function folded(title: string, columns: Parameters<typeof table>[1], rows: readonly (readonly Cell[])[]): Markup | null {
  return rows.length === 0 ? null : html`<details><summary>${title}</summary><div>${table(null, columns, rows)}</div></details>`;
}
