/** What is too slow for every test run: clean drills in a row, and every signal in every phase. Prints one line each and a last line that counts. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeRepository } from '../tests/small-drill.ts';

const phases = ['create', 'deploy', 'seed', 'backup', 'lose', 'restore', 'check', 'verify', 'destroy'] as const;
const signals = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;
const cleanDrills = Number(process.argv[2] ?? 50);

const repository = makeRepository({ blocks: { check: 'docker exec app cat /data/file; sleep 1' }, scenario: { check: ['#check'] } });
const reports = mkdtempSync(join(tmpdir(), 'soak-'));
let passed = 0;
let failed = 0;

function start(name: string): { readonly child: ChildProcess; readonly journal: string; readonly out: string } {
  const out = join(reports, name);
  const child = spawn(process.execPath, ['dist/cli.js', 'run', join(repository, 'drill.yaml'), '--out', out], { stdio: 'ignore' });
  return { child, out, journal: join(out, 'journal.ndjson') };
}

const ended = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => void child.once('exit', resolve));

function tell(ok: boolean, what: string): void {
  if (ok) passed += 1;
  else failed += 1;
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${what}`);
}

function labelled(pid: number | undefined): string {
  return execFileSync('docker', ['ps', '-aq', '--filter', `label=runbook-drill.pid=${pid}`], { encoding: 'utf8' }) + execFileSync('docker', ['volume', 'ls', '-q', '--filter', `label=runbook-drill.pid=${pid}`], { encoding: 'utf8' });
}

for (let index = 1; index <= cleanDrills; index += 1) {
  const { child, out } = start(`clean-${index}`);
  const code = await ended(child);
  const errors = existsSync(join(out, 'report.json')) ? (readFileSync(join(out, 'report.json'), 'utf8').match(/"severity": ?"error"/g)?.length ?? 0) : -1;
  tell(code === 0 && errors === 0 && labelled(child.pid) === '', `clean drill ${index}: exit ${code}, ${errors} error findings`);
}

for (const phase of phases) {
  for (const signal of signals) {
    const { child, journal } = start(`${phase}-${signal}`);
    const exit = ended(child);
    while (child.exitCode === null && !(existsSync(journal) && readFileSync(journal, 'utf8').includes(`"phase-started","phase":"${phase}"`))) await sleep(10);
    child.kill(signal);
    await exit;
    if (signal === 'SIGKILL') execFileSync(process.execPath, ['dist/cli.js', 'cleanup']);
    tell(labelled(child.pid) === '', `${signal} in ${phase} leaves nothing`);
  }
}

rmSync(repository, { recursive: true });
rmSync(reports, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
