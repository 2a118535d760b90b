/** Text that bash runs, with what fidelity needs to know of it. */
import { createHash } from 'node:crypto';
import type { LinedText, Replaced } from '../../runbook/replace.ts';
import { sourceLines } from '../../runbook/source-lines.ts';
import type { ShellText } from '../model.ts';

/** Text of a block or quote, after `replace`. */
export function runbookText(original: LinedText, file: string, replaced: Replaced): ShellText {
  const counted = sourceLines(original);
  const touched = new Set(replaced.touchedLines);
  return {
    ...common(replaced, file),
    written: original.text,
    inRunbook: true,
    sourceLines: counted,
    replacedLines: counted.filter((line) => touched.has(line)),
    substitutions: replaced.substitutions.length,
  };
}

/** Text that the drill file brings itself. */
export function writtenText(text: LinedText, file: string): ShellText {
  return { ...common(text, file), written: text.text, inRunbook: false, sourceLines: sourceLines(text), replacedLines: [], substitutions: 0 };
}

/** For what is not run: nothing is replaced in it. */
export const untouched = ({ text, textLines }: LinedText): Replaced => ({ text, textLines, substitutions: [], touchedLines: [] });

export const firstLine = (text: string): string => text.trim().split('\n')[0] ?? '';

function common({ text, textLines }: LinedText, file: string): Pick<ShellText, 'text' | 'file' | 'lines' | 'runs' | 'sha256'> {
  return { text, file, lines: textLines, runs: text.startsWith('#!') ? 'script' : 'shell', sha256: createHash('sha256').update(text).digest('hex') };
}
