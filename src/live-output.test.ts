import { describe, expect, it } from 'vitest';
import { skipped } from './drill/phases/step-result.ts';
import { createLiveOutput } from './live-output.ts';

function shown(...chunks: readonly (string | Buffer)[]): string {
  let text = '';
  const { onOutput } = createLiveOutput((more) => (text += more));
  for (const chunk of chunks) onOutput('one', 'stdout', Buffer.from(chunk));
  return text;
}

describe('live output', () => {
  it('shows whole lines, however they come', () => expect(shown('on', 'e\ntwo\nthr')).toBe('    | one\n    | two\n'));
  it('keeps a character that is cut between chunks', () => expect(shown(Buffer.from([0xc3]), Buffer.from([0xa9, 0x0a]))).toBe('    | é\n'));
  it('obeys no command and no escape', () => expect(shown('::error::x\n\u001B[31mred\n')).toBe('    | : :error::x\n    | \\x1b[31mred\n'));
  it('holds back no endless line', () => expect(shown('x'.repeat(10_000)).length).toBeGreaterThan(8000));

  it('shows the last line of a step that has ended, though nothing ended it', () => {
    let text = '';
    const { onOutput, onEntry } = createLiveOutput((more) => (text += more));
    const end = (scenario: string): void => onEntry({ at: '2026-11-22T10:00:00.000Z', event: 'step-ended', scenario, step: 0, result: skipped });
    onOutput('one', 'stdout', Buffer.from('no end'));
    end('other');
    expect(text).toBe('');
    end('one');
    onOutput('one', 'stdout', Buffer.from('next\n'));
    expect(text).toBe('    | no end\n    | next\n');
  });
});
