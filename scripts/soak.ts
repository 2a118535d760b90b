/**
 * What is too slow for every test run: clean drills in a row, every signal in every phase, and all scenarios of the fleet. Prints one
 * line each and a last line that counts. `soak.ts [CLEAN DRILLS] [ENVIRONMENT]`.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { incus } from '../src/host/incus.ts';
import { connectServer } from '../src/host/instance/server.ts';
import { lxd } from '../src/host/lxd.ts';
import { makeRepository } from '../tests/small-drill.ts';

const phases = ['create', 'deploy', 'seed', 'backup', 'lose', 'restore', 'check', 'verify', 'destroy'] as const;
const signals = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;
const cleanDrills = z.coerce.number().int().min(0).parse(process.argv[2] ?? 50);
const environment = process.argv[3] ?? 'docker';

const repository = makeRepository({ blocks: { check: 'docker exec app cat /data/file; sleep 1' }, scenario: { check: ['#check'] } });
const reports = mkdtempSync(join(tmpdir(), 'soak-'));
let passed = 0;
let failed = 0;

function start(name: string, drillFile = join(repository, 'drill.yaml'), on = environment): { readonly child: ChildProcess; readonly journal: string; readonly out: string } {
  const out = join(reports, name);
  const child = spawn(process.execPath, ['dist/cli.js', 'run', drillFile, '--out', out, '--environment', on], { stdio: 'ignore' });
  return { child, out, journal: join(out, 'journal.ndjson') };
}

const ended = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => void child.once('exit', resolve));

function tell(ok: boolean, what: string): void {
  if (ok) passed += 1;
  else failed += 1;
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${what}`);
}

async function labelled(pid: number | undefined): Promise<string> {
  const kind = [lxd, incus].find(({ name }) => name === environment);
  const instances = kind === undefined ? [] : await (await connectServer(kind, process.env)).ask('/instances?recursion=1', z.array(z.object({ name: z.string(), config: z.record(z.string(), z.string()) })));
  const ours = instances.filter(({ config }) => config['user.runbook-drill.pid'] === String(pid)).map(({ name }) => name);
  return ours.join() + execFileSync('docker', ['ps', '-aq', '--filter', `label=runbook-drill.pid=${pid}`], { encoding: 'utf8' }) + execFileSync('docker', ['volume', 'ls', '-q', '--filter', `label=runbook-drill.pid=${pid}`], { encoding: 'utf8' });
}

for (let index = 1; index <= cleanDrills; index += 1) {
  const { child, out } = start(`clean-${index}`);
  const code = await ended(child);
  const errors = existsSync(join(out, 'report.json')) ? (readFileSync(join(out, 'report.json'), 'utf8').match(/"severity": ?"error"/g)?.length ?? 0) : -1;
  tell(code === 0 && errors === 0 && (await labelled(child.pid)) === '', `clean drill ${index}: exit ${code}, ${errors} error findings`);
}

for (const phase of phases) {
  for (const signal of signals) {
    const { child, journal } = start(`${phase}-${signal}`);
    const exit = ended(child);
    while (child.exitCode === null && !(existsSync(journal) && readFileSync(journal, 'utf8').includes(`"phase-started","phase":"${phase}"`))) await sleep(10);
    // A drill that ended before has not shown what this signal does.
    const isHit = child.kill(signal);
    await exit;
    if (signal === 'SIGKILL') execFileSync(process.execPath, ['dist/cli.js', 'cleanup']);
    tell(isHit && (await labelled(child.pid)) === '', `${signal} in ${phase} ${isHit ? 'leaves nothing' : 'was never sent: the drill had ended'}`);
  }
}

/** All scenarios of one drill file have this long, in seconds, with the images there. */
const fleetSeconds = 900;
const statusesSchema = z.object({ scenarios: z.array(z.object({ id: z.string(), validationStatus: z.string() })) });

/** Each scenario of a drill file of the fleet, the ones with another status than SUCCESSFUL as told. */
async function drillFleet(drillFile: string, others: Readonly<Record<string, string>> = {}): Promise<void> {
  const began = performance.now();
  const { child, out } = start(drillFile, join('fixtures/atlas', `${drillFile}.yaml`), 'docker');
  await ended(child);
  const seconds = Math.round((performance.now() - began) / 1000);
  const path = join(out, 'report.json');
  const { scenarios } = existsSync(path) ? statusesSchema.parse(JSON.parse(readFileSync(path, 'utf8'))) : { scenarios: [] };
  for (const { id, validationStatus } of scenarios) tell(validationStatus === (others[id] ?? 'SUCCESSFUL'), `${drillFile} ${id}: ${validationStatus}`);
  tell(scenarios.length > 0 && seconds <= fleetSeconds, `${drillFile}: ${scenarios.length} scenarios in ${seconds} s`);
}

const failedAsFound = ['one-service', 'everything', 'native-name', 'nightly', 'compromise'].map((id) => [id, 'FAILED']);
const asFound = { ...Object.fromEntries(failedAsFound), anew: 'NOT_MEASURED' };
await drillFleet('drill');
await drillFleet('drill-lxd');
await drillFleet('drill-as-found', asFound);
await drillFleet('drill-as-found-ca', asFound);

rmSync(repository, { recursive: true });
rmSync(reports, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
