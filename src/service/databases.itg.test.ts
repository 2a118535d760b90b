/** Databases, brokers and object stores against the real programs: in one host, each in its container or in the host itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestHost } from '../../tests/test-host.ts';
import type { ServicePlan } from '../drill/model.ts';
import { dockerEngine } from '../engine/docker.ts';
import { makeNonce } from '../evidence/nonce.ts';
import type { ExecResult, Host } from '../ports/host.ts';
import type { ProbeAnswer, Service, ServiceContext } from '../ports/service.ts';
import { createService } from './registry.ts';

const secret = 'p ss"w\'rd$x';
let host: Host;

beforeAll(async () => {
  host = await makeTestHost(['postgres:16', 'mariadb:11', 'redis:7', 'eclipse-mosquitto:2', 'minio/minio', 'minio/mc'], { packages: ['sqlite3'] });
  await host.writeFile('/srv/env', `PASSWORD='${secret}'\n`, { user: 'root', mode: '0600' });
  await host.writeFile('/srv/mosquitto.conf', 'listener 1883\nallow_anonymous true\npersistence true\npersistence_location /mosquitto/data/\n', { user: 'root', mode: '0644' });
  await sh(`docker run -d --name postgres -e POSTGRES_PASSWORD=x -e POSTGRES_DB=app -v pg:/var/lib/postgresql/data postgres:16
docker run -d --name mariadb -e MARIADB_ROOT_PASSWORD=x -e MARIADB_DATABASE=app -v my:/var/lib/mysql mariadb:11
docker run -d --name redis -v redis:/data redis:7
docker run -d --name mosquitto -v mq:/mosquitto/data -v /srv/mosquitto.conf:/mosquitto/config/mosquitto.conf:ro eclipse-mosquitto:2
docker run -d --name minio -p 9000:9000 -e MINIO_ROOT_USER=drill -e MINIO_ROOT_PASSWORD=drillsecret -v s3:/data minio/minio server /data`);
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

async function sh(script: string): Promise<string> {
  const result = await host.exec(['/bin/bash', '-ec', script], { user: 'root', cwd: '/srv' });
  if (result.exitCode !== 0) throw new Error(`${script}\nexit ${result.exitCode}: ${result.stderr}`);
  return result.stdout.toString('utf8');
}

interface Subject {
  readonly service: Service;
  context(nonce: string): ServiceContext;
}

/** As a drill does it: see `contextFor` in src/drill/phases/services.ts. */
async function subject(kind: string, options: ServicePlan['options'], inside: string | null = null): Promise<Subject> {
  const service = await createService({ name: 'app', at: { file: 'drill.yaml', line: 1 }, kind, data: null, inside, readyTimeoutSeconds: 30, options });
  const run: ServiceContext['run'] = (command, env, stdin): Promise<ExecResult> => {
    const whole = inside === null ? ['/bin/bash', '-lc', command] : dockerEngine.insideCommand(inside, ['sh', '-c', command]);
    return host.exec(whole, { user: 'ops', cwd: '/srv', env, ...(stdin === undefined ? {} : { stdin }) });
  };
  return { service, context: (nonce) => ({ host, nonce, placeNonce: null, workspace: '/srv', user: 'ops', signal: AbortSignal.timeout(60_000), run }) };
}

