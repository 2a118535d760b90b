/** What went wrong, in the user's words, and the exit status that scripts rely on. */
import { CommanderError } from 'commander';
import { JournalError } from './drill/journal-error.ts';
import { InputErrors } from './drill/model.ts';
import { CannotRun } from './ports/host.ts';

const exits = { wrongInput: 2, couldNotRun: 3 } as const;

/** What the system says of a path that was given and leads nowhere. */
const unreachable: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is not there: a part of it is no folder',
  EACCES: 'may not be read or written by this user',
  ELOOP: 'is a symbolic link that leads to itself',
  ENAMETOOLONG: 'is too long for a path',
};

/** Writes to standard error; returns the exit status. */
export function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exits.wrongInput;
  if (error instanceof InputErrors) {
    for (const each of error.errors) {
      process.stderr.write(`${each.file}:${each.line}:${each.column}: ${each.message}\n  expected: ${each.expected}\n  got:      ${each.got}\n  next:     ${each.help}\n`);
    }
    return exits.wrongInput;
  }
  if (error instanceof JournalError || error instanceof CannotRun) {
    process.stderr.write(`runbook-drill: ${error.message}\n`);
    return error instanceof JournalError ? exits.wrongInput : exits.couldNotRun;
  }
  if (error instanceof Error && 'code' in error && error.code === 'EISDIR') {
    process.stderr.write('runbook-drill: a folder was given where a file is wanted\n');
    return exits.wrongInput;
  }
  if (error instanceof Error && 'code' in error && 'path' in error) {
    const why = unreachable[String(error.code)];
    if (why !== undefined) {
      process.stderr.write(`runbook-drill: ${String(error.path)} ${why}\n`);
      return exits.wrongInput;
    }
  }
  process.stderr.write(`runbook-drill: a defect of the drill itself: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return exits.couldNotRun;
}
