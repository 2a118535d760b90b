/** What the `blocks` command prints. */
import type { Block, Mark, Runbook } from './types.ts';
import { firstCommand } from './source-lines.ts';

export interface ListedBlock {
  readonly line: number;
  readonly reference: string;
  /** Text of the nearest heading. */
  readonly heading: string | null;
  readonly language: string;
  readonly sha256: string;
  readonly marks: readonly Mark[];
  readonly text: string;
}

/** What `blocks FILE --json` prints: one array. */
export function blocksJson(runbook: Runbook): string {
  return `${JSON.stringify(listBlocks(runbook), null, 2)}\n`;
}

function listBlocks(runbook: Runbook): readonly ListedBlock[] {
  return runbook.blocks.map(({ line, reference, heading, language, sha256, marks, text }) => ({ line, reference, heading: heading?.text ?? null, language, sha256, marks, text }));
}

/** What `blocks FILE` prints: a line `LINE<tab>REFERENCE<tab>LANGUAGE<tab>MARKS<tab>FIRST COMMAND` for each block, marks with commas. */
export function blocksText(runbook: Runbook): string {
  return runbook.blocks.map((block) => `${columns(block).map(printable).join('\t')}\n`).join('');
}

function columns(block: Block): readonly string[] {
  return [String(block.line), block.reference, block.language, block.marks.join(','), firstCommand(block.text)];
}

/** A runbook is foreign text: nothing in it may steer a terminal or add a column. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, ' ');
}
