/** Grafana, Prometheus, Alertmanager and Loki in a host: what their probes say of good copies and of bad ones. Grafana is a stand-in. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestHost } from '../../tests/test-host.ts';
import type { ServicePlan } from '../drill/model.ts';
import { comparePlace } from '../evidence/compare.ts';
import { takeManifest } from '../evidence/manifest.ts';
import { makeNonce } from '../evidence/nonce.ts';
import type { ExecResult, Host } from '../ports/host.ts';
import type { ProbeAnswer, Service, ServiceContext } from '../ports/service.ts';
import { createService } from './registry.ts';

/** How each is run, with its data in `/srv/NAME` of the host: what follows `docker run`, and the owner of the data. */
const programs = {
  alertmanager: { url: 'http://localhost:9093', owner: '65534:65534', run: '-v /srv/alertmanager:/alertmanager prom/alertmanager --config.file=/etc/alertmanager/alertmanager.yml --storage.path=/alertmanager --cluster.listen-address=' },
  prometheus: { url: 'http://localhost:9090', owner: '65534:65534', run: '-v /srv/prometheus:/prometheus -v /srv/config/prometheus.yml:/etc/prometheus/prometheus.yml prom/prometheus --config.file=/etc/prometheus/prometheus.yml --storage.tsdb.path=/prometheus' },
  grafana: { url: 'http://localhost:3000', owner: '472:0', run: '-v /srv/grafana:/var/lib/grafana -v /srv/config/grafana:/etc/grafana/provisioning -e GF_SECURITY_ADMIN_PASSWORD=at-first -e GF_SECURITY_SECRET_KEY=the-key grafana/grafana' },
  loki: { url: 'http://localhost:3100', owner: '10001:10001', run: '-v /srv/loki:/loki -v /srv/config/loki.yml:/etc/loki/loki.yml grafana/loki -config.file=/etc/loki/loki.yml' },
} as const;
type Program = keyof typeof programs;
const names = Object.keys(programs) as readonly Program[];

