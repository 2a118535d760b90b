/** Incus and LXD in a real host, one host for each. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestHost } from '../../tests/test-host.ts';
import { plantCanary } from '../evidence/canary.ts';
import { comparePlace } from '../evidence/compare.ts';
import { corruptPlace, emptyFolder } from '../evidence/corrupt.ts';
import { type Manifest, takeManifest } from '../evidence/manifest.ts';
import { makeNonce } from '../evidence/nonce.ts';
import { noncesInPlace } from '../evidence/nonces-in-place.ts';
import { killProcessesHolding } from '../evidence/processes.ts';
import type { Engine, PlaceLocation } from '../ports/engine.ts';
import type { ExecResult, Host } from '../ports/host.ts';
import { incusEngine } from './incus.ts';
import { lxdEngine } from './lxd.ts';

const volume = (name: string): PlaceLocation => ({ type: 'volume', name });
const path = (at: string): PlaceLocation => ({ type: 'path', path: at });

interface Kind {
  readonly engine: Engine;
  readonly client: string;
  /** `storage volume snapshot` and what makes and restores one. */
  readonly snapshot: string;
  readonly restore: string;
}

describe.each<Kind>([
  { engine: incusEngine, client: 'incus', snapshot: 'snapshot create', restore: 'snapshot restore' },
  { engine: lxdEngine, client: 'lxc', snapshot: 'snapshot', restore: 'restore' },
])('$engine.name', ({ engine, client, snapshot, restore }) => {
  let host: Host;
  beforeAll(async () => {
    host = await makeTestHost(['debian/13'], { engine: engine.name });
    // The first time on a machine the images are built.
  }, 900_000);
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
  });

  async function sh(script: string, user = 'root'): Promise<string> {
    const result = await host.exec(['/bin/bash', '-c', `set -e; exec </dev/null; shopt -s expand_aliases; alias c='timeout 60 ${client}'\n${script}`], { user, cwd: '/' });
    if (result.exitCode !== 0) throw new Error(`${script}: exit ${result.exitCode}: ${result.stderr}${result.stdout.toString()}`);
    return result.stdout.toString('utf8');
  }
  const running = async (): Promise<readonly string[]> => (await sh('c list --format csv --columns ns')).split('\n').flatMap((line) => (line.endsWith(',RUNNING') ? [line.slice(0, -8)] : [])).toSorted();
  const rootOf = async (place: PlaceLocation): Promise<string> => (await engine.locate(host, place)) ?? 'not there';
  const manifestOf = async (place: PlaceLocation): Promise<Manifest> => {
    const manifest = await takeManifest(host, await rootOf(place), { kind: 'folder', ids: await engine.idRanges(host, place) });
    if (manifest === null) throw new Error('no manifest');
    return manifest;
  };

  const inside = (name: string, command: string): Promise<ExecResult> => host.exec(engine.insideCommand(name, ['sh', '-c', command]), { user: 'ops', env: { DRILL_NONCE: 'n1' }, stdin: 'typed' });

  it('starts with a pool, a bridge and a profile, and nothing in them', async () => {
    expect(host.engineVersion).toMatch(engine.name === 'incus' ? /^incus 6\.0\.\d$/ : /^lxd 5\.0\.\d$/);
    expect(await engine.inventory(host)).toEqual([]);
    expect(await sh('c storage list --format csv', 'ops')).toContain('local');
    expect(await sh(`systemctl is-active ${engine.name}`)).toBe('active\n');
    // Only what is there is found, though the client of every engine may be wrapped.
    expect((await sh('command -v incus lxc tofu || true', 'ops')).trim().split('/').at(-1)).toBe(client);
  });

  it('tells volumes, by pool and project, with their folder and their birth', async () => {
    const before = Number(await sh('date +%s.%N'));
    await sh(`c project create other -c features.storage.volumes=true; c storage volume create local data; c storage volume create local data --project other; c storage volume ${snapshot} local data s1`);
    const volumes = await engine.volumes(host);
    expect(volumes.map(({ name }) => name).toSorted()).toEqual(['local/data', 'other:local/data']);
    expect(volumes.find(({ name }) => name === 'local/data')).toMatchObject({ root: `/var/lib/${engine.name}/storage-pools/local/custom/default_data`, anonymous: false });
    for (const { born } of volumes) expect(born).toBeGreaterThan(before - 0.02);
    expect(await engine.locate(host, volume('other:local/data'))).toContain('/other_data');
    expect(await engine.locate(host, volume('local/none'))).toBeNull();
    expect(await engine.locate(host, volume('nowhere/data'))).toBeNull();
    await sh('c storage volume delete local data --project other; c project delete other; c storage volume delete local data');
  });

  it.runIf(engine.name === 'incus')('has under `images:` what the drill put there, and knows what it did not', async () => {
    expect(await sh('c image list images: --format csv', 'ops')).toContain('debian/13');
    await expect(sh('c launch images:debian/12 other', 'ops')).rejects.toThrow(/Image "debian\/12" not found|Image not found/);
  });

  describe.runIf(engine.name === 'incus')('with a bucket', () => {
    const bucket: PlaceLocation = { type: 'bucket', name: 'local/state' };
    const objects = async (): Promise<readonly string[]> => [...((await takeManifest(host, await rootOf(bucket), { kind: 'folder' }))?.entries ?? [])].flatMap(([name, { type }]) => (type === 'f' ? [name] : [])).toSorted();

    it('copies objects out and back, and leaves the settings as they were', async () => {
      expect(await engine.locate(host, bucket)).toBeNull();
      await sh('c storage bucket create local state');
      expect(await objects()).toEqual([]);
      const nonce = makeNonce();
      await plantCanary(host, await rootOf(bucket), nonce);
      await engine.putBack(host, bucket);
      const before = await manifestOf(bucket);
      expect([...before.entries.keys()]).toEqual(expect.arrayContaining(['.drill-canary/nonce', '.drill-canary/folder/a name with  spaces', '.drill-canary/linked']));
      expect((await noncesInPlace(host, await rootOf(bucket), [nonce])).get(nonce)).toEqual(expect.arrayContaining(['.drill-canary/nonce']));
      expect(await sh('c config get core.storage_buckets_address')).toBe('\n');

      // Without an address Incus 6.0.4 dies of an export.
      await sh('rm -rf /srv/b; mkdir -p /srv/b; c config set core.storage_buckets_address :8556; c storage bucket export local state /srv/b/state.tar.gz');
      await corruptPlace(host, await rootOf(bucket));
      await engine.putBack(host, bucket);
      expect((await noncesInPlace(host, await rootOf(bucket), [nonce])).size).toBe(0);
      expect(await objects()).toContain('.drill-canary/nonce');
      await emptyFolder(host, await rootOf(bucket));
      await engine.putBack(host, bucket);
      expect(await objects()).toEqual([]);
      await sh('c storage bucket delete local state; c storage bucket import local /srv/b/state.tar.gz state');
      const fact = comparePlace({ name: 'state', mode: 'exact', volatile: [], before, after: before, restored: await manifestOf(bucket), nonce, lateNonce: null, noncesBack: new Map() });
      expect(fact.differences).toEqual([]);
      expect(await sh('c config get core.storage_buckets_address; c config unset core.storage_buckets_address')).toBe(':8556\n');
    });

    it('tells it, and removes it', async () => {
      expect(await engine.inventory(host)).toEqual(['local/state']);
      expect((await engine.inUse(host)).data).toMatchObject([{ kind: 'bucket', name: 'local/state', root: null }]);
      expect(await engine.killUsers(host, [bucket])).toEqual([]);
      await engine.removePlace(host, bucket);
      expect(await engine.inventory(host)).toEqual([]);
    });
  });

  describe('with an instance on a volume', () => {
    const data = volume('local/web-data');
    beforeAll(async () => {
      await sh(`c storage volume create local web-data; c init debian/13 web; c config device add web data disk pool=local source=web-data path=/data; c start web
        c exec web -- sh -c 'echo hi > /data/file; chown 33:33 /data/file; cp /bin/true /data/program; setcap cap_net_raw+ep /data/program; setfacl -m u:33:r,g:5:rw /data/file; chmod 4711 /data/program'`);
    });

    it('tells owners, ACLs and capabilities as they are inside, whoever looks from where', async () => {
      const manifest = await manifestOf(data);
      const seen = await sh('c exec web -- getfattr --absolute-names -d -m - -e hex /data/file /data/program');
      const value = (name: string): string | undefined => new RegExp(`^${name}=(.*)$`, 'm').exec(seen)?.[1];
      expect(manifest.entries.get('.')).toMatchObject({ uid: 0, gid: 0 });
      expect(manifest.entries.get('file')).toMatchObject({ uid: 33, gid: 33, xattrs: { 'system.posix_acl_access': value('system.posix_acl_access') } });
      expect(manifest.entries.get('program')).toMatchObject({ uid: 0, gid: 0, xattrs: { 'security.capability': value('security.capability') } });
      expect((await takeManifest(host, await rootOf(data), { kind: 'folder' }))?.entries.get('file')?.uid).toBe(1_000_033);
    });

    it('tells what is in use, and from which image', async () => {
      await sh('mkdir -p /srv/plain; c launch debian/13 bare; c config device add web plain disk source=/srv/plain path=/plain readonly=true');
      const { data: used, images } = await engine.inUse(host);
      expect(used.map(({ kind, name, readOnly, usedBy }) => [kind, name, readOnly ? 'ro' : 'rw', ...usedBy].join(' ')).toSorted()).toEqual(['bind /srv/plain ro web', 'instance bare rw bare', 'volume local/web-data rw web']);
      expect(images.map(({ instance, image }) => [instance, image]).toSorted()).toEqual([['bare', 'debian/13'], ['web', 'debian/13']]);
      await sh('c delete --force bare; c config device remove web plain');
    });

    it('gets a canary that is lost and comes back with its snapshot', async () => {
      const nonce = makeNonce();
      const root = await rootOf(data);
      await plantCanary(host, root, nonce);
      expect(await sh('c exec web -- stat -c %u:%g /data/.drill-canary/nonce')).toMatch(/^(33:33|0:0)\n$/);
      const before = await manifestOf(data);
      const since = Number(await sh('sleep 1; date +%s.%N'));
      expect(await engine.artefacts?.(host, [data], since)).toEqual([]);
      await sh(`c storage volume ${snapshot} local web-data before`);
      expect(await engine.artefacts?.(host, [data, volume('local/other')], since)).toEqual([{ kind: 'snapshot', name: 'local/web-data/before', holds: [data], born: expect.any(Number), bytes: null }]);
      expect(await engine.artefacts?.(host, [data], since + 3600)).toEqual([]);

      expect(await engine.killUsers(host, [data])).toEqual([{ name: 'web' }]);
      expect(await killProcessesHolding(host, root)).toEqual([]);
      expect(await running()).toEqual([]);
      await corruptPlace(host, root);
      expect((await noncesInPlace(host, root, [nonce])).size).toBe(0);
      await emptyFolder(host, root);
      await engine.startAgain(host, [{ name: 'web' }, { name: 'gone' }]);
      await sh(`for i in {1..50}; do [ "$(c list web --format csv --columns s)" = RUNNING ] && break; sleep 0.1; done; c stop --force web; c storage volume ${restore} local web-data before; c start web`);
      const restored = await manifestOf(data);
      const found = await noncesInPlace(host, await rootOf(data), [nonce]);
      const fact = comparePlace({ name: 'data', mode: 'exact', volatile: [], before, after: before, restored, nonce, lateNonce: null, noncesBack: found });
      expect([fact.nonceBack, fact.differences]).toEqual([true, []]);
      await sh('chown 0:0 $(ls -d /var/lib/*/storage-pools/local/custom/default_web-data)/file');
      const shifted = comparePlace({ name: 'data', mode: 'exact', volatile: [], before, after: before, restored: await manifestOf(data), nonce, lateNonce: null, noncesBack: found });
      expect(shifted.differences).toMatchObject([{ path: 'file', kind: 'metadata', severity: 'error', aspect: 'owner', expected: '33:33', seen: '65534:65534' }]);
      await sh('chown 1000033:1000033 $(ls -d /var/lib/*/storage-pools/local/custom/default_web-data)/file');
    });

    it('comes back from an export with nothing but times cut', async () => {
      const before = await manifestOf(data);
      await sh('rm -rf /srv/b; mkdir /srv/b; c storage volume export local web-data /srv/b/x.tar.gz; c storage volume import local /srv/b/x.tar.gz again');
      const restored = await takeManifest(host, await rootOf(volume('local/again')), { kind: 'folder', ids: await engine.idRanges(host, volume('local/again')) });
      const fact = comparePlace({ name: 'data', mode: 'exact', volatile: [], before, after: before, restored, nonce: 'x', lateNonce: null, noncesBack: new Map() });
      expect(fact.differences).toEqual([]);
      // An instance with ids of its own keeps the same owners as other ones in the host.
      await sh('c init debian/13 apart -c security.idmap.isolated=true; c config device add apart again disk pool=local source=again path=/again; c start apart');
      const again = volume('local/again');
      expect((await takeManifest(host, await rootOf(again), { kind: 'folder' }))?.entries.get('file')?.uid).not.toBe(1_000_033);
      const elsewhere = comparePlace({ name: 'data', mode: 'exact', volatile: [], before, after: before, restored: await manifestOf(again), nonce: 'x', lateNonce: null, noncesBack: new Map() });
      expect(elsewhere.differences).toEqual([]);
      await sh('c delete --force apart; c storage volume delete local again');
    });

    it('is killed, not stopped, and asked to stop where it must write down what it knows', async () => {
      const writer = `c exec web -- sh -c 'setsid sh -c "trap \\"echo late > /data/on-stop; exit\\" TERM; while :; do sleep 0.1; done" > /dev/null 2>&1 &'`;
      await sh(writer);
      await engine.killUsers(host, [data]);
      expect(await host.exec(['/usr/bin/test', '-e', `${await rootOf(data)}/on-stop`])).toMatchObject({ exitCode: 1 });
      await sh(`c start web; ${writer}; sleep 1`);
      expect(await engine.stopUsers(host, [data])).toEqual([{ name: 'web' }]);
      expect(await sh(`cat ${await rootOf(data)}/on-stop`)).toBe('late\n');
      await sh('c start web');
    });

    it('is found by a folder of the host that it has, through links, and by its own name', async () => {
      await sh('mkdir -p /srv/data/sub /srv/database; ln -sfn /srv/data /srv/alias; c config device add web sub disk source=/srv/data/sub path=/sub');
      expect(await engine.killUsers(host, [path('/srv/database')])).toEqual([]);
      expect(await engine.killUsers(host, [path('/srv/alias')])).toEqual([{ name: 'web' }]);
      await sh('c config device remove web sub; c start web');
      expect(await engine.killUsers(host, [{ type: 'instance', name: 'web' }])).toEqual([{ name: 'web' }]);
      await sh('c start web');
    });

    it('is a place itself', async () => {
      const place: PlaceLocation = { type: 'instance', name: 'web' };
      const root = await rootOf(place);
      await sh('c exec web -- sh -c "mkdir -p /opt/app; echo x > /opt/app/file; chown 33 /opt/app/file"');
      const manifest = await takeManifest(host, `${root}/opt/app`, { kind: 'folder', ids: await engine.idRanges(host, place) });
      expect(manifest?.entries.get('file')).toMatchObject({ uid: 33, gid: 0 });
      expect(await engine.locate(host, { type: 'instance', name: 'none' })).toBeNull();
    });

    it('runs on while its engine restarts', async () => {
      await sh(`systemctl restart ${engine.name}`);
      expect(await running()).toEqual(['web']);
      expect(await sh('c exec web -- cat /opt/app/file')).toBe('x\n');
    });

    it('runs commands inside, with input, nonces and the exit status', async () => {
      const result = await inside('web', 'cat; echo " $DRILL_NONCE ${DRILL_LATE_NONCE-unset}"; echo oops >&2; exit 3');
      expect([result.stdout.toString(), result.stderr, result.exitCode]).toEqual(['typed n1 unset\n', 'oops\n', 3]);
      expect(await inside('not-there', 'true')).toMatchObject({ exitCode: 125, stderr: 'instance not-there is not there\n' });
      await sh('c init debian/13 stopped');
      expect(await inside('stopped', 'true')).toMatchObject({ exitCode: 125, stderr: 'instance stopped is stopped\n' });
    });

    it('goes with its volume, and the stack with all but what is kept', async () => {
      await sh('c storage volume create local kept; c network create extra ipv4.address=none ipv6.address=none; c profile create more; c profile device add more kept disk pool=local source=kept path=/kept; c profile add stopped more');
      await engine.removePlace(host, data);
      await engine.removePlace(host, data);
      expect([...(await engine.inventory(host))].toSorted()).toEqual(['local/kept', 'stopped']);
      await engine.removeStack(host, [volume('local/kept'), path('/srv')]);
      expect(await engine.inventory(host)).toEqual(['local/kept']);
      expect(await sh('c profile list --format csv; c network list --format csv')).not.toMatch(/more|extra/);
      await sh('c launch debian/13 fresh');
      await engine.removeStack(host, []);
      expect(await engine.inventory(host)).toEqual([]);
    });
  });
});
