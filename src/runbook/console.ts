/**
 * The commands of a `console` block: lines that start with `$ `. The rest is output, but for the lines that a command
 * goes on with, which begin with `> ` or follow a backslash or an open quote, heredoc or loop.
 */
import { isComplete } from './shell-syntax.ts';
import type { RawLine } from './markdown-nodes.ts';

/** @returns the lines that bash is given, without prompts */
export function consoleCommands(lines: readonly RawLine[]): readonly RawLine[] {
  const commands: RawLine[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const entry = lines[index];
    if (entry === undefined || !entry.text.startsWith('$ ')) continue;
    const command = wholeCommand({ ...entry, text: entry.text.slice(2) }, lines.slice(index + 1));
    commands.push(...command);
    index += command.length - 1;
  }
  return commands;
}

/** Takes lines until the command is complete; where that never happens, only those with a `> ` prompt. */
function wholeCommand(first: RawLine, following: readonly RawLine[]): readonly RawLine[] {
  const command = [first];
  if (isComplete(first.text)) return command;
  for (const entry of following) {
    if (entry.text.startsWith('$ ')) break;
    command.push({ ...entry, text: withoutPrompt(entry.text) });
    if (isComplete(command.map((line) => line.text).join('\n'))) return command;
  }
  const output = following.findIndex((entry) => !/^>(?: |$)/.test(entry.text));
  return command.slice(0, 1 + (output === -1 ? following.length : output));
}

function withoutPrompt(text: string): string {
  return text.replace(/^>(?: |$)/, '');
}
