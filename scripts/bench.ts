/** Speed, as ratios measured in one run on one machine. Prints a table; exits 1 when a limit is passed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Table from 'cli-table3';
import { takeManifest } from '../src/evidence/manifest.ts';
import { createLxdEnvironment, lxd } from '../src/host/lxd.ts';
import { serverFor } from '../src/host/testing.ts';
import type { EngineName, Environment, Host } from '../src/ports/host.ts';
import { openSession } from '../src/shell/session.ts';
import { makeRepository } from '../tests/small-drill.ts';
import { makeTestHost } from '../tests/test-host.ts';
import { archiveRows, manyFiles } from './bench-archive.ts';
import { corruptionRow, inspectionRows } from './bench-inspection.ts';
import { bigPlan, reportPage } from './bench-report.ts';
import { type Row, median, seconds } from './measure.ts';

/** Commands of a backup, each well over a millisecond. */
const block = `mkdir -p /tmp/bench && cd /tmp/bench
for i in $(seq 1 20); do
  head -c 2000000 /dev/urandom > file-$i
  sha256sum file-$i > file-$i.sha256
  gzip -1 -f -k file-$i
  tar cf archive-$i.tar file-$i file-$i.gz
  sleep 0.01
done
rm -rf /tmp/bench`;

async function stepOverhead(host: Host): Promise<Row> {
  await host.writeFile('/tmp/block.sh', block, { user: 'ops', mode: '0644' });
  const plain: number[] = [];
  const drilled: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const result = await host.exec(['/bin/bash', '-c', 's=$EPOCHREALTIME; source /tmp/block.sh; e=$EPOCHREALTIME; echo $(( (${e/./} - ${s/./}) ))'], { user: 'ops', cwd: '/tmp' });
    plain.push(Number(result.stdout.toString().trim()) / 1e6);
    await using session = await openSession(host, { user: 'ops', cwd: '/tmp', env: {}, signal: AbortSignal.timeout(600_000) });
    drilled.push((await session.run({ text: block, runs: 'shell', timeoutSeconds: 300 })).seconds);
  }
  return { what: 'a block in a drill / the same in plain bash', seen: median(drilled) / median(plain), limit: 1.1, unit: '×' };
}

/** A host is ready when its engine answers; its image is there from the host before. */
async function hostReady(what: string, limit: number, engine: EngineName = 'docker', environment?: Environment): Promise<Row> {
  const times: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    const start = performance.now();
    await using host = await makeTestHost([], { engine }, environment);
    if (round > 0) times.push((performance.now() - start) / 1000);
    void host;
  }
  return { what, seen: median(times), limit, unit: 's' };
}

async function hostsReady(): Promise<readonly Row[]> {
  const rows = [await hostReady('host with its engine answering', 3), await hostReady('host with Incus answering', 8, 'incus')];
  if ((await serverFor('hosts of LXD', lxd)) === null) return rows;
  const environment = createLxdEnvironment();
  return [...rows, await hostReady('LXD host with its engine answering', 4, 'docker', environment), await hostReady('LXD host with Incus answering', 8, 'incus', environment)];
}

async function manifest(host: Host): Promise<readonly Row[]> {
  await host.exec(['sh', '-ec', 'mkdir -p /srv/bench; for i in $(seq 1 64); do head -c 16777216 /dev/urandom > /srv/bench/$i; done; cat /srv/bench/* > /dev/null']);
  const sums = await seconds(() => host.exec(['sh', '-c', 'sha256sum /srv/bench/*']));
  const before = process.memoryUsage().rss;
  const took = await seconds(() => takeManifest(host, '/srv/bench', { kind: 'folder' }));
  const grown = Math.max(0, process.memoryUsage().rss - before);
  return [
    { what: 'manifest of 1 GiB / sha256sum of the same', seen: took / sums, limit: 2, unit: '×' },
    { what: 'memory that it took', seen: grown / 1e6, limit: 300, unit: 'MB' },
  ];
}

async function bigPrint(host: Host): Promise<Row> {
  await using session = await openSession(host, { user: 'ops', cwd: '/tmp', env: {}, signal: AbortSignal.timeout(600_000), onOutput: () => undefined });
  let peak = 0;
  const before = process.memoryUsage().rss;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 100);
  await session.run({ text: 'yes 0123456789abcdef | head -c 1000000000', runs: 'shell', timeoutSeconds: 300 });
  clearInterval(watch);
  return { what: 'memory for a block that prints 1 GB', seen: Math.max(0, peak - before) / 1e6, limit: 300, unit: 'MB' };
}

/** CPU that the Action spends itself until its journal's first phase, less what Node spends to start at all: Git's and the engine's time is theirs. */
function actionStart(): Row {
  const repository = makeRepository({});
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const files = Object.fromEntries(['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY', 'GITHUB_STATE'].map((name) => [name, join(folder, name)]));
  for (const path of Object.values(files)) writeFileSync(path, '');
  try {
    // What the drill had made when it was killed lies in `folder`, and goes with it.
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder, TMPDIR: folder, ...files };
    const times = Array.from({ length: 7 }, () => {
      const { stderr } = spawnSync(process.execPath, ['--import', resolve('scripts/first-phase.mjs'), resolve('dist/action.js')], { cwd: repository, env, encoding: 'utf8' });
      return Number(/first phase after ([\d.]+) ms/.exec(stderr)?.[1]);
    });
    const node = Array.from({ length: 7 }, () => Number(execFileSync(process.execPath, ['-p', '(({ user, system }) => (user + system) / 1000)(process.cpuUsage())'], { encoding: 'utf8' })));
    return { what: "CPU from the Action's start to its first phase", seen: median(times) - median(node), limit: 150, unit: 'ms' };
  } finally {
    rmSync(repository, { recursive: true });
    rmSync(folder, { recursive: true, maxRetries: 10 });
  }
}

const rows: Row[] = [...(await hostsReady()), actionStart(), bigPlan(), ...(await reportPage()), await corruptionRow()];
{
  await using host = await makeTestHost();
  rows.push(await stepOverhead(host), ...(await manifest(host)), await bigPrint(host), ...(await inspectionRows(host)), ...(await archiveRows(host)), await manyFiles(host));
}
const table = new Table({ head: ['what', 'seen', 'limit', ''], style: { head: [], border: [] } });
for (const row of rows) table.push([row.what, `${row.seen.toFixed(2)} ${row.unit}`, `${row.limit} ${row.unit}`, row.seen <= row.limit ? 'ok' : 'TOO SLOW']);
console.log(table.toString());
process.exitCode = rows.every((row) => row.seen <= row.limit) ? 0 : 1;
