/** Findings, each beside the runbook's text that it is about. */
import type { ScenarioDeclaration } from '../../drill/journal-events.ts';
import type { Finding } from '../../drill/model.ts';
import { formatPlace, worstFirst } from '../format.ts';
import { type SourceText, sourceAround } from '../source-around.ts';
import { type Markup, html, lines } from './markup.ts';

const longestLine = 400;

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
