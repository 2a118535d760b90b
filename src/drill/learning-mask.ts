/** Secrets that a program of the engine's makes and prints: learnt from its output, and not shown even there. */
import type { MaskStream } from './mask.ts';
import type { Secrets } from './secrets.ts';

/**
 * What a program makes up: long, of capitals, small letters and digits. Nothing else is learnt, or a runbook that prints a common word
 * behind a label would hide that word in every report.
 */
const madeUp = (word: string): boolean => word.length >= 16 && [/[A-Z]/, /[a-z]/, /\d/].every((kind) => kind.test(word));

/** Characters of a line without an end that are held back at most. */
const longestHeld = 4096;

/**
 * Masks a stream, and learns what stands behind one of the labels in a line: from then on nothing shows it.
 * @param labels as the program writes them, with the space behind
 */
export function learningStream(secrets: Secrets, labels: readonly string[]): MaskStream {
  const secretsBehind = (text: string): readonly string[] => labels.flatMap((label) => text.split(label).slice(1).flatMap((rest) => /^[\w+/=-]+/.exec(rest) ?? []).filter(madeUp));
  let { masker } = secrets;
  let masked = masker.stream();
  let held = '';
  const pass = (chunk: Buffer, last: boolean): Buffer => {
    // Bytes as characters, so that a character in two pieces does no harm.
    const text = held + chunk.toString('latin1');
    const unfinished = last ? text.length : startOfUnfinished(text, labels);
    held = text.slice(unfinished);
    const whole = text.slice(0, unfinished);
    const learnt = secretsBehind(whole);
    if (learnt.length > 0) secrets.add(learnt);
    const pieces: Buffer[] = [];
    // Another stream may have learnt some too.
    if (masker !== secrets.masker) {
      pieces.push(masked.end());
      ({ masker } = secrets);
      masked = masker.stream();
    }
    pieces.push(masked.write(Buffer.from(whole, 'latin1')));
    if (last) pieces.push(masked.end());
    return Buffer.concat(pieces);
  };
  return { write: (chunk) => pass(chunk, false), end: () => pass(Buffer.alloc(0), true) };
}

/** Where the last line has a label, or the beginning of one, behind which there may be more to come; else the length. */
function startOfUnfinished(text: string, labels: readonly string[]): number {
  const lineStart = text.lastIndexOf('\n') + 1;
  const line = text.slice(lineStart);
  if (line.length > longestHeld) return text.length;
  return lineStart + Math.min(line.length, ...labels.map((label) => startOfLabel(line, label)));
}

function startOfLabel(line: string, label: string): number {
  const whole = line.indexOf(label);
  if (whole !== -1) return whole;
  for (let length = Math.min(label.length - 1, line.length); length > 0; length -= 1) if (line.endsWith(label.slice(0, length))) return line.length - length;
  return line.length;
}
