import { describe, expect, it } from 'vitest';
import { createLiveOutput } from './live-output.ts';

function shown(...chunks: readonly (string | Buffer)[]): string {
  let text = '';
  const listener = createLiveOutput((more) => (text += more));
  for (const chunk of chunks) listener('one', 'stdout', Buffer.from(chunk));
  return text;
}

describe('live output', () => {
  it('shows whole lines, however they come', () => expect(shown('on', 'e\ntwo\nthr')).toBe('    | one\n    | two\n'));
  it('keeps a character that is cut between chunks', () => expect(shown(Buffer.from([0xc3]), Buffer.from([0xa9, 0x0a]))).toBe('    | é\n'));
  it('obeys no command and no escape', () => expect(shown('::error::x\n\u001B[31mred\n')).toBe('    | : :error::x\n    | \\x1b[31mred\n'));
  it('holds back no endless line', () => expect(shown('x'.repeat(10_000)).length).toBeGreaterThan(8000));
});
