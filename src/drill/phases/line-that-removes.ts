/** Where a person looks first when a retention is not kept: the last command of the backup that takes something away. */
import type { CommandSpan } from '../../evidence/artefact/written-by.ts';
import type { PlannedStep, SourceLine } from '../model.ts';

const removing = /\b(?:rm|rmdir|unlink|delete|prune|forget|expire|rotate|logrotate)\b|-delete\b/;

type Command = SourceLine & Pick<CommandSpan, 'command'>;

/**
 * What ran tells it best. A command of a script that a step has saved ran at the line that called the script, and stands in the runbook.
 * @param steps of the backup
 * @param tooMany more is left than was promised: then a script's command that never ran is what should have
 */
export function lineThatRemoves(spans: readonly Command[], steps: readonly PlannedStep[], tooMany: boolean): SourceLine | null {
  const saved = steps.flatMap((step) => (step.kind === 'write' ? linesOf(step.shell) : []));
  const own = steps.flatMap((step) => (step.kind !== 'write' && 'shell' in step ? linesOf(step.shell) : []));
  const ran = spans.findLast(({ command }) => removing.test(command));
  if (ran === undefined) return tooMany ? whereIs(saved.findLast(({ command }) => removing.test(command) && !/^\s*#/.test(command))) : null;
  const called = own.some((line) => line.file === ran.file && line.line === ran.line && holds(line.command, ran.command));
  return whereIs((called ? undefined : saved.findLast(({ command }) => holds(command, ran.command))) ?? ran);
}

const linesOf = ({ text, file, lines }: { readonly text: string; readonly file: string; readonly lines: readonly number[] }): readonly Command[] =>
  text.split('\n').flatMap((command, index) => (lines[index] === undefined ? [] : [{ command, file, line: lines[index] }]));

/** Bash prints a command with other white space than was written. */
const holds = (line: string, command: string): boolean => line.replaceAll(/\s/g, '').includes(command.replaceAll(/\s/g, ''));
const whereIs = (found: SourceLine | undefined): SourceLine | null => (found === undefined ? null : { file: found.file, line: found.line });
