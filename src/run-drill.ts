/** What the command line and the Action share: from a drill file to reports in a folder. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openAdapters } from './adapters.ts';
import type { OutputListener } from './drill/context.ts';
import type { JournalEntry } from './drill/journal-events.ts';
import { openJournal, readJournal } from './drill/journal.ts';
import { createMasker } from './drill/mask.ts';
import type { Plan } from './drill/model.ts';
import type { Report } from './drill/report-model.ts';
import { runDrill, secretsOf } from './drill/run.ts';
import { reportOf } from './drill/verdict/report.ts';
import { renderReports } from './report/registry.ts';
import { version } from './version.ts';

export interface DrillRequest {
  readonly plan: Plan;
  /** Folder for the journal and the reports; made when it is not there. */
  readonly out: string;
  readonly run: string;
  /** Hosts stay for a look inside. */
  readonly keep: boolean;
  readonly interrupt: AbortSignal;
  /** Each entry of the journal as it is written, masked. */
  readonly onEntry: (entry: JournalEntry) => void;
  readonly onOutput: OutputListener;
  readonly progress: (message: string) => void;
}

/** Runs the drill and writes its reports, also when it was interrupted. */
export async function runAndReport(request: DrillRequest): Promise<{ readonly entries: readonly JournalEntry[]; readonly report: Report }> {
  const { plan, out } = request;
  const secrets = secretsOf(plan);
  const mask = createMasker(secrets.all);
  await mkdir(out, { recursive: true });
  const path = join(out, 'journal.ndjson');
  const journal = openJournal(path, { mask: (text) => mask.mask(text), onEntry: request.onEntry });
  try {
    const adapters = await openAdapters(plan.host.environment, plan.host.engine);
    await runDrill(
      {
        plan,
        adapters,
        emit: (event) => journal.write(event),
        progress: (message) => request.progress(mask.mask(message)),
        onOutput: request.onOutput,
        interrupt: request.interrupt,
        keep: request.keep,
        tool: version,
      },
      request.run,
      secrets,
    );
  } finally {
    journal.close();
  }
  return writeReports(out);
}

/** Rewrites every report of a folder from its journal. */
export async function writeReports(out: string): Promise<{ readonly entries: readonly JournalEntry[]; readonly report: Report }> {
  const entries = await readJournal(join(out, 'journal.ndjson'));
  for (const [name, content] of renderReports(entries)) await writeFile(join(out, name), content);
  return { entries, report: reportOf(entries) };
}

