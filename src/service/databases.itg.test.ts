/** Databases, brokers and object stores, all of them the real programs in one host: what their probes say of good copies and of bad ones. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestHost } from '../../tests/test-host.ts';
import type { ServicePlan } from '../drill/model.ts';
import { makeNonce } from '../evidence/nonce.ts';
import type { Host } from '../ports/host.ts';
import { check, type Subject, subjectOn } from './itg-subject.ts';

/** All that a shell, a `.env` file and a configuration file could trip over. */
const secret = 'p ss"w\'rd$x';
const password = { file: '/srv/secret/.env', key: 'PASSWORD' };
const volumes = '/var/lib/docker/volumes';

/** What follows `docker run`; the data is in the volume of the same name. The hostname is an address that asks for a password. */
const containers = {
  postgres: '-h postgres -v postgres:/var/lib/postgresql/data -v /srv/init:/docker-entrypoint-initdb.d --env-file /srv/secret/pg postgres:16',
  older: '-v older:/var/lib/postgresql/data --env-file /srv/secret/pg drill-test/postgres:15',
  mariadb: '-v mariadb:/var/lib/mysql --env-file /srv/secret/my mariadb:11',
  redis: '-v redis:/data -v /srv/secret/redis.conf:/redis.conf redis:7 /redis.conf',
  mosquitto: '-v mosquitto:/mosquitto/data -v /srv/secret/mosquitto:/mosquitto/config eclipse-mosquitto:2',
  minio: '-p 9000:9000 -v minio:/data --env-file /srv/secret/s3 minio/minio server /data',
} as const;
type Container = keyof typeof containers;

