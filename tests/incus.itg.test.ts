/** Whole drills on Incus and LXD: a snapshot or an export that works, and the ways in which runbooks get them wrong. */
import { readFileSync } from 'node:fs';
import { describe } from 'vitest';
import { type Pair, itCatches } from './pairs.ts';
import type { SmallDrill } from './small-drill.ts';

/** One instance that keeps its data in a custom volume, as the runbooks below know it. */
const deploy = `incus storage volume create local web-data
incus init debian/13 web
incus config device add web data disk pool=local source=web-data path=/data
incus start web
incus exec web -- sh -c 'mkdir /data/folder; echo kept > /data/folder/file; chown -R 33:33 /data/folder'`;
const snapshot = {
  backup: 'incus storage volume snapshot create local web-data before',
  restore: 'incus stop --force web\nincus storage volume snapshot restore local web-data before\nincus start web',
};
const tarball = {
  backup: 'incus storage volume export local web-data /srv/backups/web-data.tar.gz',
  restore: `incus stop --force web
incus config device remove web data
incus storage volume delete local web-data
incus storage volume import local /srv/backups/web-data.tar.gz web-data
incus config device add web data disk pool=local source=web-data path=/data
incus start web`,
};

const onIncus = (blocks: Readonly<Record<string, string>>, loss: unknown = { data: ['web'], how: 'delete' }): SmallDrill => ({
  host: { engine: 'incus', images: ['debian/13'] },
  drill: { data: { web: { volume: 'local/web-data' } } },
  scenario: { loss },
  blocks: { deploy, ...blocks },
});

const onLxd = (blocks: Readonly<Record<string, string>>): SmallDrill => {
  const inLxc = Object.fromEntries(Object.entries({ deploy, ...blocks }).map(([name, text]) => [name, text.replaceAll('incus ', 'lxc ')]));
  return { ...onIncus(inLxc), host: { engine: 'lxd', pool: 'dir', images: ['debian/13'] } };
};

const bucket = {
  deploy: 'incus config set core.storage_buckets_address 127.0.0.1:8555\nincus storage bucket create local state',
  backup: 'incus storage bucket export local state /srv/backups/state.tar.gz',
  restore: 'incus storage bucket import local /srv/backups/state.tar.gz state',
};
const onBucket = (how: 'delete' | 'remove'): SmallDrill => ({ ...onIncus(bucket, { data: ['state'], how }), drill: { data: { state: { bucket: 'local/state' } } } });

/** Yesterday's backup beside today's, as `backup` leaves it. */
const withYesterdays = (backup: string, then = ''): SmallDrill => onIncus({ ...tarball, backup, deploy: `${deploy}\n${tarball.backup}\n${then}` });
/** By the engine's own schedule, whose shortest is a minute. */
const scheduled = (pattern: string): string => `incus storage volume set local web-data snapshots.schedule='* * * * *' snapshots.pattern=$'${pattern}'
until incus storage volume snapshot list local web-data --format csv | grep -q auto-; do sleep 1; done
incus storage volume unset local web-data snapshots.schedule
${tarball.backup}
tar -tzf /srv/backups/web-data.tar.gz > /dev/null && echo OK`;
const neighbour = '\nincus launch debian/13 neighbour\nincus storage volume create local neighbour-data\nincus storage volume attach local neighbour-data neighbour /data\nincus exec neighbour -- sh -c "echo mine > /data/file"';
const besideNeighbour = (restore: string): SmallDrill => ({ ...onIncus({ ...snapshot, deploy: deploy + neighbour, restore }), drill: { data: { web: { volume: 'local/web-data' }, neighbour: { volume: 'local/neighbour-data' } }, services: { neighbour: { kind: 'command', data: 'neighbour', ready: 'incus exec neighbour -- true < /dev/null', 'ready-timeout': '3s' } } } });
const served = (restore: string): SmallDrill => {
  const drill = onIncus({ ...snapshot, restore });
  return { ...drill, drill: { ...drill.drill, services: { web: { kind: 'command', data: 'web', ready: 'incus exec web -- test -e /data/folder/file < /dev/null', 'ready-timeout': '3s' } } } };
};

