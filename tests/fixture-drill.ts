/** Drills an example of `fixtures/` as the command line would. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlOf } from '../src/drill/control.ts';
import type { Control } from '../src/drill/model.ts';
import { newRunId } from '../src/drill/run-id.ts';
import { loadPlan } from '../src/drill/plan/load.ts';
import { refuseHostileNames } from '../src/github/journal-names.ts';
import type { EnvironmentName } from '../src/ports/host.ts';
import { type DrillOutcome, runAndReport } from '../src/run-drill.ts';

export interface FixtureOptions {
  readonly scenarios?: readonly string[];
  readonly control?: Control;
  readonly environment?: EnvironmentName;
}

export async function drillFixture(drillFile: string, { scenarios, control, environment }: FixtureOptions = {}): Promise<Pick<DrillOutcome, 'report' | 'entries' | 'exitCode'>> {
  const out = mkdtempSync(join(tmpdir(), 'fixture-'));
  try {
    const planned = await loadPlan({ drillFile: join('fixtures', drillFile), env: process.env, scenarios, environment });
    const plan = control === undefined ? planned : controlOf(planned, control);
    const outcome = await runAndReport({
      plan,
      out,
      run: newRunId(),
      keep: false,
      interrupt: new AbortController().signal,
      onEntry: () => undefined,
      onOutput: () => undefined,
      progress: () => undefined,
    });
    // No drill has a name that the commenting job would refuse.
    refuseHostileNames(outcome.entries);
    return outcome;
  } finally {
    rmSync(out, { recursive: true });
  }
}
