/** The output of the runbook's commands as it comes, line by line, inert, in bounded memory. */
import { StringDecoder } from 'node:string_decoder';
import type { OutputListener } from './drill/context.ts';
import { terminalText } from './drill/terminal-text.ts';

/** Characters of a line without an end that are held before they are printed as they are. */
const longestLine = 4096;

/** Each line stands behind a bar, so that it is not taken for what the drill itself says. */
export function createLiveOutput(write: (text: string) => void): OutputListener {
  const pending = new Map<string, { readonly decoder: StringDecoder; text: string }>();
  return (scenario, stream, chunk) => {
    const key = `${scenario} ${stream}`;
    const state = pending.get(key) ?? { decoder: new StringDecoder('utf8'), text: '' };
    pending.set(key, state);
    const lines = (state.text + state.decoder.write(chunk)).split('\n');
    state.text = lines.pop() ?? '';
    while (state.text.length > longestLine) {
      lines.push(state.text.slice(0, longestLine));
      state.text = state.text.slice(longestLine);
    }
    if (lines.length > 0) write(lines.map((line) => `    | ${terminalText(line.replace(/\r$/, ''))}\n`).join(''));
  };
}
