/** Findings, each beside the runbook's text that it is about. */
import type { ScenarioDeclaration } from '../../drill/journal-events.ts';
import type { Finding } from '../../drill/model.ts';
import { formatPlace, worstFirst } from '../format.ts';
import { type Markup, html, lines } from './markup.ts';

/** Lines shown before and after the one that is meant. */
const around = 3;
const longestLine = 400;

interface SourceText {
  readonly line: number;
  readonly text: string;
}

export function findingsOf(findings: readonly Finding[], declaration: ScenarioDeclaration | undefined): Markup | null {
  if (findings.length === 0) return null;
  return html`<h3>Findings</h3>${worstFirst(findings).map((finding) => findingBox(finding, declaration))}`;
}

function findingBox(finding: Finding, declaration: ScenarioDeclaration | undefined): Markup {
  const { severity, rule, message, expected, actual, help } = finding;
  return html`<article class="finding ${severity === 'error' ? '' : 'warn'}"><h4>${lines(message)}</h4>
<p class="at"><span class="${severity === 'error' ? 'bad' : 'warn'}">${severity}</span> · ${rule} · <code>${formatPlace(finding)}</code></p>${excerpt(finding, declaration)}
<dl><dt>expected</dt><dd>${lines(expected)}</dd><dt>actual</dt><dd>${lines(actual)}</dd><dt>what to do</dt><dd>${lines(help)}</dd></dl></article>`;
}

function excerpt(finding: Finding, declaration: ScenarioDeclaration | undefined): Markup | null {
  const source = sourceAround(finding, declaration);
  if (source.length === 0) return null;
  const line = ({ line: number, text }: SourceText): Markup => html`<span${number === finding.line ? html` class="hit"` : null} data-line="${number}">${text.length > longestLine ? `${text.slice(0, longestLine)}…` : text}</span>`;
  return html`<pre class="source">${source.map(line)}</pre>`;
}

/** The lines around the one that a finding is about, from the step that holds it; the beginning of a block, where it is about all of it. */
export function sourceAround({ file, line }: Pick<Finding, 'file' | 'line'>, declaration: ScenarioDeclaration | undefined): readonly SourceText[] {
  const step = declaration?.steps.find((candidate) => candidate.file === file && candidate.excerpt !== undefined && (candidate.line === line || candidate.excerpt.lines.includes(line)));
  if (step?.excerpt === undefined) return [];
  const texts = step.excerpt.text.split('\n');
  const all = step.excerpt.lines.map((number, index) => ({ line: number, text: texts[index] ?? '' }));
  const meant = Math.max(0, all.findIndex((each) => each.line === line));
  return all.slice(Math.max(0, meant - around), meant + around + 1).filter(({ text }, _index, shown) => shown.length > 1 || text.trim() !== '');
}
