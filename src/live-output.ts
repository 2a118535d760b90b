/** The output of the runbook's commands as it comes, line by line, inert, in bounded memory. */
import { StringDecoder } from 'node:string_decoder';
import type { OutputListener } from './drill/context.ts';
import type { JournalEntry } from './drill/journal-events.ts';
import { terminalText } from './drill/terminal-text.ts';

/** Characters of a line without an end that are held before they are printed as they are. */
const longestLine = 4096;

export interface LiveOutput {
  readonly onOutput: OutputListener;
  /** Where a step has ended, so has its last line, though nothing ended it. */
  readonly onEntry: (entry: JournalEntry) => void;
}

/** Each line stands behind a bar, so that it is not taken for what the drill itself says. */
export function createLiveOutput(write: (text: string) => void): LiveOutput {
  const pending = new Map<string, { readonly decoder: StringDecoder; text: string }>();
  const show = (lines: readonly string[]): void => {
    if (lines.length > 0) write(lines.map((line) => `    | ${terminalText(line.replace(/\r$/, ''))}\n`).join(''));
  };
  return {
    onOutput: (scenario, stream, chunk) => {
      const key = `${scenario} ${stream}`;
      const state = pending.get(key) ?? { decoder: new StringDecoder('utf8'), text: '' };
      pending.set(key, state);
      const lines = (state.text + state.decoder.write(chunk)).split('\n');
      state.text = lines.pop() ?? '';
      while (state.text.length > longestLine) {
        lines.push(state.text.slice(0, longestLine));
        state.text = state.text.slice(longestLine);
      }
      show(lines);
    },
    onEntry: (entry) => {
      if (entry.event !== 'step-ended') return;
      const keys = ['stdout', 'stderr'].map((stream) => `${entry.scenario} ${stream}`);
      show(keys.map((key) => pending.get(key)?.text ?? '').filter((text) => text !== ''));
      for (const key of keys) pending.delete(key);
    },
  };
}
