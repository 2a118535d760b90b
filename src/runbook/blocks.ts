/** A runbook's text in, its blocks out. Pure: nothing is opened here. */
import { createHash } from 'node:crypto';
import type { Block, Heading, Mark, Runbook } from './types.ts';
import type { RawFence, RawHeading, RawNode } from './markdown-nodes.ts';
import { readDrillComment, readFenceInfo } from './fence-info.ts';
import { RunbookError } from './types.ts';
import { brokenFences } from './broken-fences.ts';
import { consoleCommands } from './console.ts';
import { findPlaceholders } from './placeholders.ts';
import { readHeadings } from './heading-text.ts';
import { readMarkdown } from './markdown.ts';

export { RunbookError } from './types.ts';
export type { Block, Heading, Mark, ReferenceProblem, Runbook } from './types.ts';

const shellLanguages = new Set(['bash', 'sh', 'shell', 'console', 'shell-session']);
const consoleLanguages = new Set(['console', 'shell-session']);

/**
 * Reads a runbook: CommonMark with GFM; front matter, CRLF, a byte order mark and MDX are tolerated.
 * @param file relative to the repository root; only told, never opened. `.mdx` is read as MDX: fences between tags are fences.
 * @throws RunbookError for a fence that is never closed, a name given twice, and a `drill:` comment that is no JSON object.
 */
export function parseRunbook(file: string, source: string): Runbook {
  const text = source.replace(/^\uFEFF/, '');
  const { nodes, labels } = readMarkdown(text, { mdx: /\.mdx$/i.test(file) });
  const headings = readHeadings(nodes.filter((node) => node.type === 'heading'), labels);
  const lines = text.split(/\r\n|\n|\r/);
  const drafts = inSections(nodes, headings).flatMap(({ node, heading }) => {
    const broken = node.type === 'indented';
    return fencesOf(node).flatMap((fence) => draft({ file, fence, heading, lines, broken }) ?? []);
  });
  refuseSameNames(drafts);
  const fenced = withReferences(drafts);
  return { file, source, sha256: sha256(source), headings, fenced, blocks: fenced.filter(isShell) };
}

/** Whether steps can run it: a shell language, or none and a name. */
export function isShell(block: Pick<Block, 'language' | 'name'>): boolean {
  return block.language === '' ? block.name !== null : shellLanguages.has(block.language.toLowerCase());
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What its text alone tells of a block. */
export function marksOf(text: string, shell: boolean): readonly Mark[] {
  if (text.trim() === '') return ['empty'];
  return findPlaceholders(text, shell ? 'shell' : 'other').length > 0 ? ['placeholder'] : [];
}

type Draft = Omit<Block, 'reference'>;

/** Each node that may be a block, with the nearest heading above it. */
function inSections(nodes: readonly RawNode[], headings: readonly Heading[]): { node: Exclude<RawNode, RawHeading>; heading: Heading | null }[] {
  let seen = 0;
  return nodes.flatMap((node) => {
    if (node.type !== 'heading') return [{ node, heading: headings[seen - 1] ?? null }];
    seen += 1;
    return [];
  });
}

function fencesOf(node: Exclude<RawNode, RawHeading>): readonly RawFence[] {
  return node.type === 'fence' ? [node] : brokenFences(node);
}

interface FenceInPlace {
  readonly file: string;
  readonly fence: RawFence;
  readonly heading: Heading | null;
  /** Of the whole file. */
  readonly lines: readonly string[];
  readonly broken: boolean;
}

function draft({ file, fence, heading, lines, broken }: FenceInPlace): Draft | null {
  const { language, attributes: ofFence } = readFenceInfo(fence.opening);
  const attributes = { ...ofFence, ...commentAbove(file, fence.line, lines) };
  const name = attributes['name']?.trim() || null;
  const shell = isShell({ language, name });
  // Text about fences looks the same as a fence that nesting broke: only what would be run is worth an error.
  if (fence.closedAt === null && broken && !shell) return null;
  if (fence.closedAt === null) throw unclosed(file, fence);
  const content = consoleLanguages.has(language.toLowerCase()) ? consoleCommands(fence.content) : fence.content;
  const text = content.map((entry) => entry.text).join('\n');
  const marks: readonly Mark[] = broken ? [...marksOf(text, shell), 'broken-fence'] : marksOf(text, shell);
  const textLines = content.map((entry) => entry.line);
  return { file, line: fence.line, endLine: fence.closedAt, text, textLines, language, attributes, name, heading, marks, sha256: sha256(text) };
}

function commentAbove(file: string, line: number, lines: readonly string[]): Readonly<Record<string, string>> {
  const above = lines[line - 2] ?? '';
  const comment = readDrillComment(above);
  if (comment !== 'malformed') return comment ?? {};
  throw new RunbookError(
    { file, line: line - 1 },
    { message: 'a drill comment must hold a JSON object', expected: '<!-- drill: {"name":"volume-backup"} -->', got: above.trim(), help: 'correct the comment, or take it away' },
  );
}

function unclosed(file: string, fence: RawFence): RunbookError {
  const sequence = /[`~]+/.exec(fence.opening)?.[0] ?? '```';
  return new RunbookError(
    { file, line: fence.line },
    {
      message: 'this fence is never closed',
      expected: `a line ${sequence} after it, indented alike`,
      got: 'the end of the file, or of the list or quote that the fence is in',
      help: 'close the fence; check the indent of the line that was meant to',
    },
  );
}

function refuseSameNames(drafts: readonly Draft[]): void {
  const lines = new Map<string, number>();
  for (const { file, line, name } of drafts) {
    const first = name === null ? undefined : lines.get(name);
    if (first !== undefined)
      throw new RunbookError(
        { file, line },
        { message: `the name ${JSON.stringify(name)} is given twice`, expected: 'a name for one block', got: `the block in line ${first} has it too`, help: 'rename one of the two' },
      );
    if (name !== null) lines.set(name, line);
  }
}

/** Shell blocks are counted among themselves, as references count them; what is not shell is counted among all. */
function withReferences(drafts: readonly Draft[]): readonly Block[] {
  const shell = new Map<string, number>();
  const all = new Map<string, number>();
  return drafts.map((block) => {
    const anchor = block.heading?.anchor ?? '';
    const inAll = count(all, anchor);
    const index = isShell(block) ? count(shell, anchor) : inAll;
    return { ...block, reference: block.name === null ? `#${anchor}[${index}]` : `#${block.name}` };
  });
}

function count(counts: Map<string, number>, key: string): number {
  const next = (counts.get(key) ?? 0) + 1;
  counts.set(key, next);
  return next;
}
