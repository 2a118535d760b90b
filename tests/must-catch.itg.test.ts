/** Each way in which a runbook is known to lie: the good twin passes, the bad one fails with the rule that names the lie. */
import { describe } from 'vitest';
import { type Pair, itCatches } from './pairs.ts';
import { type SmallDrill, goodBlocks } from './small-drill.ts';

const untar = "tar xzf /b/app.tar.gz -C /v";
const restoreThen = (more: string): string => `${goodBlocks.restore}\n${more}`;
const inVolume = (command: string): string => `docker run --rm -v app_data:/v -v /srv/backups:/b alpine sh -c '${command}'`;
const twoPlaces = {
  data: { app: { volume: 'app_data' }, other: { volume: 'other_data' } },
};
const deployTwo = `${goodBlocks.deploy}\ndocker volume create other_data\ndocker run --rm -v other_data:/v alpine sh -c 'echo neighbour > /v/file'`;
const backupTwo = `${goodBlocks.backup}\ndocker run --rm -v other_data:/v:ro -v /srv/backups:/b alpine tar czf /b/other.tar.gz -C /v .`;
const restoreTwo = `${goodBlocks.restore}\ndocker run --rm -v other_data:/v -v /srv/backups:/b alpine sh -c 'find /v -mindepth 1 -delete && tar xzf /b/other.tar.gz -C /v'`;
/** A program that keeps what it saw in its folder, and writes it back when it is told to stop. */
const deployFromMemory = `docker volume create app_data
docker run -d --name app --tmpfs /tmp -v app_data:/data alpine sh -c 'trap "cp -a /tmp/memory/. /data/; exit" TERM; while :; do if [ -n "$(ls -A /data)" ]; then rm -rf /tmp/memory; cp -a /data /tmp/memory; fi; sleep 0.2; done'
docker exec app sh -c 'echo kept > /data/file'`;
/** A service whose one value the late canary overwrites, so that asking for the early one alone tells nothing of the loss. */
const keptBy = (volume: string, folder: string): SmallDrill => {
  const command = (text: string): string => `docker run --rm -v ${volume} alpine sh -c "${text}"`;
  return {
    drill: {
      data: { app: { volume: 'app_data', compare: 'service' } },
      services: { app: { kind: 'command', data: 'app', ready: 'true', seed: command(`echo $DRILL_NONCE > ${folder}/nonce`), late: command(`echo $DRILL_LATE_NONCE > ${folder}/nonce`), check: command(`grep -q $DRILL_NONCE ${folder}/nonce`) } },
    },
  };
};
const bothLost = { loss: { data: ['app', 'other'], how: 'delete' } };

