import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestHost } from '../../../tests/test-host.ts';
import type { ArtefactFact } from '../../drill/journal-events.ts';
import type { Host } from '../../ports/host.ts';
import { findChangedFiles, markTime } from './changed-files.ts';
import { type BackupInspection, inspectBackup } from './inspect-backup.ts';
import { findOldFiles } from './old-files.ts';
import { PlaceIndex } from './places-within.ts';

const nonce = `drill${'0123456789abcdef'.repeat(2)}`;
let host: Host;
beforeAll(async () => {
  host = await makeTestHost();
  await host.exec(['sh', '-ec', `mkdir -p /srv/backups /data/sub; echo ${nonce} > /data/sub/canary; head -c 100000 /dev/urandom > /data/noise; echo before > /srv/backups/before.txt`]);
});
afterAll(() => host[Symbol.asyncDispose]());

const options = (since: number): BackupInspection => ({
  nonces: new Map([[nonce, 'app']]),
  passphrases: [{ text: 'correct horse battery', from: 'person' }],
  since,
  exclude: ['/data', '/var/lib/docker', '/var/lib/containerd'],
  volumes: [],
  offsite: ['/srv/backups'],
  declared: [],
  places: new PlaceIndex([]),
  spans: [],
});

async function inspect(command: string, more: Partial<BackupInspection> = {}): Promise<readonly ArtefactFact[]> {
  const since = await markTime(host);
  const result = await host.exec(['bash', '-c', command]);
  const end = await markTime(host);
  expect(result.stderr).toBe('');
  const { artefacts } = await inspectBackup(host, { ...options(since), spans: [{ file: 'runbook.md', line: 7, command, start: since, end }], ...more });
  await host.exec(['sh', '-c', 'rm -rf /srv/backups/* /home/ops/*']);
  return artefacts.map(({ fact }) => fact);
}

describe('what a backup left', () => {
  it('an encrypted archive is looked into, and told by the command that wrote it', async () => {
    const artefacts = await inspect('tar czf - -C /data . | gpg --batch --passphrase-file /run/runbook-drill/passphrase --pinentry-mode loopback -c -o /srv/backups/app.tar.gz.gpg 2>/dev/null');
    expect(artefacts).toMatchObject([
      { path: '/srv/backups/app.tar.gz.gpg', state: 'readable', holds: ['app'], members: 2, offsite: true, writtenBy: { file: 'runbook.md', line: 7 } },
    ]);
  });
  it('plain copies below a new folder are one artefact', async () => {
    expect(await inspect('cp -a /data /srv/backups/today')).toMatchObject([{ path: '/srv/backups/today/', state: 'readable', holds: ['app'] }]);
  });
  it('a copied canary tree is a copy like any other', async () => {
    await host.exec(['sh', '-ec', `mkdir -p /place/.drill-canary; echo ${nonce} > /place/.drill-canary/nonce`]);
    expect(await inspect('cp -a /place /srv/backups/place', { exclude: ['/place', '/data'] })).toMatchObject([{ path: '/srv/backups/place/', state: 'readable', holds: ['app'] }]);
  });
  it('an archive outside offsite is an artefact that a lost host takes with it', async () => {
    expect(await inspect('tar cf /home/ops/app.tar -C /data .')).toMatchObject([{ path: '/home/ops/app.tar', offsite: false, holds: ['app'] }]);
  });
  it('an empty file in offsite is an empty artefact', async () => {
    expect(await inspect(': > /srv/backups/app.tar.gz')).toMatchObject([{ path: '/srv/backups/app.tar.gz', bytes: 0 }]);
  });
  it('a lock of 0 bytes is no artefact', async () => {
    expect(await inspect(': > /srv/backups/.lock')).toEqual([]);
  });
  it('unreadable bytes are opaque in offsite, and nothing elsewhere', async () => {
    expect(await inspect('head -c 9999 /data/noise > /srv/backups/repo.bin; head -c 9999 /data/noise > /home/ops/noise.bin')).toMatchObject([{ path: '/srv/backups/repo.bin', state: 'opaque' }]);
  });
  it('repositories of backup programs are opaque by name, and not looked into', async () => {
    const made = `cd /srv/backups; head -c 2000 /dev/urandom > noise
      mkdir -p restic/data/ab restic/keys restic/snapshots borg/data/0 kopia/p app/data; cp noise restic/config; cp noise restic/data/ab/abcd
      printf '[repository]\\nversion = 1\\n' > borg/config; cp noise borg/data/0/1; cp noise kopia/kopia.repository.f; cp noise kopia/p/x; echo ${nonce} > app/config; cp noise app/data/x; rm noise`;
    expect(await inspect(made)).toMatchObject([
      { path: '/srv/backups/app/', state: 'readable', holds: ['app'] },
      { path: '/srv/backups/borg/', kind: 'folder', state: 'opaque', layers: ['borg'], detail: 'borg', offsite: true, bytes: 2025 },
      { path: '/srv/backups/kopia/', state: 'opaque', detail: 'kopia', bytes: 4000 },
      { path: '/srv/backups/restic/', state: 'opaque', detail: 'restic', bytes: 4000 },
    ]);
  });
  it('a log or a list of sums is no artefact', async () => {
    expect(await inspect('date > /srv/backups/backup.log; sha256sum /data/noise > /srv/backups/SHA256SUMS')).toEqual([]);
  });
  it('yesterday’s file is not from this backup', async () => {
    expect(await inspect('true')).toEqual([]);
  });
});

describe('what was there before', () => {
  it('is told from what came after, however soon one follows the other', async () => {
    for (let round = 0; round < 40; round += 1) {
      await host.exec(['sh', '-c', 'echo old > /srv/backups/old.txt']);
      const since = await markTime(host);
      await host.exec(['sh', '-c', 'echo new > /srv/backups/new.txt']);
      expect((await findChangedFiles(host, ['/srv/backups'], since, [])).map(({ path }) => path), `round ${round}`).toEqual(['/srv/backups/new.txt']);
    }
    await host.exec(['sh', '-c', 'rm -rf /srv/backups/*']);
  });

  it('is told with the place that it is of, as an archive and as copies, and is not touched by that', async () => {
    const { stdout } = await host.exec(['sh', '-ec', 'sha256sum /data/noise; mkdir /srv/backups/mirror; tar czf /srv/backups/app.tar.gz -C /data .; cp /data/noise /srv/backups/mirror; touch -a -d 2020-01-01 /srv/backups/app.tar.gz']);
    const noise = { name: 'app', root: '/data', kind: 'folder' as const, files: new Map([['noise', stdout.toString().slice(0, 64)]]) };
    const since = await markTime(host);
    await host.exec(['sh', '-ec', 'echo new > /srv/backups/new.txt']);
    const old = await findOldFiles(host, { ...options(since), places: new PlaceIndex([noise]) });
    expect(old).toMatchObject([
      { path: '/srv/backups/app.tar.gz', places: ['app'] },
      { path: '/srv/backups/mirror/', places: ['app'], bytes: 100_000 },
    ]);
    expect((await host.exec(['stat', '-c', '%x', '/srv/backups/app.tar.gz'])).stdout.toString()).toMatch(/^2020-01-01/);
    await host.exec(['sh', '-c', 'rm -rf /srv/backups/*']);
  });
});
