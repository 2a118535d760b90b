/** Drills an example of `fixtures/` as the command line would. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newRunId } from '../src/drill/run-id.ts';
import { loadPlan } from '../src/drill/plan/load.ts';
import type { Report } from '../src/drill/report-model.ts';
import { runAndReport } from '../src/run-drill.ts';

export async function drillFixture(drillFile: string): Promise<Report> {
  const out = mkdtempSync(join(tmpdir(), 'fixture-'));
  try {
    const plan = await loadPlan({ drillFile: join('fixtures', drillFile), env: process.env });
    const { report } = await runAndReport({
      plan,
      out,
      run: newRunId(),
      keep: false,
      interrupt: new AbortController().signal,
      onEntry: () => undefined,
      onOutput: () => undefined,
      progress: () => undefined,
    });
    return report;
  } finally {
    rmSync(out, { recursive: true });
  }
}
