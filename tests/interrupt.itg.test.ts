/** A drill that is interrupted or killed, in every phase, leaves nothing of its own and touches nothing of others. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lxd } from '../src/host/lxd.ts';
import { InstanceServer } from '../src/host/instance/server.ts';
import { serverFor } from '../src/host/testing.ts';
import { makeRepository } from './small-drill.ts';
import { thorough } from './thorough.ts';

const docker = (...args: readonly string[]): string => execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

/** Everything that carries the label of one run. */
function labelled(run: string): readonly string[] {
  const label = `label=runbook-drill.run=${run}`;
  return [
    ...lines(docker('ps', '-aq', '--filter', label)),
    ...lines(docker('volume', 'ls', '-q', '--filter', label)),
    ...lines(docker('network', 'ls', '-q', '--filter', label)),
  ];
}

const neighbour = `neighbour-${process.pid}`;
/** What a neighbour is, byte for byte. */
const neighbourState = (): string =>
  [
    docker('inspect', '--format', '{{.Id}} {{.State.StartedAt}} {{json .Config.Labels}}', neighbour),
    docker('exec', neighbour, 'sh', '-c', 'ls -ln /data; md5sum /data/file'),
    docker('volume', 'inspect', neighbour),
    docker('network', 'inspect', '--format', '{{.Id}} {{.Created}}', neighbour),
  ].join('\n');

let repository: string;
let before: string;
beforeAll(() => {
  // Slow enough in each phase that a signal meets it there, with a second scenario that is set up meanwhile.
  const scenario = { rto: '5m', backup: ['#backup'], loss: { data: ['app'], how: 'delete' }, restore: ['#restore'], check: ['#check'] };
  repository = makeRepository({
    blocks: { check: 'docker exec app cat /data/file; sleep 1' },
    drill: { scenarios: { one: scenario, two: scenario } },
  });
  docker('volume', 'create', neighbour);
  docker('network', 'create', neighbour);
  const image = lines(docker('images', '--format', '{{.Repository}}:{{.Tag}}', 'runbook-drill/alpine'))[0] ?? 'alpine';
  docker('run', '-d', '--name', neighbour, '-v', `${neighbour}:/data`, '--network', neighbour, image, 'sleep', '100000');
  docker('exec', neighbour, 'sh', '-c', 'echo mine > /data/file');
  before = neighbourState();
});
afterAll(() => {
  docker('rm', '-f', neighbour);
  docker('volume', 'rm', neighbour);
  docker('network', 'rm', neighbour);
  rmSync(repository, { recursive: true });
});

interface Drill {
  readonly child: ChildProcess;
  readonly out: string;
}

function start(name: string, ...more: readonly string[]): Drill {
  const out = join(repository, `report-${name}`);
  const child = spawn(process.execPath, ['dist/cli.js', 'run', join(repository, 'drill.yaml'), '--out', out, ...more], { stdio: 'ignore' });
  return { child, out };
}

async function untilPhase({ child, out }: Drill, phase: string): Promise<void> {
  const journal = join(out, 'journal.ndjson');
  while (child.exitCode === null) {
    if (existsSync(journal) && readFileSync(journal, 'utf8').includes(`"phase-started","phase":"${phase}"`)) return;
    await sleep(10);
  }
  throw new Error(`the drill ended (${child.exitCode}) before its phase ${phase}`);
}

/** The run's id as its hosts carry it: from the labels, since a killed drill can no longer say it. */
function runOf(child: ChildProcess): string | null {
  const label = `label=runbook-drill.pid=${child.pid}`;
  const [volume] = lines(docker('volume', 'ls', '-q', '--filter', label));
  return volume === undefined ? null : docker('volume', 'inspect', '--format', '{{index .Labels "runbook-drill.run"}}', volume);
}

const ended = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => (child.exitCode !== null || child.signalCode !== null ? resolve(child.exitCode) : child.once('exit', resolve)));

const pairs = [
  ['create', 'SIGINT'],
  ['deploy', 'SIGTERM'],
  ['seed', 'SIGKILL'],
  ['backup', 'SIGINT'],
  ['lose', 'SIGKILL'],
  ['restore', 'SIGTERM'],
  ['check', 'SIGINT'],
  ['verify', 'SIGKILL'],
  ['destroy', 'SIGTERM'],
] as const;

