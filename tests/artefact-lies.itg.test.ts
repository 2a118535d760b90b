/** What a backup left, looked into through whole drills: each rule about artefacts with a runbook that breaks it. */
import { describe } from 'vitest';
import { type Pair, itCatches } from './pairs.ts';
import { type SmallDrill, goodBlocks } from './small-drill.ts';

const intoVolume = {
  backup: goodBlocks.backup.replace('/srv/backups', 'app_backup'),
  restore: goodBlocks.restore.replace('/srv/backups', 'app_backup'),
};

const encrypted = '/srv/backups/app.tar.gz.gpg';
const packed = 'docker exec app tar cz -C /data .';
const decryptAndRestore = `gpg -d ${encrypted} > /tmp/app.tar.gz\n${goodBlocks.restore.replace('/srv/backups', '/tmp')}`;

/** A second place, of which the deploy steps make a copy before its content changes. */
const otherBackup = 'docker run --rm -v other_data:/v:ro -v /srv/backups:/b alpine tar czf /b/other.tar.gz -C /v .';
const twoPlaces = (backupOfOther: string): SmallDrill => ({
  drill: { data: { app: { volume: 'app_data' }, other: { volume: 'other_data' } } },
  scenario: { loss: { data: ['app', 'other'], how: 'delete' } },
  blocks: {
    deploy: `${goodBlocks.deploy}
docker run --rm -v other_data:/v alpine sh -c 'echo settings > /v/settings; echo first > /v/state'
mkdir /srv/backups/yesterday
${otherBackup.replace('/b/', '/b/yesterday/')}
docker run --rm -v other_data:/v alpine sh -c 'echo second > /v/state'`,
    backup: `${goodBlocks.backup}\n${backupOfOther}`,
    restore: `${goodBlocks.restore}\n${goodBlocks.restore.replaceAll('app', 'other')}`,
  },
});

/** GNU tar stops after so many blocks of 512 bytes, within the file, and the command has written to a file when it goes on. */
const whileReading = (command: string): SmallDrill => ({
  drill: { data: { app: { volume: 'app_data', volatile: ['log'] } } },
  blocks: {
    deploy: `${goodBlocks.deploy}\ndocker exec app sh -c 'head -c 2000000 /dev/zero > /data/pages; echo begun > /data/log'`,
    backup: `cd /tmp && cat > write.sh <<'END'\n${command}\nEND
sudo tar czf /srv/backups/app.tar.gz --blocking-factor=1 --checkpoint=2000 --checkpoint-action='exec=sh /tmp/write.sh' -C /var/lib/docker/volumes/app_data/_data . || [ $? -eq 1 ]
sudo truncate -s 2000000 /var/lib/docker/volumes/app_data/_data/pages
sudo dd if=/dev/zero of=/var/lib/docker/volumes/app_data/_data/pages bs=1 seek=1999000 count=1000 conv=notrunc status=none`,
  },
});

const secretVolume = { data: { app: { volume: 'app_data', secret: true } } };
const encryptedOnly: SmallDrill = { drill: secretVolume, blocks: { backup: `${packed} | gpg -c -o ${encrypted}`, restore: decryptAndRestore } };
const withPassphraseFile = (lineEnd: string): SmallDrill => ({
  host: { files: { '~/backup.pass': { text: 'correct horse battery' } } },
  blocks: {
    backup: `printf '%s${lineEnd}\\n' "$(cat ~/backup.pass)" > ~/pass\n${packed} | gpg --batch --pinentry-mode loopback --passphrase-file ~/pass -c -o ${encrypted}`,
    restore: `gpg --batch --pinentry-mode loopback --passphrase-file ~/backup.pass -d ${encrypted} > /tmp/app.tar.gz\n${goodBlocks.restore.replace('/srv/backups', '/tmp')}`,
  },
});
const commit = (what: string): string => `git add -A && git -c user.name=ops -c user.email=ops@localhost commit -qm '${what}' && git push -q`;
const secretFile = (blocks: { readonly backup: string; readonly restore: string }): SmallDrill => ({
  drill: { data: { env: { file: '~/service.env', secret: true, initial: { text: 'USER=app\n' } } } },
  scenario: { loss: { data: ['env'], how: 'delete' } },
  blocks: { deploy: 'echo "ADMIN_PASSWORD=$(head -c 18 /dev/urandom | base64)" >> ~/service.env', ...blocks },
});

/** It takes a lock that only its own user can take, as servers do. */
const withLock = (left: string): SmallDrill => ({
  drill: { services: { app: { kind: 'command', data: 'app', ready: "docker exec app sh -c 'sleep 0.5; test -O /data/lock'", check: 'docker exec app test -e /data/file', 'ready-timeout': '10s' } } },
  blocks: {
    deploy: `docker volume create app_data
docker run --rm -v app_data:/data alpine chown 1000:1000 /data
docker run -d --name app --user 1000 --restart unless-stopped -v app_data:/data alpine sh -c ': > /data/lock && exec sleep 1000000'
docker exec app sh -c 'until [ -e /data/lock ]; do sleep 0.1; done; echo kept > /data/file'`,
    restore: `docker kill app\n${goodBlocks.restore}\n${left}docker start app`,
  },
});

const withYesterday = (blocks: Readonly<Record<string, string>>): SmallDrill => ({ blocks: { deploy: `${goodBlocks.deploy}\n${goodBlocks.backup}`, ...blocks } });

const writing = (nonce: string): string => `echo $${nonce} | base64 > /data/value; echo $${nonce} >> /data/journal`;

