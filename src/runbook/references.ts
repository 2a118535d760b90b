/** References are written as one links to them. Design, section 3. */
import type { Block, Heading, ReferenceProblem, Runbook } from './types.ts';
import { type ReferenceParts, parseReference, runbooksNamed } from './reference-syntax.ts';
import { nearestReferences } from './candidates.ts';
import { sectionOf } from './sections.ts';

export { blockLines } from './excerpt.ts';
export { findQuote, type Quote } from './quote.ts';

/** `names[i]` is the step name of `blocks[i]`: `#name`, else the reference as written with `[n]` always there. */
export interface ResolvedReference {
  readonly blocks: readonly Block[];
  readonly names: readonly string[];
}

export interface ResolveOptions {
  /**
   * `shell` (default): steps. `fenced`: blocks of any language, for `write:` and `host.files`' `block:`. There a heading
   * that selects one block among its shell blocks and another among all its blocks is ambiguous.
   */
  readonly among?: 'shell' | 'fenced';
}

/** One thing that a reference may mean. */
interface Reading extends ResolvedReference {
  /** What to write to mean it and nothing else. */
  readonly instead: readonly string[];
  readonly what: string;
}

type Among = 'shell' | 'fenced';

/** Resolves `#name`, `#anchor`, `#anchor[n]`, each with a file before it where there are several runbooks. */
export function resolveReference(runbooks: readonly Runbook[], reference: string, options: ResolveOptions = {}): ResolvedReference | ReferenceProblem {
  const among = options.among ?? 'shell';
  const parts = parseReference(reference);
  if (parts === null) return nothing(`${JSON.stringify(reference)} is no reference: it has no #`, nearestReferences(runbooks, reference));
  const named = runbooksNamed(runbooks, parts.file);
  if (named.length === 0) return nothing(`no runbook is ${JSON.stringify(parts.file)}`, runbooks.map(({ file }) => `${file}#${parts.fragment}`));
  const readings = named.flatMap((runbook) => readingsIn(runbook, parts, among, named.length > 1 ? runbook.file : parts.file));
  const [only, ...others] = readings;
  if (only === undefined) return notFound(named, parts, among, reference);
  // A block that bears the name of its own heading is the same block by either reading.
  if (others.every((other) => sameBlocks(other, only))) return { blocks: only.blocks, names: only.names };
  const message = `${JSON.stringify(reference)} may be ${readings.map(({ what }) => what).join(', or ')}`;
  return { problem: 'ambiguous', message, candidates: [...new Set(readings.flatMap(({ instead }) => instead))].filter((candidate) => candidate !== reference) };
}

/** @param prefix file to write before `#` in what is told */
function readingsIn(runbook: Runbook, parts: ReferenceParts, among: Among, prefix: string): readonly Reading[] {
  return [...nameReadings(runbook, parts, among, prefix), ...headingsOf(runbook, parts).flatMap((heading) => headingReadings(runbook, heading, parts, among, prefix))];
}

function nameReadings(runbook: Runbook, { fragment }: ReferenceParts, among: Among, prefix: string): readonly Reading[] {
  const blocks = (among === 'shell' ? runbook.blocks : runbook.fenced).filter(({ name }) => name === fragment);
  return blocks.map((block) => ({ blocks: [block], names: [`#${fragment}`], instead: [`${prefix}${byHeading(runbook, block)}`], what: `the block named ${fragment} (${runbook.file}:${block.line})` }));
}

/** `[null]` for what stands before the first heading. */
function headingsOf(runbook: Runbook, { anchor }: ReferenceParts): readonly (Heading | null)[] {
  return anchor === '' ? [null] : runbook.headings.filter((heading) => heading.anchor === anchor);
}

function headingReadings(runbook: Runbook, heading: Heading | null, parts: ReferenceParts, among: Among, prefix: string): readonly Reading[] {
  const shell = headingReading(runbook, heading, parts, 'shell', prefix);
  if (among === 'shell') return shell === null ? [] : [shell];
  const fenced = headingReading(runbook, heading, parts, 'fenced', prefix);
  if (shell !== null && fenced !== null && !sameBlocks(shell, fenced)) return [shell, { ...fenced, instead: [] }];
  const reading = shell ?? fenced;
  return reading === null ? [] : [reading];
}

function headingReading(runbook: Runbook, heading: Heading | null, parts: ReferenceParts, among: Among, prefix: string): Reading | null {
  const section = sectionOf(runbook, heading, among).map((block, index) => ({ block, index: index + 1 }));
  const selected = section.filter(({ index }) => parts.index === null || index === parts.index);
  if (selected.length === 0) return null;
  const names = selected.map(({ block, index }) => (block.name === null ? `${parts.file}#${parts.anchor}[${index}]` : `#${block.name}`));
  return { blocks: selected.map(({ block }) => block), names, instead: selected.map(({ index }) => `${prefix}#${parts.anchor}[${index}]`), what: described(runbook, heading, among, parts.index) };
}

function described(runbook: Runbook, heading: Heading | null, among: Among, index: number | null): string {
  const where = heading === null ? 'before the first heading' : `under the heading ${JSON.stringify(heading.text)} (${runbook.file}:${heading.line})`;
  const blocks = among === 'shell' ? 'shell blocks' : 'blocks of any language';
  return index === null ? `the ${blocks} ${where}` : `number ${index} of the ${blocks} ${where}`;
}

function sameBlocks(a: Reading, b: Reading): boolean {
  return a.blocks.length === b.blocks.length && a.blocks.every((block, index) => block === b.blocks[index]);
}

/** `#anchor[n]` of a block that has a name. */
function byHeading(runbook: Runbook, block: Block): string {
  const section = sectionOf(runbook, block.heading, runbook.blocks.includes(block) ? 'shell' : 'fenced');
  return `#${block.heading?.anchor ?? ''}[${section.indexOf(block) + 1}]`;
}

function notFound(runbooks: readonly Runbook[], parts: ReferenceParts, among: Among, reference: string): ReferenceProblem {
  const quoted = JSON.stringify(reference);
  for (const runbook of runbooks) {
    const other = runbook.fenced.find(({ name }) => name === parts.fragment);
    if (other !== undefined) return nothing(`${quoted} is no shell block: ${runbook.file}:${other.line} is ${other.language || 'without a language'}`, []);
    const [heading] = headingsOf(runbook, parts);
    if (heading === undefined) continue;
    const count = sectionOf(runbook, heading, among).length;
    const where = heading === null ? `before the first heading of ${runbook.file}` : `under ${runbook.file}:${heading.line}`;
    if (count === 0 && heading !== null) return nothing(`${quoted} selects nothing: no ${among === 'shell' ? 'shell ' : ''}block stands ${where}`, nearestReferences(runbooks, reference));
    if (count > 0) return nothing(`${quoted} selects nothing: ${where} stand ${count}, counted from 1`, Array.from({ length: Math.min(count, 9) }, (_, index) => `${parts.file}#${parts.anchor}[${index + 1}]`));
  }
  return nothing(`${quoted} is neither the name of a block nor the anchor of a heading in ${runbooks.map(({ file }) => file).join(', ')}`, nearestReferences(runbooks, reference));
}

function nothing(message: string, candidates: readonly string[]): ReferenceProblem {
  return { problem: 'nothing', message, candidates };
}
