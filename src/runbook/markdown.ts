/**
 * Markdown in, its headings and code blocks out, each with the lines it stands on.
 *
 * Works on micromark's flow events. The words inside paragraphs, which no drill needs, are most of the time that a full
 * syntax tree takes, so they are never looked at.
 */
import { frontmatter } from 'micromark-extension-frontmatter';
import { gfm } from 'micromark-extension-gfm';
import { parse, preprocess } from 'micromark';
import { subtokenize } from 'micromark-util-subtokenize';
import { joinPieces, splitLines } from './markdown-pieces.ts';
import type { RawLine, RawMarkdown, RawNode, RawPiece } from './markdown-nodes.ts';

export interface MarkdownOptions {
  /** MDX has no HTML and no indented code: there a fence between JSX tags is a fence. */
  readonly mdx: boolean;
}

type Event = ReturnType<ReturnType<ReturnType<typeof parse>['document']>['write']>[number];

/** @param source without byte order mark */
export function readMarkdown(source: string, options: MarkdownOptions): RawMarkdown {
  return joinPieces(source, (piece) => readPiece(piece, options));
}

function readPiece(source: string, options: MarkdownOptions): RawPiece {
  const { events, labels } = flowEvents(source, options);
  const lists = listsTakenForText(events);
  if (lists.length > 0) return readPiece(withListsAtOne(source, lists), options);
  const nodes = nodesOf(events);
  return { nodes, labels, open: endsOpen(events, nodes) };
}

function flowEvents(source: string, options: MarkdownOptions): { events: Event[]; labels: readonly string[] } {
  const disabled = options.mdx ? [{ disable: { null: ['htmlFlow', 'codeIndented'] } }] : [];
  const parser = parse({ extensions: [gfm(), frontmatter(['yaml', 'toml']), ...disabled] });
  const events = parser.document().write(preprocess()(source, undefined, true));
  // One round resolves what lines are; the next would resolve words.
  subtokenize(events);
  return { events, labels: parser.defined };
}

interface MisreadList {
  readonly line: number;
  readonly column: number;
}

/**
 * No paragraph starts like an ordered list, except where the parser still believes to be inside one:
 * after indented code it does, and then only takes lists that start at 1 (https://github.com/micromark/micromark/issues/228).
 */
function listsTakenForText(events: readonly Event[]): MisreadList[] {
  return events.flatMap(([way, token, context]) =>
    way === 'enter' && token.type === 'paragraph' && /^(?!1[.)])\d{1,4}[.)][ \t]+\S/.test(context.sliceSerialize(token))
      ? [{ line: token.start.line, column: token.start.column }]
      : [],
  );
}

/** The same source with those lists starting at 1; all lines and all content stay where they are. */
function withListsAtOne(source: string, lists: readonly MisreadList[]): string {
  const lines = splitLines(source);
  for (const { line, column } of lists) {
    const text = lines[line - 1] ?? '';
    const marker = text.slice(column - 1).replace(/^\d+([.)])/, (all, end: string) => `1${end}`.padEnd(all.length));
    lines[line - 1] = text.slice(0, column - 1) + marker;
  }
  return lines.join('');
}

/** Whether more text would still belong to the last thing in it: a fence that is not closed, or HTML with no blank line after it. */
function endsOpen(events: readonly Event[], nodes: readonly RawNode[]): boolean {
  const last = events.findLast(([way, token]) => way === 'exit' && token.type !== 'lineEnding' && !isContainer(token.type))?.[1].type;
  const node = nodes.at(-1);
  return last === 'htmlFlow' || (last === 'codeFenced' && node?.type === 'fence' && node.closedAt === null);
}

function isContainer(type: string): boolean {
  return type === 'blockQuote' || type === 'listOrdered' || type === 'listUnordered' || type === 'gfmFootnoteDefinition';
}

function nodesOf(events: readonly Event[]): RawNode[] {
  const nodes: RawNode[] = [];
  let reader: NodeReader | null = null;
  for (const [way, token, context] of events) {
    if (way === 'enter') {
      reader ??= nodeReader(token.type, token.start.line);
      reader?.take(token.type, token.start.line, () => context.sliceSerialize(token));
    } else if (reader?.until === token.type) {
      nodes.push(reader.node(token.end.line));
      reader = null;
    }
  }
  return nodes;
}

interface NodeReader {
  readonly until: string;
  take(type: string, line: number, text: () => string): void;
  node(endLine: number): RawNode;
}

function nodeReader(type: string, line: number): NodeReader | null {
  if (type === 'atxHeading' || type === 'setextHeading') return headingReader(type, line);
  if (type === 'codeFenced') return fenceReader(line);
  if (type === 'codeIndented') return indentedReader(line);
  return null;
}

function headingReader(until: string, line: number): NodeReader {
  let depth = 0;
  let raw = '';
  return {
    until,
    take(type, _line, text) {
      if (type === 'atxHeadingSequence') depth ||= text().length;
      else if (type === 'setextHeadingLineSequence') depth = text().startsWith('=') ? 1 : 2;
      else if (type === 'atxHeadingText' || type === 'setextHeadingText') raw = text();
    },
    node: () => ({ type: 'heading', line, depth, raw }),
  };
}

function fenceReader(line: number): NodeReader {
  let opening: string | null = null;
  let closedAt: number | null = null;
  const values = new Map<number, string>();
  return {
    until: 'codeFenced',
    take(type, at, text) {
      if (type === 'codeFlowValue') values.set(at, text());
      else if (type !== 'codeFencedFence') return;
      else if (opening === null) opening = text();
      else closedAt = at;
    },
    node: (endLine) => ({ type: 'fence', line, closedAt, opening: opening ?? '', content: contentOf(values, line + 1, closedAt === null ? endLine : closedAt - 1) }),
  };
}

function indentedReader(line: number): NodeReader {
  const values = new Map<number, string>();
  return {
    until: 'codeIndented',
    take(type, at, text) {
      if (type === 'codeFlowValue') values.set(at, text());
    },
    node: (endLine) => ({ type: 'indented', line, content: contentOf(values, line, endLine) }),
  };
}

/** Blank lines have no value of their own. */
function contentOf(values: ReadonlyMap<number, string>, from: number, to: number): RawLine[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => ({ line: from + index, text: values.get(from + index) ?? '' }));
}
