import type { Mark, Runbook } from './types.ts';

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

/** What `blocks FILE --json` prints, as one array. */
export function listBlocks(runbook: Runbook): readonly ListedBlock[] {
  throw new Error(`not written yet: ${runbook.file}`);
}

/** What `blocks FILE` prints: a line `LINE<tab>REFERENCE<tab>LANGUAGE<tab>MARKS<tab>FIRST COMMAND` for each block, marks with commas. */
export function formatBlocks(runbook: Runbook): string {
  throw new Error(`not written yet: ${runbook.file}`);
}
