/** The built-in backup and restore in whole drills. */
import { describe, expect, it } from 'vitest';
import { type SmallDrill, explained, goodBlocks, runSmallDrill } from './small-drill.ts';

/** With an init, so that it stops at once when it is told to. */
const stack = goodBlocks.deploy.replace('docker run -d', 'docker run -d --init');
/** A volume, a folder and a file; a program that writes its value to disk only when it is stopped, and tells it from memory. */
const deploy = `${stack}
sudo install -d -o ops /srv/data/app && echo kept > /srv/data/app/file && truncate -s 2M /srv/data/app/hole
docker run -d --name memory --tmpfs /tmp -v /srv/data/app:/data alpine sh -c 'trap "cp -a /tmp/value /data/value; exit" TERM; cp /data/value /tmp/value 2>/dev/null; while :; do sleep 0.1; done'`;
const memory = (command: string): string => `docker exec memory sh -c "${command}"`;
const three: SmallDrill = {
  blocks: { deploy },
  drill: {
    data: { app: { volume: 'app_data' }, folder: { path: '/srv/data/app' }, env: { file: '~/app/.env', secret: true, initial: { text: 'PASSWORD=only-in-a-drill\n' } } },
    services: { memory: { kind: 'command', data: 'folder', seed: memory('echo $DRILL_NONCE > /tmp/value'), late: memory('echo $DRILL_LATE_NONCE > /tmp/value'), check: memory('grep -q $DRILL_NONCE /tmp/value') } },
  },
  scenario: {
    loss: { data: ['app', 'folder', 'env'], how: 'delete' },
    backup: [{ archive: ['app', 'folder', 'env'], to: '/srv/backups', encrypt: 'gpg-passphrase' }],
    restore: [{ unarchive: ['app', 'folder', 'env'], from: '/srv/backups' }],
  },
};
const lost = { loss: { data: ['app'], how: 'delete' } };

describe.concurrent('the built-in backup and restore', { timeout: 180_000 }, () => {
  it('bring back a volume, a folder and a file, and what a program had in memory', async () => {
    const result = await runSmallDrill(three);
    expect(result.scenario.validationStatus, explained(result)).toBe('SUCCESSFUL');
    expect(result.errors).toEqual([]);
    expect(result.rules, explained(result)).toEqual(['not-in-runbook']);
    expect(result.scenario.fidelity).toBe(0);
    expect(result.scenario.data).toMatchObject([{ status: 'intact', covered: 'yes' }, { status: 'intact', covered: 'yes' }, { status: 'intact', covered: 'yes' }]);
    expect(result.scenario.steps.slice(1)).toMatchObject([
      { phase: 'backup', name: 'archive app, folder, env', file: 'drill.yaml', status: 'succeeded', exitCode: 0 },
      { phase: 'restore', name: 'unarchive app, folder, env', status: 'succeeded' },
    ]);
    expect(result.scenario.artefacts.map(({ path, state, covers }) => [path, state, covers])).toEqual([
      ['/srv/backups/app.tar.zst.gpg', 'readable', ['app']],
      ['/srv/backups/env.tar.zst.gpg', 'readable', ['env']],
      ['/srv/backups/folder.tar.zst.gpg', 'readable', ['folder']],
    ]);
  });

  it('fail when the archive is cut, and destroy nothing', async () => {
    const cut = { run: 'sudo truncate -s -1 /srv/backups/app.tar.zst.gpg', why: 'a disk that was full' };
    const result = await runSmallDrill({ blocks: { deploy: stack }, scenario: { ...lost, backup: [{ archive: ['app'], to: '/srv/backups', encrypt: 'gpg-passphrase' }, cut], restore: [{ unarchive: ['app'], from: '/srv/backups' }] } });
    expect(result.scenario.validationStatus, explained(result)).toBe('FAILED');
    expect(result.errors, explained(result)).toEqual(['data-missing', 'step-failed', 'uncovered-data', 'undecryptable-artefact']);
    expect(result.scenario.findings.find(({ rule }) => rule === 'step-failed')?.actual).toContain('nothing was replaced');
    expect(result.scenario.liar).toBe('backup');
  });

  it('fail on a full disk, and keep the archive that was there', async () => {
    const blocks = { deploy: stack, full: 'sudo mount -t tmpfs -o size=300k,uid=1000 tmpfs /srv/backups', grow: 'docker exec app dd if=/dev/urandom of=/data/big bs=1M count=4' };
    const archive = { archive: ['app'], to: '/srv/backups' };
    const result = await runSmallDrill({ blocks, scenario: { ...lost, backup: ['#full', archive, '#grow', archive], restore: [{ unarchive: ['app'], from: '/srv/backups' }] } });
    const step = result.scenario.steps.filter(({ name }) => name === 'archive app');
    expect(step.map(({ status }) => status), explained(result)).toEqual(['succeeded', 'failed']);
    expect(result.scenario.findings.find(({ rule }) => rule === 'step-failed')?.actual).toContain('No space left on device');
    expect(result.scenario.data).toMatchObject([{ name: 'app', status: 'intact', covered: 'yes' }]);
  });

  it('bring a lost host back from offsite, with its volume made anew', async () => {
    const deployAgain = 'docker run -d --name app -v app_data:/data alpine sleep 1000000';
    const result = await runSmallDrill({
      blocks: { deploy: stack, again: deployAgain },
      scenario: { loss: 'host', backup: [{ archive: ['app'], to: '/srv/backups', encrypt: 'gpg-passphrase' }], restore: [{ unarchive: ['app'], from: '/srv/backups' }, '#again'] },
    });
    expect(result.scenario.validationStatus, explained(result)).toBe('SUCCESSFUL');
  });
});