/** A broker keeps its messages in memory, and writes them when it stops. */
const broker = (backup: string): SmallDrill => ({
  ...onIncus({
    deploy: `incus storage volume create local broker-data
incus init drill-test/mosquitto broker
incus config device add broker data disk pool=local source=broker-data path=/var/lib/mosquitto
incus start broker
incus exec broker -- chown mosquitto:mosquitto /var/lib/mosquitto
incus exec broker -- service mosquitto restart`,
    backup,
    restore: 'incus stop --force broker\nincus storage volume snapshot restore local broker-data before\nincus start broker',
  }),
  host: { engine: 'incus', images: [{ name: 'drill-test/mosquitto', build: 'mosquitto' }] },
  files: { 'mosquitto/Dockerfile': readFileSync('tests/images/mosquitto-instance/Dockerfile', 'utf8') },
  drill: { data: { broker: { volume: 'local/broker-data' } }, services: { broker: { kind: 'mosquitto', inside: 'broker', data: 'broker', 'ready-timeout': '30s' } } },
  scenario: { loss: { data: ['broker'], how: 'delete' } },
});
const brokerSnapshot = 'incus storage volume snapshot create local broker-data before';
const optimized = { ...tarball, backup: `${tarball.backup} --optimized-storage`, deploy: `${deploy}\nincus storage create plain dir` };

