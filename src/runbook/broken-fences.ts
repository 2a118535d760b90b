/**
 * Fences that became indented code because nesting broke: a paragraph without indent ends a list, and a fence that was
 * inside it by four columns is then text. GitHub shows the fence itself; a person still reads a block there.
 */
import type { RawFence, RawIndented, RawLine } from './markdown-nodes.ts';
import { readDrillComment } from './fence-info.ts';

/** The fences in indented code whose first line is one. A `drill:` comment may stand above the first. */
export function brokenFences(indented: RawIndented): readonly RawFence[] {
  const fences: RawFence[] = [];
  let rest = indented.content;
  if (rest[0] !== undefined && readDrillComment(rest[0].text) !== null) rest = rest.slice(1);
  for (;;) {
    const fence = firstFence(rest);
    if (fence === null) return fences;
    fences.push(fence);
    const after = fence.closedAt;
    rest = after === null ? [] : rest.filter((entry) => entry.line > after);
    while (rest[0]?.text.trim() === '') rest = rest.slice(1);
  }
}

function firstFence(lines: readonly RawLine[]): RawFence | null {
  const [first, ...others] = lines;
  const opening = first && /^(\s*)(`{3,}(?=[^`]*$)|~{3,})/.exec(first.text);
  if (first === undefined || opening === undefined || opening === null) return null;
  const [, indent = '', sequence = ''] = opening;
  const closing = new RegExp(`^\\s*${sequence.charAt(0)}{${sequence.length},}\\s*$`);
  const end = others.findIndex((entry) => closing.test(entry.text));
  const content = (end === -1 ? others : others.slice(0, end)).map((entry) => ({ line: entry.line, text: withoutIndent(entry.text, indent.length) }));
  return { type: 'fence', line: first.line, closedAt: others[end]?.line ?? null, opening: first.text, content };
}

function withoutIndent(text: string, columns: number): string {
  return text.slice(Math.min(columns, text.length - text.trimStart().length));
}
