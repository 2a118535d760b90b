import type { JudgedFailure } from './failures.ts';

/** For tests: one failure in one line. */
export const said = (failure: JudgedFailure): string => {
  const count = failure.count === 1 ? '' : `×${failure.count}`;
  const script = failure.script === null ? '' : ` in ${failure.script.file.slice(failure.script.file.lastIndexOf('/') + 1)}:${failure.script.line}`;
  return `${failure.kind} ${failure.line}${count} ${failure.command} =${failure.status}${failure.hiddenBy === '' ? '' : ` (${failure.hiddenBy})`}${script}`;
};
