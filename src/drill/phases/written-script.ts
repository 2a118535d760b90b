/** Scripts that a step has saved from the runbook: what fails in one stands in the runbook. */
import { inHost } from '../context.ts';
import type { PlannedStep, SourceLine } from '../model.ts';

/**
 * The runbook's line of a line of a script, or null where no step wrote that file.
 * @param user of the host: a path that begins with `~` is in the home of who writes it.
 */
export function lineOfScript(script: SourceLine | null, steps: readonly PlannedStep[], user: string): SourceLine | null {
  if (script === null) return null;
  const writer = steps.findLast((step) => step.kind === 'write' && inHost(step.to, step.user ?? user) === script.file);
  if (writer?.kind !== 'write') return null;
  const line = writer.shell.lines[script.line - 1];
  return line === undefined ? null : { file: writer.shell.file, line };
}
