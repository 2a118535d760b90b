/** Drills of a few lines for tests: a repository, a runbook and a drill file in a folder that goes away, on real hosts. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { JournalEntry } from '../src/drill/journal-events.ts';
import { controlOf } from '../src/drill/control.ts';
import type { Control, RuleId } from '../src/drill/model.ts';
import { loadPlan } from '../src/drill/plan/load.ts';
import type { Report, ScenarioReport } from '../src/drill/report-model.ts';
import { newRunId } from '../src/drill/run-id.ts';
import { refuseHostileNames } from '../src/github/journal-names.ts';
import { runAndReport } from '../src/run-drill.ts';

/** A stack of one container and one volume, with a backup and a restore that work. */
export const goodBlocks = {
  deploy: `docker volume create app_data
docker run -d --name app --restart unless-stopped -v app_data:/data alpine sleep 1000000
docker exec app sh -c 'echo kept > /data/file; mkdir /data/folder; echo more > /data/folder/more'`,
  backup: `docker run --rm -v app_data:/v:ro -v /srv/backups:/b alpine tar czf /b/app.tar.gz -C /v .`,
  restore: `docker run --rm -v app_data:/v -v /srv/backups:/b alpine sh -c 'find /v -mindepth 1 -delete && tar xzf /b/app.tar.gz -C /v'`,
} as const;

export interface SmallDrill {
  /** Name of a block → its text; over `goodBlocks`. */
  readonly blocks?: Readonly<Record<string, string>>;
  /** Laid over the scenario. */
  readonly scenario?: Readonly<Record<string, unknown>>;
  /** Laid over the drill file. */
  readonly drill?: Readonly<Record<string, unknown>>;
  readonly host?: Readonly<Record<string, unknown>>;
  /** Other files of the repository. */
  readonly files?: Readonly<Record<string, string>>;
  /** The whole runbook, in place of one made of `blocks`. */
  readonly runbook?: string;
  readonly control?: Control;
}

export interface DrillResult {
  readonly report: Report;
  readonly scenario: ScenarioReport;
  readonly entries: readonly JournalEntry[];
  /** Rules of findings with severity error, sorted, each once. */
  readonly errors: readonly RuleId[];
  readonly rules: readonly RuleId[];
  readonly output: string;
  readonly exitCode: number;
  /** The journal and every report, as written. */
  readonly files: Readonly<Record<string, string>>;
}

const runbookOf = (blocks: Readonly<Record<string, string>>): string =>
  `# Runbook\n\n${Object.entries(blocks)
    .map(([name, text]) => `## ${name}\n\n\`\`\`sh {"name":"${name}"}\n${text}\n\`\`\`\n`)
    .join('\n')}`;

/** The line of the drill's runbook that first holds a text. */
export function lineWith(small: SmallDrill, text: string): number {
  const line = runbookOf({ ...goodBlocks, ...small.blocks }).split('\n').findIndex((candidate) => candidate.includes(text));
  if (line === -1) throw new Error(`no line of the runbook holds ${text}`);
  return line + 1;
}

/** Writes and commits the repository; the caller removes it. */
export function makeRepository(small: SmallDrill): string {
  const folder = mkdtempSync(join(tmpdir(), 'small-drill-'));
  const drill = {
    version: 1,
    name: 'small',
    runbook: 'runbook.md',
    host: { workspace: '~/app', images: ['alpine'], ...small.host },
    offsite: ['/srv/backups'],
    data: { app: { volume: 'app_data' } },
    deploy: ['#deploy'],
    scenarios: { one: { rto: '5m', rpo: 'last-backup', backup: ['#backup'], loss: { data: ['app'], how: 'delete' }, restore: ['#restore'], ...small.scenario } },
    ...small.drill,
  };
  const files = { 'drill.yaml': stringify(drill), 'runbook.md': small.runbook ?? runbookOf({ ...goodBlocks, ...small.blocks }), ...small.files };
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  const git = (...args: readonly string[]): void => void execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd: folder, stdio: 'ignore' });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-qm', 'all');
  return folder;
}

/** Runs the drill and removes its repository. */
export async function runSmallDrill(small: SmallDrill, env: Readonly<Record<string, string>> = {}, onEntry: (entry: JournalEntry, run: string) => void = () => undefined): Promise<DrillResult> {
  const folder = makeRepository(small);
  const out = join(folder, 'drill-report');
  const output: Buffer[] = [];
  const run = newRunId();
  try {
    const planned = await loadPlan({ drillFile: join(folder, 'drill.yaml'), env: { ...process.env, ...env } });
    const plan = small.control === undefined ? planned : controlOf(planned, small.control);
    const { report, entries, exitCode } = await runAndReport({
      plan,
      out,
      run,
      keep: false,
      interrupt: new AbortController().signal,
      onEntry: (entry) => onEntry(entry, run),
      onOutput: (_scenario, _stream, chunk) => output.push(Buffer.from(chunk)),
      progress: () => undefined,
    });
    // No drill has a name that the commenting job would refuse.
    refuseHostileNames(entries);
    const [scenario] = report.scenarios;
    if (scenario === undefined) throw new Error('the report has no scenario');
    const rules = [...new Set(scenario.findings.map((finding) => finding.rule))].toSorted();
    const errors = [...new Set(scenario.findings.filter((finding) => finding.severity === 'error').map((finding) => finding.rule))].toSorted();
    const files = Object.fromEntries(readdirSync(out).map((name) => [name, readFileSync(join(out, name), 'utf8')]));
    return { report, scenario, entries, errors, rules, exitCode, output: Buffer.concat(output).toString(), files };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a failing test should show. */
export function explained(result: DrillResult): string {
  const { scenario } = result;
  return JSON.stringify({ status: scenario.validationStatus, message: scenario.validationStatusMessage, findings: scenario.findings, steps: scenario.steps, data: scenario.data, services: scenario.services }, null, 1);
}