async function untilReady({ service, context }: Subject): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const answer = await service.ready(context(makeNonce()));
    if (answer.state === 'there') return;
    if (tries === 60) throw new Error(`not ready: ${answer.seen}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

const check = ({ service, context }: Subject, nonce: string): Promise<ProbeAnswer> => service.check(context(nonce));
const state = async (subjected: Subject, nonce: string): Promise<string> => (await check(subjected, nonce)).state;

async function seeded(subjected: Subject): Promise<string> {
  const nonce = makeNonce();
  await subjected.service.seed(subjected.context(nonce));
  expect(await check(subjected, nonce)).toMatchObject({ state: 'there' });
  return nonce;
}

/** Early and late canary before each is planted, and both at the end. */
async function statesAround(subjected: Subject): Promise<readonly string[]> {
  const before = await state(subjected, makeNonce());
  const early = await seeded(subjected);
  const late = makeNonce();
  const between = await state(subjected, late);
  await subjected.service.late(subjected.context(late));
  return [before, between, await state(subjected, early), await state(subjected, late)];
}

const plantedAndFound = ['absent', 'absent', 'there', 'there'];

describe('postgres', () => {
  it('plants in the database that is named, and asks nothing without its server', async () => {
    const named = await subject('postgres', { database: 'app' }, 'postgres');
    await untilReady(named);
    expect(await statesAround(named)).toEqual(plantedAndFound);
    const other = await subject('postgres', { database: 'nosuch' }, 'postgres');
    expect(await check(other, makeNonce())).toEqual({ state: 'absent', seen: 'it has no database nosuch' });
    await expect(other.service.seed(other.context(makeNonce()))).rejects.toThrow('"nosuch" does not exist');
    expect(await check(await subject('postgres', {}, 'nowhere'), makeNonce())).toMatchObject({ state: 'unproven', seen: expect.stringContaining('nowhere') });
    expect(await check(await subject('postgres', { url: 'postgresql://127.0.0.1:5433' }, 'postgres'), makeNonce())).toMatchObject({ state: 'unproven', seen: expect.stringContaining('refused') });
    expect(await check(await subject('postgres', { url: 'postgresql://127.0.0.1' }), makeNonce())).toMatchObject({ state: 'unproven', seen: expect.stringContaining('postgresql-client') });
  });
});

describe('mariadb', () => {
  it('plants in the database that is named', async () => {
    const named = await subject('mariadb', { database: 'app', password: { text: 'x' } }, 'mariadb');
    await untilReady(named);
    expect(await statesAround(named)).toEqual(plantedAndFound);
    expect(await check(await subject('mariadb', { password: { text: 'wrong' } }, 'mariadb'), makeNonce())).toMatchObject({ state: 'unproven', seen: expect.stringContaining('Access denied') });
  });
});

describe('redis', () => {
  it('plants keys', async () => {
    const redis = await subject('redis', { database: 1 }, 'redis');
    await untilReady(redis);
    expect(await statesAround(redis)).toEqual(plantedAndFound);
    expect(await state(await subject('redis', { database: 99 }, 'redis'), makeNonce())).toBe('unproven');
  });
});

describe('mosquitto', () => {
  it('plants messages', async () => {
    const broker = await subject('mosquitto', {}, 'mosquitto');
    await untilReady(broker);
    expect(await statesAround(broker)).toEqual(plantedAndFound);
  });
});

describe('s3', () => {
  it('plants objects', async () => {
    const store = await subject('s3', { url: 'http://localhost:9000', bucket: 'photos', user: 'drill', password: { text: 'drillsecret' } });
    await untilReady(store);
    expect(await check(store, makeNonce())).toMatchObject({ state: 'absent', seen: expect.stringContaining('NoSuchBucket') });
    await expect(store.service.seed(store.context(makeNonce()))).rejects.toThrow('NoSuchBucket');
    await sh('docker exec minio mc alias set local http://localhost:9000 drill drillsecret; docker exec minio mc mb local/photos');
    expect(await statesAround(store)).toEqual(plantedAndFound);
    expect(await check(await subject('s3', { url: 'http://localhost:9000', bucket: 'photos', user: 'drill', password: { text: 'wrong' } }), makeNonce())).toMatchObject({ state: 'unproven', seen: expect.stringContaining('SignatureDoesNotMatch') });
  });
});

describe('sqlite', () => {
  it('plants rows', async () => {
    await sh('mkdir -p /srv/notes; sqlite3 /srv/notes/app.db "PRAGMA journal_mode=WAL; CREATE TABLE note (text); CREATE INDEX i ON note (text);"');
    const notes = await subject('sqlite', { file: '/srv/notes/app.db' });
    await untilReady(notes);
    expect(await statesAround(notes)).toEqual(plantedAndFound);
  });
});