const pairs: readonly Pair[] = [
  {
    onlyThorough: true,
    name: 'the messages of a broker whose volume is snapshotted while it runs',
    good: broker(`incus stop broker\n${brokerSnapshot}\nincus start broker`),
    bad: broker(brokerSnapshot),
    rules: ['service-data-missing'],
  },
  {
    onlyThorough: true,
    name: 'an export that is imported into a pool of another driver',
    good: { ...onIncus(optimized), host: { engine: 'incus', pool: 'btrfs', images: ['debian/13'] } },
    bad: { ...onIncus({ ...optimized, restore: tarball.restore.replace('volume import local', 'volume import plain').replace('pool=local', 'pool=plain') }), host: { engine: 'incus', pool: 'btrfs', images: ['debian/13'] } },
    rules: ['step-failed', 'data-missing'],
    at: { 'step-failed': 'volume import' },
  },
  {
    onlyThorough: true,
    name: 'an import where the name exists',
    good: onIncus(tarball),
    bad: onIncus({ ...tarball, restore: tarball.restore.replace('incus storage volume delete local web-data\n', '') }),
    rules: ['step-failed', 'data-missing'],
    at: { 'step-failed': 'volume import' },
  },
  {
    onlyThorough: true,
    name: 'an export without the snapshots that were promised to be in it',
    good: onIncus({ ...tarball, backup: `${snapshot.backup}\n${tarball.backup}`, restore: `${tarball.restore}\nincus stop --force web\nincus storage volume snapshot restore local web-data before\nincus start web` }),
    bad: onIncus({ ...tarball, backup: `${snapshot.backup}\n${tarball.backup} --volume-only`, restore: `${tarball.restore}\nincus stop --force web\nincus storage volume snapshot restore local web-data before\nincus start web` }),
    rules: ['step-failed'],
    at: { 'step-failed': 'snapshot restore' },
  },
  {
    onlyThorough: true,
    name: 'scheduled snapshots with names that no import takes, in an export that is checked',
    good: onIncus({ ...tarball, backup: scheduled("auto-{{ creation_date|date:\\'20060102-150405\\' }}") }),
    bad: onIncus({ ...tarball, backup: scheduled('auto-{{creation_date}}') }),
    rules: ['step-failed', 'data-missing'],
    at: { 'step-failed': 'volume import' },
  },
  {
    onlyThorough: true, name: 'an export onto a full disk, which destroys the good one of yesterday',
    good: withYesterdays(tarball.backup),
    bad: withYesterdays(`${tarball.backup} 2> /dev/null || true`, 'sudo mount -t tmpfs -o size=64k none /var/lib/incus/backups'),
    rules: ['unreadable-artefact', 'uncovered-data'],
  },
  {
    onlyThorough: true,
    name: 'a service that is left stopped after its restore',
    good: served(snapshot.restore),
    bad: served(snapshot.restore.replace('\nincus start web', '')),
    rules: ['service-not-ready'],
  },
  {
    onlyThorough: true,
    name: 'an instance beside it that is stopped for the restore, and not started again',
    good: besideNeighbour(`incus stop --force neighbour\n${snapshot.restore}\nincus start neighbour`),
    bad: besideNeighbour(`incus stop --force neighbour\n${snapshot.restore}`),
    rules: ['bystander-changed'],
  },
  {
    onlyThorough: true,
    name: 'an instance beside it that is changed',
    good: besideNeighbour(`incus stop --force neighbour\n${snapshot.restore}\nincus start neighbour`),
    bad: besideNeighbour(`incus exec neighbour -- sh -c 'echo other > /data/file'\n${snapshot.restore}`),
    rules: ['bystander-changed'],
  },
  {
    onlyThorough: true,
    name: 'a stop that hangs',
    good: onIncus(snapshot),
    bad: { ...onIncus({ ...snapshot, deploy: `${deploy}\nincus exec web -- sed -i 's/^pf::.*/pf::powerwait:\\/bin\\/sleep 1000/' /etc/inittab\nincus exec web -- kill -HUP 1\nsleep 1`, restore: snapshot.restore.replace(' --force', '') }), scenario: { loss: { data: ['web'], how: 'delete' }, restore: [{ block: '#restore', timeout: '8s' }] } },
    rules: ['step-timeout', 'data-missing'],
    status: 'TIMED_OUT',
    at: { 'step-timeout': 'incus stop' },
  },
  {
    name: 'the command for a snapshot that Incus no longer has',
    good: onIncus(snapshot),
    bad: onIncus({ ...snapshot, backup: snapshot.backup.replace('snapshot create', 'snapshot') }),
    rules: ['step-failed', 'no-artefact', 'uncovered-data', 'data-missing'],
  },
  {
    onlyThorough: true,
    name: 'that command with its failure hidden',
    good: onIncus(snapshot),
    bad: onIncus({ ...snapshot, backup: `${snapshot.backup.replace('snapshot create', 'snapshot')} 2>/dev/null || true` }),
    rules: ['masked-failure', 'no-artefact', 'uncovered-data'],
  },
  {
    name: 'an export of the instance, which leaves its volumes out',
    good: onIncus(tarball),
    bad: onIncus({ ...tarball, backup: 'incus export web /srv/backups/web-data.tar.gz' }),
    rules: ['uncovered-data', 'data-missing'],
  },
  {
    name: 'a volume that is deleted and imported while it is in use',
    good: onIncus(tarball),
    bad: onIncus({ ...tarball, restore: 'incus stop --force web\nincus storage volume delete local web-data 2>/dev/null || true\nincus storage volume import local /srv/backups/web-data.tar.gz web-data 2>/dev/null || true\nincus start web' }),
    rules: ['masked-failure', 'data-missing'],
  },
  {
    name: 'owners that come back as those of another instance',
    good: onIncus(tarball),
    bad: onIncus({ ...tarball, restore: `${tarball.restore}\nsudo chown -R 33:33 /var/lib/incus/storage-pools/local/custom/default_web-data/folder` }),
    rules: ['metadata-changed'],
  },
  {
    onlyThorough: true,
    name: 'a snapshot for a host that is lost',
    good: onIncus({ ...tarball, restore: tarball.restore.replace(/^.*\n.*\n.*\n/, '').replace('incus config', 'incus init debian/13 web\nincus config') }, 'host'),
    bad: onIncus(snapshot, 'host'),
    rules: ['uncovered-data', 'step-failed', 'data-missing'],
  },
  {
    onlyThorough: true,
    name: 'a bucket that is imported while there is one of its name',
    good: onBucket('remove'),
    bad: onBucket('delete'),
    rules: ['step-failed', 'data-missing'],
  },
  {
    onlyThorough: true, name: 'the command for a snapshot that LXD does not have yet',
    good: onLxd({ backup: snapshot.backup.replace('snapshot create', 'snapshot'), restore: snapshot.restore.replace('snapshot restore', 'restore') }),
    bad: onLxd(snapshot),
    rules: ['step-failed', 'no-artefact', 'data-missing'],
  },
];

describe.concurrent('an Incus runbook', { timeout: 600_000 }, () => {
  itCatches(pairs);
});