let host: Host;
beforeAll(async () => {
  host = await makeTestHost(['postgres:16', { name: 'drill-test/postgres:15', build: 'tests/images/postgres-15' }, 'mariadb:11', 'redis:7', 'eclipse-mosquitto:2', 'minio/minio'], { packages: ['sqlite3'] });
  const files = {
    'secret/value': `${secret}\n`,
    'secret/.env': `PASSWORD='${secret}'\n`,
    'secret/pg': `POSTGRES_PASSWORD=${secret}\nPOSTGRES_DB=app\n`,
    'secret/my': `MARIADB_ROOT_PASSWORD=${secret}\nMARIADB_DATABASE=app\n`,
    'secret/s3': 'MINIO_ROOT_USER=drill\nMINIO_ROOT_PASSWORD=drillsecret\n',
    'secret/redis.conf': `requirepass "${secret.replace('"', String.raw`\"`)}"\n`,
    'secret/mosquitto/mosquitto.conf': 'listener 1883\nallow_anonymous false\npassword_file /mosquitto/config/passwords\npersistence true\npersistence_location /mosquitto/data/\n',
    // While this runs the server listens on its socket, and not over TCP.
    'init/slow.sh': 'sleep 2\n',
  };
  for (const [name, content] of Object.entries(files)) await host.writeFile(`/srv/${name}`, content, { user: 'root', mode: '0644' });
  await sh(`docker run --rm -i -v /srv/secret:/s eclipse-mosquitto:2 sh -c 'printf "drill:%s\\n" "$(cat /s/value)" > /s/mosquitto/passwords; mosquitto_passwd -U /s/mosquitto/passwords; chmod 644 /s/mosquitto/passwords'
set +e; touch leaks clients; (while sleep 0.02; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' > /srv/now; grep -F -f /srv/secret/value /srv/now >> /srv/leaks; grep -xE '(.*/)?(psql|mariadb|redis-cli|mosquitto_sub)' /srv/now >> /srv/clients; done) > /dev/null 2>&1 &`);
  await Promise.all(['postgres', 'mariadb', 'redis', 'mosquitto', 'minio'].map((name) => sh(start(name as Container))));
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

async function sh(script: string): Promise<string> {
  const result = await host.exec(['/bin/bash', '-euo', 'pipefail', '-c', script], { user: 'root', cwd: '/srv' });
  if (result.exitCode !== 0) throw new Error(`${script}\nexit ${result.exitCode}: ${result.stderr}${result.stdout.toString()}`);
  return result.stdout.toString('utf8');
}

const start = (name: Container): string => `docker run -d --name ${name} ${containers[name]}`;
/** As a lost place: killed, emptied, and started on what `fill` leaves in its volume. */
const again = (name: Container, fill = 'true'): Promise<string> => sh(`docker rm -f ${name}; cd ${volumes}/${name}/_data; find . -mindepth 1 -delete; ${fill}; ${start(name)}`);
const pack = (name: Container, archive: string): string => `tar cf /srv/${archive}.tar -C ${volumes}/${name}/_data .`;
const unpack = (archive: string): string => `tar xf /srv/${archive}.tar`;

const subject = (kind: string, options: ServicePlan['options'], inside: string | null = null): Promise<Subject> => subjectOn(host, kind, options, inside);

async function untilReady({ service, context }: Subject): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const answer = await service.ready(context(makeNonce()));
    if (answer.state === 'there') return;
    if (tries === 100) throw new Error(`not ready: ${answer.seen}`);
    await sleep(300);
  }
}

const state = async (subjected: Subject, nonce: string): Promise<string> => (await check(subjected, nonce)).state;

async function planted(subjected: Subject): Promise<string> {
  const nonce = makeNonce();
  await subjected.service.seed(subjected.context(nonce));
  expect(await check(subjected, nonce)).toMatchObject({ state: 'there' });
  return nonce;
}

async function plantedLate(subjected: Subject): Promise<string> {
  const nonce = makeNonce();
  await subjected.service.late(subjected.context(nonce));
  expect(await check(subjected, nonce)).toMatchObject({ state: 'there' });
  return nonce;
}

/** Answers for the early and the late canary, after it is ready again. */
async function back(subjected: Subject, early: string, late: string): Promise<readonly string[]> {
  await untilReady(subjected);
  return [await state(subjected, early), await state(subjected, late)];
}

const asSeeded = ['there', 'absent'];
const bothGone = ['absent', 'absent'];

describe.concurrent('services that keep data', () => {
  it('postgres: over TCP; a dump of one database of two is not enough, and a fresh server has nothing', async () => {
    const all = await subject('postgres', { url: 'postgresql://postgres', password }, 'postgres');
    const socket = `docker exec postgres psql -U postgres -c 'SELECT 1'`;
    await sh(`until ${socket}; do sleep 0.1; done`);
    expect(await all.service.ready(all.context(makeNonce()))).toMatchObject({ state: 'unproven', seen: expect.stringContaining('Connection refused') });
    await untilReady(all);
    await sh('docker exec postgres psql -U postgres -c "CREATE DATABASE \\"shop of \'x\'\\""');
    expect(await check(all, makeNonce())).toMatchObject({ state: 'absent' });
    const early = await planted(all);
    const named = await subject('postgres', { url: 'postgresql://postgres', password, database: 'app' }, 'postgres');
    const earlyNamed = await planted(named);
    await sh('docker exec postgres pg_dumpall -U postgres --clean --if-exists > all.sql; docker exec postgres pg_dump -U postgres app > app.sql; ! grep -c canary <(docker exec postgres pg_dump -U postgres -n public app)');
    const late = await plantedLate(all);
    expect(await check(await subject('postgres', { url: 'postgresql://postgres', password: { text: 'wrong' } }, 'postgres'), early)).toMatchObject({ state: 'unproven', seen: expect.stringContaining('password authentication failed') });
    expect(await check(await subject('postgres', { database: 'nosuch' }, 'postgres'), early)).toEqual({ state: 'absent', seen: 'it has no database nosuch' });

    await again('postgres');
    expect(await back(all, early, late)).toEqual(bothGone);
    await sh('docker exec -i postgres psql -U postgres app < app.sql');
    expect(await check(all, early)).toEqual({ state: 'absent', seen: 'its canary is in app, and was planted in 2 databases' });
    expect(await check(named, earlyNamed)).toMatchObject({ state: 'there' });
    await sh('docker exec -i postgres psql -U postgres postgres < all.sql');
    expect(await back(all, early, late)).toEqual(asSeeded);
    await sh('docker stop postgres');
    expect(await check(all, early)).toMatchObject({ state: 'unproven', seen: expect.stringContaining('is not running') });
  });

  it('postgres: a dump by a client that is newer than the server does not go in again', async () => {
    await sh(start('older'));
    const older = await subject('postgres', { database: 'app' }, 'older');
    await untilReady(older);
    const early = await planted(older);
    const late = makeNonce();
    await sh('docker exec older pg_dump -U postgres --clean --if-exists app > newer.sql');
    await sh('docker exec older psql -U postgres -c "DROP DATABASE app" -c "CREATE DATABASE app"');
    await expect(sh('docker exec -i older psql -v ON_ERROR_STOP=1 -1 -U postgres app < newer.sql')).rejects.toThrow('transaction_timeout');
    expect(await back(older, early, late)).toEqual(bothGone);
    await sh('grep -v transaction_timeout newer.sql | docker exec -i older psql -v ON_ERROR_STOP=1 -1 -U postgres app');
    expect(await back(older, early, late)).toEqual(asSeeded);
  });

  it('mariadb: a dump of one database of two is not enough', async () => {
    const all = await subject('mariadb', { password }, 'mariadb');
    await untilReady(all);
    const root = 'docker exec -i -e MYSQL_PWD mariadb';
    const login = 'export MYSQL_PWD="$(cat /srv/secret/value)"';
    await sh(`${login}; ${root} mariadb -uroot -e 'CREATE DATABASE \`a b\`'`);
    expect(await check(all, makeNonce())).toMatchObject({ state: 'absent' });
    const early = await planted(all);
    await sh(`${login}; ${root} mariadb-dump -uroot --all-databases > all-my.sql; ${root} mariadb-dump -uroot app > app-my.sql`);
    const late = await plantedLate(all);
    expect(await check(await subject('mariadb', { password: { text: 'wrong' } }, 'mariadb'), early)).toMatchObject({ state: 'unproven', seen: expect.stringContaining('Access denied') });
    expect(await check(await subject('mariadb', { password, database: 'nosuch' }, 'mariadb'), early)).toEqual({ state: 'absent', seen: 'it has no database nosuch' });

    await again('mariadb');
    expect(await back(all, early, late)).toEqual(bothGone);
    await sh(`${login}; ${root} mariadb -uroot app < app-my.sql`);
    expect(await check(all, early)).toEqual({ state: 'absent', seen: 'its canary is in app, and was planted in 2 databases' });
    await sh(`${login}; ${root} mariadb -uroot < all-my.sql`);
    expect(await back(all, early, late)).toEqual(asSeeded);
  });

  it('redis: what is not saved is not in the copy', async () => {
    const redis = await subject('redis', { password, database: 1 }, 'redis');
    await untilReady(redis);
    expect(await check(redis, makeNonce())).toMatchObject({ state: 'absent' });
    const early = await planted(redis);
    await sh(`${pack('redis', 'redis-live')}; REDISCLI_AUTH="$(cat /srv/secret/value)" docker exec -e REDISCLI_AUTH redis redis-cli SAVE; ${pack('redis', 'redis')}`);
    const late = await plantedLate(redis);
    expect(await check(await subject('redis', { database: 1 }, 'redis'), early)).toMatchObject({ state: 'unproven', seen: expect.stringContaining('NOAUTH') });
    expect(await check(await subject('redis', { password, database: 99 }, 'redis'), early)).toMatchObject({ state: 'unproven', seen: expect.stringContaining('out of range') });

    await again('redis', unpack('redis-live'));
    expect(await back(redis, early, late)).toEqual(bothGone);
    await again('redis', unpack('redis'));
    expect(await back(redis, early, late)).toEqual(asSeeded);
  });

  it('mosquitto: a copy of a running broker holds neither the retained nor the queued message', async () => {
    const broker = await subject('mosquitto', { user: 'drill', password }, 'mosquitto');
    await untilReady(broker);
    const early = await planted(broker);
    await sh(`${pack('mosquitto', 'mosquitto-live')}; docker stop mosquitto; ${pack('mosquitto', 'mosquitto')}; docker start mosquitto`);
    await untilReady(broker);
    // A queued message that was looked at is still there, also after a restart.
    expect(await check(broker, early)).toMatchObject({ state: 'there' });
    const late = await plantedLate(broker);
    expect(await check(await subject('mosquitto', { user: 'drill', password: { text: 'wrong' } }, 'mosquitto'), early)).toMatchObject({ state: 'unproven' });

    await again('mosquitto', unpack('mosquitto-live'));
    await untilReady(broker);
    expect(await check(broker, early)).toMatchObject({ state: 'absent' });
    await again('mosquitto', unpack('mosquitto'));
    expect(await back(broker, early, late)).toEqual(asSeeded);
  });

  it('s3: objects, and not those of after the backup', async () => {
    const options = { url: 'http://localhost:9000', bucket: 'photos', user: 'drill', password: { text: 'drillsecret' } };
    const store = await subject('s3', options);
    await untilReady(store);
    expect(await check(store, makeNonce())).toMatchObject({ state: 'absent', seen: expect.stringContaining('NoSuchBucket') });
    await expect(store.service.seed(store.context(makeNonce()))).rejects.toThrow('NoSuchBucket');
    const mc = 'docker exec -e MC_HOST_local=http://drill:drillsecret@localhost:9000 minio mc';
    await sh(`${mc} mb local/photos`);
    const early = await planted(store);
    await sh(`${mc} mirror local/photos /tmp/photos; docker cp minio:/tmp/photos /srv/photos`);
    const late = await plantedLate(store);
    await sh(`${mc} mirror --overwrite /tmp/photos local/photos`);
    expect(await back(store, early, late)).toEqual(['there', 'there']);
    await sh(`${mc} mirror --overwrite --remove /tmp/photos local/photos`);
    expect(await back(store, early, late)).toEqual(asSeeded);
    expect(await check(await subject('s3', { ...options, password: { text: 'wrong' } }), early)).toMatchObject({ state: 'unproven', seen: expect.stringContaining('SignatureDoesNotMatch') });

    await again('minio');
    await untilReady(store);
    expect(await state(store, early)).toBe('absent');
  });

  it('sqlite: a live copy, one without -wal, and a stale -wal', async () => {
    await sh(`mkdir -p notes; sqlite3 notes/app.db 'PRAGMA journal_mode=WAL; CREATE TABLE note (text)'; chown -R ops notes
(echo 'PRAGMA wal_autocheckpoint=0; INSERT INTO note VALUES (1);'; exec sleep 1000) | exec sqlite3 notes/app.db > /dev/null 2>&1 & echo $! > app.pid`);
    const notes = await subject('sqlite', { file: '/srv/notes/app.db' });
    await untilReady(notes);
    expect(await check(notes, makeNonce())).toMatchObject({ state: 'absent', seen: '/srv/notes/app.db has no table drill_canary' });
    const early = await planted(notes);
    expect(await sh('stat -c %U notes/app.db-wal notes/app.db-shm')).toBe('ops\nops\n');
    await sh(`cp notes/app.db live.db; sqlite3 notes/app.db '.backup /srv/backup.db'`);
    const late = await plantedLate(notes);
    await sh('kill -KILL $(cat app.pid); cp -r notes crashed');

    await sh('rm notes/*; cp live.db notes/app.db');
    expect(await back(notes, early, late)).toEqual(bothGone);
    await sh('rm notes/*; cp backup.db notes/app.db');
    expect(await back(notes, early, late)).toEqual(asSeeded);
    await sh('rm notes/*; cp crashed/app.db-wal notes/; cp backup.db notes/app.db');
    expect(await back(notes, early, late)).toEqual(['there', 'there']);
    await sh('rm notes/*');
    expect(await check(notes, early)).toMatchObject({ state: 'absent', seen: 'there is no file /srv/notes/app.db' });
    expect(await notes.service.ready(notes.context(early))).toMatchObject({ state: 'unproven' });
    expect(await sh('ls notes')).toBe('');
    await sh('head -c 8192 /dev/urandom > notes/app.db');
    expect(await check(notes, early)).toMatchObject({ state: 'absent', seen: expect.stringContaining('not a database') });
  });

  it('sqlite: a copy in the middle of a transaction', async () => {
    await sh(`mkdir busy; sqlite3 busy/app.db 'CREATE TABLE t (k, v); CREATE INDEX i ON t (k); INSERT INTO t SELECT value, hex(randomblob(100)) FROM generate_series(1, 5000)'`);
    const busy = await subject('sqlite', { file: '/srv/busy/app.db' });
    const early = await planted(busy);
    const late = makeNonce();
    // With little memory its changes reach the file before it commits.
    await sh(`(echo 'PRAGMA cache_size=10; BEGIN IMMEDIATE; UPDATE t SET k = 10000 - k, v = v || k;'; echo '.shell touch /srv/busy.now; while [ ! -e /srv/busy.end ]; do sleep 0.1; done'; echo 'COMMIT;') | sqlite3 busy/app.db > /dev/null 2>&1 &
until [ -e busy.now ]; do sleep 0.1; done
cp busy/app.db torn.db; (sleep 0.5; touch busy.end) > /dev/null 2>&1 & sqlite3 -cmd '.timeout 20000' busy/app.db '.backup /srv/whole.db'`);
    await sh('rm busy/*; cp torn.db busy/app.db');
    expect(await check(busy, early)).toMatchObject({ state: 'absent', seen: expect.stringMatching(/integrity_check says: (?!ok)|malformed/) });
    await sh('rm busy/*; cp whole.db busy/app.db');
    expect(await back(busy, early, late)).toEqual(asSeeded);
  });
});

it('shows no password in a list of processes', async () => {
  expect(await sh('cat /srv/leaks')).toBe('');
  const clients = new Set((await sh('cat /srv/clients')).split('\n').map((line) => line.replace(/.*\//, '')));
  expect([...clients]).toEqual(expect.arrayContaining(['psql', 'mariadb', 'redis-cli', 'mosquitto_sub']));
});