describe('a drill that ends early leaves nothing', { timeout: 120_000 }, () => {
  it.each(pairs)('in %s by %s', async (phase, signal) => {
    const drill = start(`${phase}-${signal}`);
    await untilPhase(drill, phase);
    const run = runOf(drill.child);
    drill.child.kill(signal);
    const code = await ended(drill.child);
    if (signal === 'SIGKILL') execFileSync(process.execPath, ['dist/cli.js', 'cleanup'], { stdio: 'ignore' });
    else if (phase !== 'destroy') expect(code).toBe(signal === 'SIGINT' ? 130 : 143);
    if (run !== null) expect(labelled(run)).toEqual([]);
    expect(lines(docker('ps', '-aq', '--filter', `label=runbook-drill.pid=${drill.child.pid}`))).toEqual([]);
    expect(neighbourState()).toBe(before);
    // The journal is readable whatever ended it, and its verdict is never green.
    execFileSync(process.execPath, ['dist/cli.js', 'report', drill.out], { stdio: 'ignore' });
    const report: unknown = JSON.parse(readFileSync(join(drill.out, 'report.json'), 'utf8'));
    if (phase !== 'destroy' && phase !== 'verify') expect(report).toMatchObject({ validationStatus: 'NOT_MEASURED' });
  });

  it('two drills side by side do not meet, and one keeps its host for a look inside', async () => {
    const kept = start('kept', '--keep', '--scenario', 'one');
    const drills = [kept, start('other', '--scenario', 'one')];
    const codes = await Promise.all(drills.map((drill) => ended(drill.child)));
    expect(codes).toEqual([0, 0]);
    const run = runOf(kept.child) ?? '';
    expect(labelled(run)).toHaveLength(2);
    execFileSync(process.execPath, ['dist/cli.js', 'cleanup', '--run', run], { stdio: 'ignore' });
    expect(labelled(run)).toEqual([]);
    for (const { out } of drills) expect(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))).toMatchObject({ validationStatus: 'SUCCESSFUL' });
  });
});

const answering = await serverFor('drills in LXD that end early', lxd);
const server = answering ?? new InstanceServer(lxd, '');
const instanceSchema = z.object({ name: z.string(), config: z.record(z.string(), z.string()), created_at: z.string() });

async function instancesOf(pid: number | undefined): Promise<readonly string[]> {
  const all = await server.ask('/instances?recursion=1', z.array(instanceSchema));
  return all.filter(({ config }) => config['user.runbook-drill.pid'] === String(pid)).map(({ name }) => name);
}

describe.skipIf(answering === null)('a drill in an LXD host that ends early leaves nothing', { timeout: 120_000 }, () => {
  const path = `/instances/${neighbour}`;
  beforeAll(async () => void (await server.perform('/instances', { method: 'POST', body: { name: neighbour, type: 'container', source: { type: 'none' }, config: { 'user.runbook-drill.run': 'ours in name only' } } })));
  afterAll(async () => void (await server.perform(path, { method: 'DELETE' })));

  const inLxd = [['lose', 'SIGKILL'], ['restore', 'SIGTERM'], ...(thorough ? [['deploy', 'SIGINT']] as const : [])] as const;
  it.each(inLxd)('in %s by %s', async (phase, signal) => {
    const drill = start(`lxd-${phase}-${signal}`, '--environment', 'lxd');
    await untilPhase(drill, phase);
    const neighbourBefore = await server.ask(path, instanceSchema);
    drill.child.kill(signal);
    const code = await ended(drill.child);
    if (signal === 'SIGKILL') execFileSync(process.execPath, ['dist/cli.js', 'cleanup'], { stdio: 'ignore' });
    else expect(code).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(await instancesOf(drill.child.pid)).toEqual([]);
    expect(lines(docker('ps', '-aq', '--filter', `label=runbook-drill.pid=${drill.child.pid}`))).toEqual([]);
    expect(await server.ask(path, instanceSchema)).toEqual(neighbourBefore);
  });

  it.skipIf(!thorough)('one that keeps its host ends all the same, and cleanup finds it', async () => {
    const drill = start('lxd-kept', '--environment', 'lxd', '--keep', '--scenario', 'one');
    expect(await ended(drill.child)).toBe(0);
    expect(await instancesOf(drill.child.pid)).toHaveLength(1);
    execFileSync(process.execPath, ['dist/cli.js', 'cleanup', '--environment', 'lxd'], { stdio: 'ignore' });
    expect(await instancesOf(drill.child.pid)).toEqual([]);
  });
});
