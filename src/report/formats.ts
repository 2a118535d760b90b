/** What every report format is. */
import type { Report } from '../drill/report-model.ts';
import type { JournalEntry } from '../drill/journal-events.ts';

export interface ReportFormat {
  /** Name of its file in the folder of `--out`. */
  readonly file: string;
  /** Pure: the verdict, and the journal for what only it has. */
  readonly render: (report: Report, entries: readonly JournalEntry[]) => string;
}
