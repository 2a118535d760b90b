/** The log of a drill on a runner: one group a phase, so that it reads as a table of contents, with one line a step. */
import type { JournalEntry } from '../drill/journal-events.ts';
import { createProgress } from '../drill/progress.ts';
import { commandData } from '../report/escape.ts';

/** @param write whole lines; what the runbook's commands print goes between them. */
export function createGroupedLog(write: (text: string) => void): (entry: JournalEntry) => void {
  const progress = createProgress({ write, colour: false, tty: false });
  let open = false;
  const close = (): void => {
    if (open) write('::endgroup::\n');
    open = false;
  };
  return (entry) => {
    // What ends a phase, a scenario or the drill stands outside of its group, where it is seen without opening one.
    if (entry.event === 'phase-started' || entry.event === 'phase-ended' || entry.event === 'scenario-ended' || entry.event === 'drill-ended') close();
    if (entry.event === 'phase-started') {
      write(`::group::${commandData(`${entry.scenario}: ${entry.phase}`)}\n`);
      open = true;
    }
    progress(entry);
  };
}
