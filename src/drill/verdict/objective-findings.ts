/** Objectives that were missed: recovery time, recovery point, fidelity. Only what was measured can breach. */
import type { ScenarioDeclaration } from '../journal-events.ts';
import { formatDuration } from '../format.ts';
import { type Found, finding } from './found.ts';
import type { Measured } from './clocks.ts';

/** @param entry where in the journal the scenario's last fact stands. */
export function objectiveFindings(
  declaration: ScenarioDeclaration,
  measured: Measured,
  fidelity: { readonly actual: number | null; readonly target: number },
  entry: number,
): readonly Found[] {
  const found = [...rto(declaration, measured), ...rpo(declaration, measured), ...tooFree(declaration, fidelity)];
  return found.map((item) => ({ finding: item, at: { entry, line: 0 } }));
}

function rto({ at, rtoSeconds }: ScenarioDeclaration, { rta, clock }: Measured): readonly Found['finding'][] {
  if (rta === null || rtoSeconds === null || rta + clock.manual <= rtoSeconds) return [];
  const manual = clock.manual === 0 ? '' : ` and ${formatDuration(clock.manual)} of manual work`;
  return [
    finding('rto-breached', at, {
      message: 'The recovery takes longer than its objective allows',
      expected: `RTO ${formatDuration(rtoSeconds)}`,
      actual: `RTA ${formatDuration(rta)}${manual}`,
      help: 'Shorten the restore steps that take longest (the journal has the time of each line), or agree on a longer RTO.',
    }),
  ];
}

function rpo({ at, rpo: target, everySeconds }: ScenarioDeclaration, { rpa }: Measured): readonly Found['finding'][] {
  if (rpa === null || typeof target !== 'number' || rpa <= target) return [];
  return [
    finding('rpo-breached', at, {
      message: 'What comes back can be older than its objective allows',
      expected: `RPO ${formatDuration(target)}`,
      actual: `RPA ${formatDuration(rpa)}, with a backup every ${formatDuration(everySeconds)}`,
      help: 'Run the backup more often than the RPO: between two backups lie the interval and the time that one takes.',
    }),
  ];
}

function tooFree({ at }: ScenarioDeclaration, { actual, target }: { readonly actual: number | null; readonly target: number }): readonly Found['finding'][] {
  if (actual === null || actual >= target) return [];
  return [
    finding('fidelity-breached', at, {
      message: 'Too little of what ran stands in the runbook',
      expected: `fidelity of at least ${target}`,
      actual: `fidelity ${actual}`,
      help: 'Move what the drill file runs or replaces into the runbook.',
    }),
  ];
}
