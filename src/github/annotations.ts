/** Findings as workflow commands, which GitHub shows at the lines of the files they are about. */
import type { Finding } from '../drill/model.ts';
import type { Report } from '../drill/report-model.ts';
import { commandData, commandProperty } from '../report/escape.ts';

/** GitHub shows ten errors and ten warnings of one step. */
const most = 10;

interface Seen {
  readonly finding: Finding;
  readonly scenarios: string[];
}

/**
 * The ten worst findings, the same one of several scenarios once; one line each, to be printed as it is.
 * @param folder of the drill's repository below the Git root, for files that GitHub knows by their path from there.
 */
export function annotations(report: Report, folder = ''): readonly string[] {
  const seen = new Map<string, Seen>();
  for (const { id, findings } of report.scenarios) {
    for (const finding of findings) {
      const key = JSON.stringify([finding.severity, finding.rule, finding.file, finding.line]);
      const known = seen.get(key);
      if (known === undefined) seen.set(key, { finding, scenarios: [id] });
      else if (!known.scenarios.includes(id)) known.scenarios.push(id);
    }
  }
  const worst = [...seen.values()].toSorted((a, b) => rank(a) - rank(b) || b.scenarios.length - a.scenarios.length);
  const left = worst.length - most;
  return [...worst.slice(0, most).map((item) => command(item, folder)), ...(left > 0 ? [`::notice::${left} more findings are in the job summary and in report.md`] : [])];
}

const rank = ({ finding }: Seen): number => (finding.severity === 'error' ? 0 : 1);

function command({ finding, scenarios }: Seen, folder: string): string {
  const file = folder === '' || finding.file.startsWith('/') ? finding.file : `${folder.replace(/\/$/, '')}/${finding.file}`;
  const message = [finding.message, `expected: ${finding.expected}`, `actual: ${finding.actual.slice(0, 1000)}`, `help: ${finding.help}`].join('\n');
  const title = `${finding.rule} (${scenarios.join(', ')})`;
  return `::${finding.severity} file=${commandProperty(file)},line=${finding.line},title=${commandProperty(title)}::${commandData(message)}`;
}