const pairs: readonly Pair[] = [
  {
    name: "a volume's name without its prefix",
    good: {},
    bad: { blocks: { backup: goodBlocks.backup.replace('app_data', 'data') } },
    rules: ['volume-born-in-backup', 'empty-archive', 'uncovered-data', 'data-missing'],
  },
  {
    name: 'a volume that the backup skips',
    good: { drill: twoPlaces, blocks: { deploy: deployTwo, backup: backupTwo, restore: restoreTwo }, scenario: bothLost },
    bad: { drill: twoPlaces, blocks: { deploy: deployTwo, backup: goodBlocks.backup, restore: goodBlocks.restore }, scenario: bothLost },
    rules: ['uncovered-data', 'data-missing'],
  },
  {
    name: 'a pipe whose left end failed',
    good: { blocks: { backup: 'docker exec app tar c -C /data . | gzip > /srv/backups/app.tar.gz' } },
    bad: { blocks: { backup: 'docker exec app tar c -C /missing . | gzip > /srv/backups/app.tar.gz' } },
    rules: ['empty-artefact', 'masked-failure'],
  },
  {
    name: 'an encrypted file of nothing',
    good: { blocks: { backup: 'docker exec app tar cz -C /data . | gpg -c -o /srv/backups/app.tar.gz.gpg', restore: 'gpg -d /srv/backups/app.tar.gz.gpg > /srv/backups/app.tar.gz\n' + goodBlocks.restore } },
    bad: { blocks: { backup: 'false | gpg -c -o /srv/backups/app.tar.gz.gpg', restore: 'gpg -d /srv/backups/app.tar.gz.gpg > /srv/backups/app.tar.gz\n' + goodBlocks.restore } },
    rules: ['empty-artefact', 'uncovered-data'],
  },
  {
    name: 'a restore into another volume',
    good: {},
    bad: { blocks: { restore: goodBlocks.restore.replace('app_data', 'data') } },
    rules: ['data-missing'],
  },
  {
    name: 'a file that changes after its restore',
    good: {},
    bad: { blocks: { restore: restoreThen(inVolume('echo other > /v/file')) } },
    rules: ['data-changed'],
  },
  {
    name: 'stale files that a restore leaves',
    good: { scenario: { loss: { data: ['app'], how: 'corrupt' } } },
    bad: { scenario: { loss: { data: ['app'], how: 'corrupt' } }, blocks: { restore: inVolume(untar) } },
    rules: ['data-extra'],
  },
  {
    name: 'a write after the backup that comes back',
    good: {},
    bad: { scenario: { loss: { steps: [{ run: 'docker kill app; cp -a /var/lib/docker/volumes/app_data/_data /tmp/copy; find /var/lib/docker/volumes/app_data/_data -mindepth 1 -delete', user: 'root', why: 'stages the loss' }], data: ['app'] } }, blocks: { restore: 'sudo cp -a /tmp/copy/. /var/lib/docker/volumes/app_data/_data/' } },
    rules: ['late-write-returned'],
  },
  {
    name: 'owners that a restore loses',
    good: {},
    bad: { blocks: { restore: restoreThen(inVolume('chown 1234 /v/file')) } },
    rules: ['metadata-changed'],
  },
  {
    name: 'modes that a restore loses',
    good: {},
    bad: { blocks: { restore: restoreThen(inVolume('chmod 777 /v/folder')) } },
    rules: ['metadata-changed'],
  },
  {
    name: 'a setuid bit that a restore loses',
    good: { blocks: { deploy: `${goodBlocks.deploy}\n${inVolume('cp /bin/true /v/tool; chmod 4755 /v/tool')}` } },
    bad: { blocks: { deploy: `${goodBlocks.deploy}\n${inVolume('cp /bin/true /v/tool; chmod 4755 /v/tool')}`, restore: restoreThen(inVolume('chmod u-s /v/tool')) } },
    rules: ['metadata-changed'],
  },
  {
    name: "the root folder's owner lost",
    good: { blocks: { deploy: `${goodBlocks.deploy}\n${inVolume('chown 472:472 /v')}` } },
    bad: { blocks: { deploy: `${goodBlocks.deploy}\n${inVolume('chown 472:472 /v')}`, restore: restoreThen(inVolume('chown 0:0 /v')) } },
    rules: ['metadata-changed'],
  },
  {
    name: 'a restore that eats its neighbour',
    good: { drill: twoPlaces, blocks: { deploy: deployTwo } },
    bad: { drill: twoPlaces, blocks: { deploy: deployTwo, restore: restoreThen("docker run --rm -v other_data:/v alpine sh -c 'find /v -mindepth 1 -delete'") } },
    rules: ['bystander-changed'],
  },
  {
    name: 'a failure behind 2>/dev/null || true',
    good: {},
    bad: { blocks: { backup: goodBlocks.backup.replace('tar czf', 'tar czfX').concat(' 2>/dev/null || true') } },
    rules: ['masked-failure', 'uncovered-data'],
  },
  {
    name: 'data that comes back from memory when its program is stopped',
    good: {},
    bad: { blocks: { deploy: deployFromMemory, restore: 'docker stop app && docker start app' } },
    rules: ['data-missing'],
  },
  {
    name: 'a block that reads an answer',
    good: {},
    bad: { blocks: { restore: `read -r -p 'Sure? ' answer\n${goodBlocks.restore}` } },
    rules: ['prompt'],
  },
  {
    name: 'a page that waits for a key',
    good: { blocks: { backup: `git log\n${goodBlocks.backup}` } },
    bad: { blocks: { backup: `less /etc/services\n${goodBlocks.backup}` } },
    rules: ['prompt'],
  },
  {
    name: 'a placeholder',
    good: {},
    bad: { blocks: { restore: goodBlocks.restore.replace('/srv/backups', '/path/to/backups') } },
    rules: ['placeholder', 'data-missing'],
  },
  {
    name: 'a command that hangs with grandchildren of its own session',
    good: {},
    bad: { blocks: { restore: 'setsid sh -c "setsid sleep 600 & sleep 600" & sleep 600' }, scenario: { restore: [{ block: '#restore', timeout: '5s' }] } },
    rules: ['step-timeout'],
    status: 'TIMED_OUT',
  },
  {
    name: 'a restore that takes too long',
    good: { scenario: { rto: '2m' } },
    bad: { scenario: { rto: '1s' }, blocks: { restore: `sleep 2\n${goodBlocks.restore}` } },
    rules: ['rto-breached'],
  },
  {
    name: 'a check that is content without data',
    good: { blocks: { check: 'docker exec app cat /data/file' }, scenario: { check: ['#check'] } },
    bad: { blocks: { check: 'docker exec app true', restore: goodBlocks.restore.replace('app_data', 'data') }, scenario: { check: ['#check'] } },
    rules: ['check-passed-without-data', 'data-missing'],
  },
  {
    name: 'a check that does the work of the restore',
    good: { blocks: { check: 'docker exec app cat /data/file' }, scenario: { check: ['#check'] } },
    bad: { blocks: { check: goodBlocks.restore, restore: 'docker exec app true' }, scenario: { check: ['#check'] } },
    rules: ['data-missing', 'check-passed-without-data'],
  },
  {
    name: 'a service that keeps its canary outside its place',
    good: keptBy('app_data:/data', '/data'),
    bad: keptBy('elsewhere:/data', '/data'),
    rules: [],
    status: 'NOT_MEASURED',
  },
  {
    name: "a variable that only the backup's shell had",
    good: { blocks: { backup: `DEST=/srv/backups\n${goodBlocks.backup}`, restore: `DEST=/srv/backups\n${goodBlocks.restore}` } },
    bad: { blocks: { backup: `DEST=/srv/backups\n${goodBlocks.backup}`, restore: `test -d "$DEST"\n${goodBlocks.restore}` } },
    rules: ['step-failed'],
  },
];

describe.concurrent('a runbook that lies is caught', { timeout: 300_000 }, () => {
  itCatches(pairs);
});
