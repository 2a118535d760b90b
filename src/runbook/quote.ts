/** `{ quote, in }` of a step: a command that stands in the prose. */
import type { Heading, ReferenceProblem, Runbook } from './types.ts';
import { parseReference, runbooksNamed } from './reference-syntax.ts';
import { nearestHeadings } from './candidates.ts';
import { sectionLines } from './sections.ts';
import { sha256 } from './blocks.ts';

/** `text` is the quote; `textLines` has the file line of each of its lines. */
export interface Quote {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly textLines: readonly number[];
  readonly sha256: string;
}

/**
 * Finds `quote` in the Markdown source under the heading `inReference`, deeper headings included: any white space is equal,
 * whole words only, the first match counts.
 */
export function findQuote(runbooks: readonly Runbook[], quote: string, inReference: string): Quote | ReferenceProblem {
  const parts = parseReference(inReference);
  const places = parts === null ? [] : runbooksNamed(runbooks, parts.file).flatMap((runbook) => runbook.headings.filter(({ anchor }) => anchor === parts.fragment).map((heading) => ({ runbook, heading })));
  const [place, ...others] = places;
  if (place === undefined) return { problem: 'nothing', message: `${JSON.stringify(inReference)} is no heading's anchor`, candidates: nearestHeadings(runbooks, inReference) };
  if (others.length > 0)
    return { problem: 'ambiguous', message: `${JSON.stringify(inReference)} is a heading of several runbooks`, candidates: places.map(({ runbook, heading }) => `${runbook.file}#${heading.anchor}`) };
  return quoteUnder(place.runbook, place.heading, quote) ?? { problem: 'nothing', message: `the quote ${JSON.stringify(quote)} does not stand under ${place.runbook.file}:${place.heading.line}`, candidates: [] };
}

function quoteUnder(runbook: Runbook, heading: Heading, quote: string): Quote | null {
  const text = quote.replaceAll(/\r\n?/g, '\n').trim();
  if (text === '') return null;
  const { first, last } = sectionLines(runbook, heading);
  const section = runbook.source.split(/\r\n|\n|\r/).slice(first - 1, last).join('\n');
  const match = patternOf(text).exec(section);
  if (match === null) return null;
  const textLines = linesOf(text, section, match.index).map((line) => first + line);
  return { file: runbook.file, line: textLines[0] ?? first, text, textLines, sha256: sha256(text) };
}

/** Words as they are, white space between them as it comes; a quote block's `>` at the start of a line is white space too. */
function patternOf(text: string): RegExp {
  const words = text.split(/\s+/).map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  return new RegExp(`(?<![\\w/$.-])${words.join(String.raw`\s+(?:(?<=\n\s*)>\s*)*`)}(?![\\w/-])`);
}

/** For each line of the quote, the line of the section (from 0) where its first word stands. */
function linesOf(text: string, section: string, start: number): readonly number[] {
  let at = start;
  return text.split('\n').map((line) => {
    let first: number | null = null;
    for (const word of line.split(/\s+/).filter((part) => part !== '')) {
      const found = section.indexOf(word, at);
      first ??= found;
      at = found + word.length;
    }
    return section.slice(0, first ?? at).split('\n').length - 1;
  });
}
