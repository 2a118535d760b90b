/** What stands under a heading: all up to the next heading that is not deeper. */
import type { Block, Heading, Runbook } from './types.ts';

export interface LineRange {
  readonly first: number;
  readonly last: number;
}

export function sectionLines(runbook: Runbook, heading: Heading): LineRange {
  const next = runbook.headings.find((other) => other.line > heading.line && other.depth <= heading.depth);
  return { first: heading.line + 1, last: next === undefined ? Infinity : next.line - 1 };
}

/** Blocks under a heading, deeper headings included; with `null`, those before the first heading. */
export function sectionOf(runbook: Runbook, heading: Heading | null, among: 'shell' | 'fenced' = 'shell'): readonly Block[] {
  const blocks = among === 'shell' ? runbook.blocks : runbook.fenced;
  if (heading === null) return blocks.filter((block) => block.heading === null);
  const { first, last } = sectionLines(runbook, heading);
  return blocks.filter(({ line }) => line >= first && line <= last);
}