/** A service that keeps its value in a form in which no nonce can be read, and in a journal that nothing clears. */
const withItsOwnLoss = (loss: string): SmallDrill => {
  return {
    drill: {
      data: { app: { volume: 'app_data', compare: 'service' } },
      services: { app: { kind: 'command', data: 'app', inside: 'app', ready: 'true', seed: writing('DRILL_NONCE'), late: writing('DRILL_LATE_NONCE'), check: 'base64 -d /data/value | grep -q $DRILL_NONCE' } },
    },
    scenario: { loss: { steps: [{ run: loss, why: 'stages the loss' }], data: ['app'] } },
    blocks: { restore: `docker start app\n${goodBlocks.restore}` },
  };
};

const pairs: readonly Pair[] = [
  {
    name: 'an archive that is cut short',
    good: withYesterday({}),
    bad: withYesterday({ backup: `${goodBlocks.backup}\nsudo truncate -s 50000 /srv/backups/app.tar.gz` }),
    rules: ['unreadable-artefact', 'uncovered-data', 'data-missing'],
    at: { 'unreadable-artefact': 'truncate -s 50000' },
  },
  {
    name: 'yesterday’s file left in place',
    good: withYesterday({}),
    bad: withYesterday({ backup: `[ -e /srv/backups/app.tar.gz ] || ${goodBlocks.backup}` }),
    rules: ['stale-artefact', 'no-artefact', 'uncovered-data', 'data-missing'],
    at: { 'stale-artefact': '[ -e /srv/backups' },
  },
  {
    name: 'yesterday’s file restored, by its age alone',
    good: withYesterday({}),
    bad: withYesterday({
      backup: goodBlocks.backup.replace('/b/app', '/b/new'),
      restore: `oldest=$(ls -tr /srv/backups | head -n 1)\nsudo tar xzf "/srv/backups/$oldest" -C /var/lib/docker/volumes/app_data/_data`,
    }),
    rules: ['stale-artefact', 'data-missing'],
  },
  {
    name: 'a passphrase that nobody has who restores',
    good: encryptedOnly,
    bad: { drill: secretVolume, blocks: { backup: `${packed} | gpg --batch --pinentry-mode loopback --passphrase-fd 3 -c -o ${encrypted} 3< <(echo mistyped)`, restore: decryptAndRestore } },
    rules: ['undecryptable-artefact', 'data-missing'],
    at: { 'undecryptable-artefact': 'passphrase-fd 3' },
  },
  {
    name: 'a passphrase in a file with Windows line ends',
    good: withPassphraseFile(''),
    bad: withPassphraseFile(String.raw`\r`),
    rules: ['undecryptable-artefact', 'uncovered-data', 'data-missing'],
    at: { 'undecryptable-artefact': 'passphrase-file' },
  },
  {
    name: 'two places backed up on different days',
    good: twoPlaces(otherBackup),
    bad: twoPlaces('cp /srv/backups/yesterday/other.tar.gz /srv/backups/other.tar.gz'),
    rules: ['artefact-mismatch', 'uncovered-data', 'data-changed'],
    at: { 'artefact-mismatch': 'cp /srv/backups/yesterday' },
  },
  {
    name: 'a file that changes while tar reads it',
    good: whileReading('echo more >> /var/lib/docker/volumes/app_data/_data/log'),
    bad: whileReading('yes | head -c 1000 | dd of=/var/lib/docker/volumes/app_data/_data/pages bs=1 seek=1999000 conv=notrunc status=none'),
    rules: ['artefact-mismatch', 'data-changed'],
    at: { 'artefact-mismatch': 'sudo tar czf' },
  },
  {
    name: 'a plain archive beside the encrypted one',
    good: encryptedOnly,
    bad: { drill: secretVolume, blocks: { backup: `${goodBlocks.backup}\ngpg -c -o ${encrypted} /srv/backups/app.tar.gz`, restore: decryptAndRestore } },
    rules: ['plaintext-secret'],
    at: { 'plaintext-secret': 'gpg -c -o' },
  },
  {
    name: 'a secret in a commit that the next one takes away',
    good: secretFile({ backup: `gpg -c -o env.gpg ~/service.env\n${commit('secrets')}`, restore: 'umask 077; git pull -q && gpg -d env.gpg > ~/service.env' }),
    bad: secretFile({ backup: `grep PASSWORD ~/service.env > env\n${commit('settings')}\nrm env; gpg -c -o env.gpg ~/service.env\n${commit('secrets')}`, restore: 'umask 077; gpg -d env.gpg > ~/service.env' }),
    rules: ['secret-in-git'],
    at: { 'secret-in-git': "commit -qm 'secrets'" },
  },
  {
    name: 'a lock file of root that a restore leaves',
    good: withLock(''),
    bad: withLock("docker run --rm -v app_data:/v alpine sh -c 'rm /v/lock && umask 077 && touch /v/lock'\n"),
    rules: ['service-not-ready', 'metadata-changed'],
  },
  {
    name: 'a loss by the runbook that only stops what holds the data',
    good: withItsOwnLoss('docker exec app rm /data/value'),
    bad: withItsOwnLoss('docker exec app rm /data/journal; docker kill app'),
    rules: [],
    status: 'NOT_MEASURED',
  },
  {
    name: 'a backup in a volume of the engine, which a lost host takes with it',
    good: { blocks: intoVolume },
    bad: { blocks: { ...intoVolume, restore: `${goodBlocks.deploy}\n${intoVolume.restore}` }, scenario: { loss: 'host' } },
    rules: ['uncovered-data', 'volume-born-in-backup'],
    at: { 'volume-born-in-backup': 'app_backup:/b alpine tar czf' },
  },
];

describe.concurrent('an artefact that lies is caught', { timeout: 300_000 }, () => {
  itCatches(pairs);
});