let host: Host;
const services = new Map<Program, Service>();
beforeAll(async () => {
  host = await makeTestHost(['prom/alertmanager', 'prom/prometheus', 'grafana/grafana', 'grafana/loki']);
  const config = 'fixtures/raspberry-pi/monitoring';
  await host.writeFile('/srv/config/loki.yml', readFileSync(`${config}/loki/loki.yml`), { user: 'root', mode: '0644' });
  await host.writeFile('/srv/config/prometheus.yml', "global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: own, static_configs: [{ targets: ['localhost:9090'] }] }]\n", { user: 'root', mode: '0644' });
  await host.writeFile('/srv/config/grafana/dashboards/git.yml', 'providers: [{ name: git, options: { path: /etc/grafana/provisioning/dashboards } }]\n', { user: 'root', mode: '0644' });
  await host.writeFile('/srv/config/grafana/dashboards/stack.json', readFileSync(`${config}/grafana/dashboards/stack.json`), { user: 'root', mode: '0644' });
  await host.writeFile('/srv/config/.env', 'PASSWORD=at-first\n', { user: 'ops', mode: '0600' });
  await sh('mkdir -p /srv/backup');
  for (const name of names) services.set(name, await create(name));
  await Promise.all(names.map((name) => restart(name)));
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

async function sh(script: string): Promise<ExecResult> {
  const result = await host.exec(['/bin/bash', '-euo', 'pipefail', '-c', script]);
  if (result.exitCode !== 0) throw new Error(`${script}: exit ${result.exitCode}: ${result.stderr}`);
  return result;
}

const planOf = (name: Program, options: ServicePlan['options'] = {}): ServicePlan => ({
  name,
  at: { file: 'drill.yaml', line: 1 },
  kind: name,
  data: name,
  inside: null,
  readyTimeoutSeconds: 60,
  options: { url: programs[name].url, ...(name === 'grafana' ? { password: { file: '/srv/config/.env', key: 'PASSWORD' } } : {}), ...options },
});
const create = (name: Program, options?: ServicePlan['options']): Promise<Service> => createService(planOf(name, options));

function contextFor(nonce: string): ServiceContext {
  return { host, nonce, placeNonce: null, workspace: '/srv', user: 'ops', signal: AbortSignal.timeout(120_000), run: () => Promise.reject(new Error('it runs no commands')) };
}

function serviceOf(name: Program): Service {
  const service = services.get(name);
  if (service === undefined) throw new Error(name);
  return service;
}

const flagOf = (name: Program, more: string): string => programs[name].run.replace(/ (prom|grafana)\//, ` ${more} $1/`);

/** Kills it, makes its data what `fill` makes in its empty folder, starts it and waits. `run` follows `docker run`. */
async function restart(name: Program, fill = 'true', run: string = programs[name].run): Promise<void> {
  const { owner } = programs[name];
  await sh(`docker rm -f ${name} >/dev/null 2>&1 || true; rm -rf /srv/${name}; mkdir -p /srv/${name}; cd /srv/${name}; ${fill}; chown -R ${owner} /srv/${name}; docker run -d --name ${name} --network host ${run}`);
  for (let tries = 0; tries < 150; tries += 1) {
    if ((await serviceOf(name).ready(contextFor(''))).state === 'there') return;
    await sleep(200);
  }
  throw new Error(`${name} is not ready: ${(await sh(`docker logs ${name} 2>&1 | tail -n 20`)).stdout.toString()}`);
}

const unpacked = (archive: string): string => `tar xf /srv/backup/${archive}`;
const packed = (name: Program, archive: string, options = ''): Promise<ExecResult> => sh(`tar cf /srv/backup/${archive} ${options} -C /srv/${name} .`);

/** Until the answer is `state`, some seconds at most: a program may load what it has after it says that it is ready. */
async function settled(service: Service, nonce: string, state: ProbeAnswer['state']): Promise<ProbeAnswer> {
  let answer = await service.check(contextFor(nonce));
  for (let tries = 0; tries < 10 && answer.state !== state; tries += 1) {
    await sleep(300);
    answer = await service.check(contextFor(nonce));
  }
  return answer;
}

async function seeded(name: Program): Promise<{ readonly service: Service; readonly early: string; readonly late: string }> {
  const service = serviceOf(name);
  const early = makeNonce();
  await service.seed(contextFor(early));
  expect(await settled(service, early, 'there')).toMatchObject({ state: 'there' });
  return { service, early, late: makeNonce() };
}

/** Plants the late canary and sees it. */
async function afterBackup(service: Service, late: string): Promise<void> {
  expect(await service.check(contextFor(late))).toMatchObject({ state: 'absent' });
  await service.late(contextFor(late));
  expect(await settled(service, late, 'there')).toMatchObject({ state: 'there' });
}

describe.concurrent('services of a monitoring stack', () => {
  it('alertmanager: a silence is in a copy of a stopped one, and not in one taken live within its interval', async () => {
    const { service, early, late } = await seeded('alertmanager');
    await packed('alertmanager', 'alertmanager-live.tar');
    await sh('docker stop alertmanager');
    await packed('alertmanager', 'alertmanager.tar');
    await sh('docker start alertmanager');
    await settled(service, early, 'there');
    await afterBackup(service, late);

    await restart('alertmanager', unpacked('alertmanager.tar'));
    expect(await service.check(contextFor(early))).toMatchObject({ state: 'there' });
    expect(await service.check(contextFor(late))).toMatchObject({ state: 'absent' });
    await restart('alertmanager', unpacked('alertmanager-live.tar'));
    expect(await service.check(contextFor(early))).toEqual({ state: 'absent', seen: 'its silence is not among the 0 that are there' });
    expect(service.remedy).toContain('every 15m: stop or restart it before the copy');
    expect((await create('alertmanager', { flush: 90 })).remedy).toContain('every 1m 30s');
    await sh('docker rm -f alertmanager');
    expect(await service.check(contextFor(early))).toMatchObject({ state: 'unproven' });
  });

  it('prometheus: samples are in its write-ahead log, and in a snapshot only with its head', async () => {
    const admin = `${programs.prometheus.run} --web.enable-admin-api`;
    await restart('prometheus', 'true', admin);
    const { service, early, late } = await seeded('prometheus');
    const snapshot = async (query: string, archive: string): Promise<void> => {
      await sh(`name=$(curl --silent --fail -X POST 'http://localhost:9090/api/v1/admin/tsdb/snapshot${query}' | jq -r .data.name); tar cf /srv/backup/${archive} -C /srv/prometheus/snapshots/$name .`);
    };
    await packed('prometheus', 'prometheus.tar', '--warning=no-file-changed');
    await packed('prometheus', 'prometheus-without-wal.tar', '--exclude=./wal');
    await snapshot('', 'snapshot.tar');
    await snapshot('?skip_head=true', 'snapshot-without-head.tar');
    await afterBackup(service, late);

    for (const [archive, state] of [['prometheus.tar', 'there'], ['prometheus-without-wal.tar', 'absent'], ['snapshot.tar', 'there'], ['snapshot-without-head.tar', 'absent']] as const) {
      await restart('prometheus', unpacked(archive));
      expect([archive, await service.check(contextFor(early))]).toEqual([archive, { state, seen: expect.stringMatching(state === 'there' ? /^(\d+) of \1 remembered samples are there$/ : /^0 of \d+ remembered/) }]);
      expect([archive, await service.check(contextFor(late))]).toEqual([archive, expect.objectContaining({ state: 'absent' })]);
    }
    // The same data with what came after the backup.
    await restart('prometheus');
    const twin = await create('prometheus', { selector: 'up' });
    await twin.late(contextFor(late));
    await packed('prometheus', 'prometheus-late.tar', '--warning=no-file-changed');
    await restart('prometheus', unpacked('prometheus-late.tar'));
    expect(await twin.check(contextFor(late))).toMatchObject({ state: 'there' });
    // Refused with HTTP 503, and curl exits 0: nothing is there to come back.
    const refused = await sh('curl --silent -X POST http://localhost:9090/api/v1/admin/tsdb/snapshot');
    expect(refused.stdout.toString()).toContain('admin APIs disabled');
    await expect((await create('prometheus', { selector: 'up{' })).seed(contextFor(early))).rejects.toThrow('expected samples of up{, got HTTP 400');
    expect(await (await create('prometheus', { url: 'http://localhost:9' })).check(contextFor(early))).toMatchObject({ state: 'absent', seen: 'none of its samples was remembered' });
  });

  it('loki: a line needs its chunk, its index, and the write-ahead log', async (test) => {
    const isStandIn = (await sh('curl --silent --fail localhost:3100/loki/api/v1/status/buildinfo')).stdout.includes('stand-in');
    if (isStandIn) console.log('SKIPPED what Loki keeps where: Loki could not be built here (no go)');
    test.skip(isStandIn);
    const { service, early, late } = await seeded('loki');
    await sh('for _ in $(seq 300); do find /srv/loki/chunks -type f | grep -q . && exit; sleep 0.1; done; exit 1');
    await packed('loki', 'loki.tar', '--warning=no-file-changed');
    await packed('loki', 'loki-chunks.tar', '--exclude=./wal --exclude=./tsdb-shipper-active --exclude=./tsdb-shipper-cache --exclude=./chunks/index');
    await packed('loki', 'loki-without-wal.tar', '--exclude=./wal');
    await afterBackup(service, late);

    await restart('loki', unpacked('loki.tar'));
    expect(await settled(service, early, 'there')).toMatchObject({ state: 'there' });
    expect(await service.check(contextFor(late))).toMatchObject({ state: 'absent' });
    await restart('loki', unpacked('loki-chunks.tar'));
    expect(await settled(service, early, 'there')).toEqual({ state: 'absent', seen: `the line "${early} in a chunk": no result; the line "${early} in the write-ahead log": no result` });
    await restart('loki', unpacked('loki-without-wal.tar'));
    expect(await settled(service, early, 'there')).toMatchObject({ state: 'absent', seen: expect.stringContaining('in the write-ahead log": no result') });
    expect(await (await create('loki', { url: 'http://localhost:9' })).ready(contextFor(early))).toMatchObject({ state: 'unproven' });
  });

  it('grafana: everything that was planted comes back with its database, its key and its password', async () => {
    const { service, early, late } = await seeded('grafana');
    const provisioned = "curl --silent --fail -u admin:at-first localhost:3000/api/dashboards/uid/stack | jq -c '[.meta.provisioned, .dashboard.version]'";
    expect((await sh(provisioned)).stdout.toString().trim()).toBe('[true,1]');
    await packed('grafana', 'grafana.tar');
    await afterBackup(service, late);
    expect((await sh(provisioned)).stdout.toString().trim()).toBe('[true,1]');

    await restart('grafana', unpacked('grafana.tar'));
    expect(await service.check(contextFor(early))).toMatchObject({ state: 'there' });
    expect(await service.check(contextFor(late))).toMatchObject({ state: 'absent', seen: expect.stringContaining('its folder: HTTP 404') });
    await host.writeFile('/srv/config/.env', 'PASSWORD=another\n', { user: 'ops', mode: '0600' });
    expect(await service.check(contextFor(early))).toMatchObject({ state: 'unproven', seen: expect.stringContaining('its folder: HTTP 401') });
    await expect(service.seed(contextFor(makeNonce()))).rejects.toThrow('expected a server administrator’s answer, got HTTP 401');
    await host.writeFile('/srv/config/.env', 'PASSWORD=at-first\n', { user: 'ops', mode: '0600' });

    await restart('grafana', unpacked('grafana.tar'), flagOf('grafana', '-e GF_SECURITY_SECRET_KEY=another'));
    expect(await service.check(contextFor(early))).toEqual({ state: 'absent', seen: 'the secret of its data source: HTTP 400 Authentication to data source failed' });
    // Freshly initialised: it answers, and has its provisioned dashboard.
    await restart('grafana');
    expect((await sh(provisioned)).stdout.toString().trim()).toBe('[true,1]');
    expect(await service.check(contextFor(early))).toMatchObject({ state: 'absent', seen: expect.stringMatching(/its folder: HTTP 404.*its dashboard: HTTP 404.*its user: HTTP 404.*its data source: HTTP 404/) });
  });
});

async function placeAfter(script: string): ReturnType<typeof takeManifest> {
  await sh(`mkdir -p /srv/place; cd /srv/place; ${script}`);
  return takeManifest(host, '/srv/place', { kind: 'folder', signal: AbortSignal.timeout(60_000) });
}

/** What differs in a place that is made by `first`, worked on by `then`, and restored by `restored`. */
async function differences(name: Program, first: string, then: string, restored: string): Promise<readonly string[]> {
  const { volatile, grows = [] } = serviceOf(name);
  const [before, after, back] = [await placeAfter(`find . -mindepth 1 -delete; ${first}`), await placeAfter(then), await placeAfter(restored)];
  const fact = comparePlace({ name, mode: 'stable', volatile, grows, before, after, restored: back, nonce: 'n', lateNonce: null, noncesBack: new Map() });
  return fact.differences.map(({ kind, path }) => `${kind} ${path}`);
}

const block = (ulid: string): string => `mkdir -p ${ulid}/chunks; echo x > ${ulid}/chunks/000001; echo {} > ${ulid}/meta.json`;

describe('the place of a service', () => {
  it('a plugin that the backup left out is missing, a new one is Grafana’s own', async () => {
    const make = 'mkdir -p plugins/panel png; echo {} > plugins/panel/plugin.json; echo 1 > grafana.db; echo 1 > grafana.ini';
    const alive = 'echo 2 > grafana.db; echo 2 > grafana.db-wal; mkdir -p plugins/other; echo {} > plugins/other/plugin.json; echo x > png/x.png';
    expect(await differences('grafana', make, 'true', alive)).toEqual([]);
    expect(await differences('grafana', make, 'true', 'rm -r plugins grafana.ini')).toEqual(['missing grafana.ini', 'missing plugins', 'missing plugins/panel', 'missing plugins/panel/plugin.json']);
  });

  it('a block or a chunk that the backup left out is missing, a new one is the program’s own', async () => {
    expect(await differences('prometheus', `${block('01KX0000000000000000000000')}; mkdir wal; echo 1 > wal/0`, 'echo 2 > wal/0', `${block('01KY0000000000000000000000')}; rm -r wal`)).toEqual([]);
    expect(await differences('prometheus', block('01KX0000000000000000000000'), 'true', 'rm -r 01*/chunks')).toEqual(['missing 01KX0000000000000000000000/chunks', 'missing 01KX0000000000000000000000/chunks/000001']);
    expect(await differences('loki', 'mkdir -p chunks/fake wal; echo 1 > chunks/fake/a', 'true', 'echo 2 > chunks/fake/b; rm chunks/fake/a')).toEqual(['missing chunks/fake/a']);
    expect(await differences('alertmanager', 'echo 1 > silences; echo 1 > nflog', 'true', 'echo 2 > silences; rm nflog; echo x > silences.5f3a')).toEqual([]);
  });
});
