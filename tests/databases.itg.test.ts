/** Whole drills of a stack with real databases and a broker: what its backups are known to leave out. */
import { describe, expect, it } from 'vitest';
import { itCatches } from './pairs.ts';
import { type SmallDrill, explained, runSmallDrill } from './small-drill.ts';

/** Holds its database open, as a program does; what it writes stays in the -wal. */
const app = `#!/bin/sh
setsid sh -c "(echo 'PRAGMA wal_autocheckpoint=0; INSERT INTO note VALUES (1);'; exec sleep 1000000) | sqlite3 /srv/notes/app.db" < /dev/null > /dev/null 2>&1 &
until pgrep -x sqlite3 > /dev/null; do sleep 0.05; done
`;
const notes = { notes: { kind: 'sqlite', file: '/srv/notes/app.db', data: 'notes' } };
const host = { packages: ['sqlite3'] };
const deployNotes = `sudo mkdir -p /srv/notes && sudo chown ops /srv/notes
sqlite3 /srv/notes/app.db 'PRAGMA journal_mode=WAL; CREATE TABLE note (text)'
sh ./app.sh`;
const backupNotes = 'sqlite3 /srv/notes/app.db ".backup /srv/backups/notes.db"';
const restoreNotes = 'cp /srv/backups/notes.db /srv/notes/app.db\nsh ./app.sh';

const stack: SmallDrill = {
  files: { 'app.sh': app, 'mosquitto.conf': 'listener 1883\nallow_anonymous true\npersistence true\npersistence_location /mosquitto/data/\n' },
  host,
  drill: {
    data: { pg: { volume: 'app_pg', compare: 'service' }, mq: { volume: 'app_mq' }, notes: { path: '/srv/notes', compare: 'service' } },
    services: { db: { kind: 'postgres', inside: 'db', data: 'pg' }, broker: { kind: 'mosquitto', inside: 'broker', data: 'mq' }, ...notes },
  },
  scenario: { loss: { data: ['pg', 'mq', 'notes'], how: 'delete' }, restore: [{ wait: 'db' }, '#restore'] },
  blocks: {
    deploy: `docker run -d --name db -e POSTGRES_PASSWORD=x -e POSTGRES_DB=app -v app_pg:/var/lib/postgresql/data postgres:16
docker run -d --name broker -v app_mq:/mosquitto/data -v ~/app/mosquitto.conf:/mosquitto/config/mosquitto.conf eclipse-mosquitto:2
${deployNotes}
until docker exec db psql -h 127.0.0.1 -U postgres -c 'CREATE DATABASE shop' 2> /dev/null; do sleep 0.2; done`,
    backup: `docker exec db pg_dumpall -U postgres --clean --if-exists > /srv/backups/db.sql
docker stop broker
docker run --rm -v app_mq:/v:ro -v /srv/backups:/b alpine tar cf /b/broker.tar -C /v .
docker start broker
${backupNotes}`,
    restore: `docker exec -i db psql -U postgres -d postgres < /srv/backups/db.sql
docker stop broker
docker run --rm -v app_mq:/v -v /srv/backups:/b alpine sh -c 'find /v -mindepth 1 -delete && tar xf /b/broker.tar -C /v'
docker start broker
${restoreNotes}`,
  },
};

const putAside: SmallDrill = {
  files: { 'app.sh': app },
  host,
  drill: { data: { notes: { path: '/srv/notes', compare: 'service' } }, services: notes },
  scenario: { loss: { steps: [{ run: 'pkill -KILL sqlite3; mkdir /srv/broken; mv /srv/notes/* /srv/broken/', user: 'root', why: 'stages the loss' }], data: ['notes'] } },
  blocks: { deploy: deployNotes, backup: backupNotes, restore: restoreNotes },
};

const liedTo: SmallDrill = {
  ...stack,
  blocks: {
    ...stack.blocks,
    backup: `docker exec db pg_dump -U postgres --create --clean --if-exists app > /srv/backups/db.sql
docker run --rm -v app_mq:/v:ro -v /srv/backups:/b alpine tar cf /b/broker.tar -C /v .
cp /srv/notes/app.db /srv/backups/notes.db`,
  },
};

describe.concurrent('a backup of databases', { timeout: 600_000 }, () => {
  it('passes with a dump of all of them, a broker that was stopped, and a copy by .backup', async () => {
    const good = await runSmallDrill(stack);
    expect(good.scenario.validationStatus, explained(good)).toBe('SUCCESSFUL');
    expect(good.errors, explained(good)).toEqual([]);
    expect(good.scenario.data.map(({ name, status, covered }) => [name, status, covered])).toEqual([['pg', 'intact', 'yes'], ['mq', 'intact', 'yes'], ['notes', 'intact', 'yes']]);
  });

  it('fails with a dump of one of two, a live copy of a broker, and a copy without -wal', async () => {
    const bad = await runSmallDrill(liedTo);
    expect(bad.scenario.validationStatus, explained(bad)).toBe('FAILED');
    const told = Object.fromEntries(bad.scenario.findings.filter(({ rule }) => rule === 'service-data-missing').map(({ message, actual, help }) => [message.split(' ')[0], `${actual} ${help}`]));
    expect(told, explained(bad)).toEqual({
      broker: expect.stringMatching(/retained message: none within.* every 30m .*autosave_interval.*SIGUSR1/),
      db: expect.stringContaining('its canary is in app, and was planted in 2 databases'),
      notes: expect.stringContaining('.backup'),
    });
  });

  itCatches([
    {
      name: 'the -wal of after the backup beside a database that is restored',
      good: putAside,
      bad: { ...putAside, blocks: { ...putAside.blocks, restore: `cp /srv/broken/app.db-wal /srv/notes/\n${restoreNotes}` } },
      rules: ['late-write-returned'],
    },
  ]);
});
