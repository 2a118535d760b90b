/** Canaries, manifests, nonces and losses on a real file system in a host. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeTestHost } from '../../tests/test-host.ts';
import type { Host } from '../ports/host.ts';
import { plantBallast } from './ballast.ts';
import { plantCanary } from './canary.ts';
import { plantInFile } from './canary-in-file.ts';
import { comparePlace } from './compare.ts';
import { corruptPlace, emptyFolder, removeFile, removeFolder } from './corrupt.ts';
import { type Manifest, takeManifest } from './manifest.ts';
import { makeNonce } from './nonce.ts';
import { noncesInPlace } from './nonces-in-place.ts';
import { killProcessesHolding, processesHolding } from './processes.ts';

const root = '/srv/place';
let host: Host;
const nonce = makeNonce();
const lateNonce = makeNonce();

beforeAll(async () => {
  host = await makeTestHost([], { packages: ['busybox'] });
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

async function sh(script: string): Promise<string> {
  const result = await host.exec(['/bin/bash', '-c', `set -e; ${script}`]);
  if (result.exitCode !== 0) throw new Error(`${script}: exit ${result.exitCode}: ${result.stderr}`);
  return result.stdout.toString('utf8');
}

async function manifestOf(path: string, kind: 'folder' | 'file' = 'folder'): Promise<Manifest> {
  const manifest = await takeManifest(host, path, { kind });
  if (manifest === null) throw new Error(`nothing at ${path}`);
  return manifest;
}

/** Starts a process of its own and lets it get going. */
function start(command: string): Promise<string> {
  return sh(`setsid bash -c '${command}' >/dev/null 2>&1 </dev/null & sleep 0.3`);
}

/** Differences as short lines. */
async function difference(before: Manifest, path: string, kind: 'folder' | 'file' = 'folder'): Promise<readonly string[]> {
  const fact = comparePlace({
    name: 'p', mode: 'exact', volatile: [], before, after: before, restored: await takeManifest(host, path, { kind }),
    nonce, lateNonce, noncesBack: await noncesInPlace(host, path, [nonce, lateNonce]),
  });
  return fact.differences.map((each) => `${each.kind} ${each.severity} ${each.aspect} ${each.path}`);
}

describe('a manifest', () => {
  it('is null where nothing is', async () => {
    expect(await takeManifest(host, '/srv/not-there', { kind: 'folder' })).toBeNull();
    expect(await takeManifest(host, '/srv/not-there', { kind: 'file' })).toBeNull();
  });

  it('has every entry with all that a restore can lose', async () => {
    await sh(String.raw`
      rm -rf ${root}; mkdir -p ${root}/d; cd ${root}; chown 472:473 .; chmod 2750 .
      printf hello > 'a b'; chmod 4755 'a b'; touch -d @1700000000.25 'a b'; ln 'a b' hard
      printf x > $'new\nline=\\'; printf y > $'\xff\xfe'; printf z > 'zażółć'; : > -- ; printf q > -; printf w > ./-rf
      ln -s 'no where' dangling; mkfifo fifo; setfattr -n user.k -v 1 $'new\nline=\\'; setfattr -n user.k -v 2 $'\xff\xfe'; setfattr -n user.root -v r .
      cp /bin/true cap; setcap cap_net_raw+ep cap; setfacl -m u:1000:r d; setfacl -d -m u:1000:r d`);
    const { entries, bytes, kind } = await manifestOf(root);
    expect(kind).toBe('folder');
    expect(entries.get('.')).toMatchObject({ type: 'd', mode: '2750', uid: 472, gid: 473, xattrs: { 'user.root': '0x72' } });
    expect(entries.get('a b')).toMatchObject({ type: 'f', mode: '4755', size: 5, mtime: 1_700_000_000.25, sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824', link: null });
    expect(entries.get('hard')?.inode).toBe(entries.get('a b')?.inode);
    expect(entries.get('hard')?.inode).toMatch(/^\d+:\d+$/);
    expect(entries.get(String.raw`new\x0aline=\\`)).toMatchObject({ type: 'f', size: 1, xattrs: { 'user.k': '0x31' }, inode: null });
    expect(entries.get(String.raw`\xff\xfe`)).toMatchObject({ size: 1, xattrs: { 'user.k': '0x32' } });
    expect(entries.get('zażółć')?.sha256).toMatch(/^594e519ae499/);
    expect(entries.get('dangling')).toMatchObject({ type: 'l', link: 'no where', sha256: null });
    expect(entries.get('fifo')?.type).toBe('p');
    expect(entries.get('-')?.sha256).toMatch(/^8e35c2cd3bf6/);
    expect(entries.get('-rf')?.sha256).toMatch(/^50e721e49c01/);
    expect(Object.keys(entries.get('cap')?.xattrs ?? {})).toEqual(['security.capability']);
    expect(Object.keys(entries.get('d')?.xattrs ?? {})).toEqual(['system.posix_acl_access', 'system.posix_acl_default']);
    expect([...entries.values()].filter((entry) => entry.type === 'f' && entry.sha256 === null)).toEqual([]);
    expect(bytes).toBeGreaterThan(14);
  });

  it('follows a place that is a link itself, and nothing in it', async () => {
    await sh(`rm -rf ${root} /srv/link; mkdir ${root}; echo x > ${root}/f; ln -s / ${root}/out; ln -s ${root} /srv/link; ln -s place/f /srv/flink`);
    expect([...(await manifestOf('/srv/link')).entries.keys()].toSorted()).toEqual(['.', 'f', 'out']);
    expect((await manifestOf('/srv/flink', 'file')).entries.get('.')).toMatchObject({ type: 'f', size: 2 });
  });

  it('of a file is one entry, and tells a folder in its stead', async () => {
    await sh(`rm -rf ${root}; echo A=1 > ${root}; chmod 600 ${root}; chown 1000:1000 ${root}; setfattr -n user.k -v 1 ${root}`);
    const before = await manifestOf(root, 'file');
    expect([...before.entries]).toMatchObject([['.', { type: 'f', mode: '600', uid: 1000, sha256: expect.stringMatching(/^[0-9a-f]{64}$/), xattrs: { 'user.k': '0x31' } }]]);
    await sh(`rm ${root}; mkdir ${root}`);
    expect(await difference(before, root, 'file')).toEqual(['metadata error type .']);
  });

  it('is not disturbed by files that come and go, and agrees with itself elsewhere', async () => {
    await sh(`rm -rf ${root}; mkdir ${root}; echo x > ${root}/still`);
    await sh(`touch /srv/churn; (while [ -e /srv/churn ]; do for i in $(seq 40); do echo $i > ${root}/n$i; rm -f ${root}/n$(((i + 20) % 40)); done; done; touch /srv/churned) >/dev/null 2>&1 &`);
    for (let round = 0; round < 3; round += 1) expect((await manifestOf(root)).entries.get('still')?.sha256).toMatch(/^73cb3858/);
    await sh('rm /srv/churn; until [ -e /srv/churned ]; do sleep 0.1; done');
  });
});

describe('a canary', () => {
  beforeEach(async () => {
    await sh(`rm -rf ${root} /srv/copy /srv/out; mkdir ${root} /srv/copy; chmod 750 ${root}; chown 472:472 ${root}; echo data > ${root}/db; chown 472:0 ${root}/db; chmod 640 ${root}/db`);
  });

  it('has the owner of the files that are there', async () => {
    await plantCanary(host, root, nonce);
    expect(await sh(`find ${root}/.drill-canary -printf '%U:%G\\n' | sort -u`)).toBe('472:0\n');
    expect(await sh(`cat ${root}/.drill-canary/nonce`)).toBe(`${nonce}\n`);
    expect(await sh(`find ${root}/.drill-canary -xtype l`)).toBe('');
    expect(await sh(`stat -c %a ${root}/.drill-canary/private ${root}/.drill-canary/read-only ${root}/.drill-canary/program`)).toBe('600\n444\n755\n');
    await plantCanary(host, root, lateNonce, { late: true });
    expect(await sh(`cat ${root}/.drill-canary-late/nonce; stat -c %u:%g ${root}/.drill-canary-late`)).toBe(`${lateNonce}\n472:0\n`);
  });

  it('has the owner of the root where there is no file, and refuses to be planted twice', async () => {
    await sh(`rm ${root}/db`);
    await plantCanary(host, root, nonce);
    expect(await sh(`stat -c %u:%g ${root}/.drill-canary/nonce`)).toBe('472:472\n');
    await expect(plantCanary(host, root, nonce)).rejects.toThrow('there already');
    await expect(plantCanary(host, '/srv/not-there', nonce)).rejects.toThrow('no folder');
  });

  it('does not need root for a backup that needed none', async () => {
    await sh(`chmod 755 ${root}; chmod 644 ${root}/db`);
    await plantCanary(host, root, nonce);
    // GNU tar reads no content when it writes to /dev/null itself.
    const result = await host.exec(['/bin/bash', '-c', `set -o pipefail; tar -cf - -C ${root} . | cat >/dev/null`], { user: 'nobody' });
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  });

  const copies: readonly [string, string, readonly string[]][] = [
    ['cp -a', `cp -a ${root}/. /srv/copy/`, []],
    ['rsync -a', `rsync -a ${root}/ /srv/copy/`, ['hard-link', 'user-xattrs']],
    ['rsync -aHAX', `rsync -aHAX ${root}/ /srv/copy/`, []],
    ['GNU tar', `tar -czf /srv/out -C ${root} . && tar -xzf /srv/out -C /srv/copy`, ['user-xattrs']],
    ['GNU tar with everything', `tar --xattrs --acls --numeric-owner --format=posix -cf /srv/out -C ${root} . && tar --xattrs --xattrs-include='*' --acls --numeric-owner -xf /srv/out -C /srv/copy`, []],
    ['busybox tar', `busybox tar -czf /srv/out -C ${root} . && busybox tar -xzf /srv/out -C /srv/copy`, ['owner', 'user-xattrs']],
    ['busybox cp -a', `busybox cp -a ${root}/. /srv/copy/`, ['user-xattrs']],
  ];
  it.each(copies)('comes back by %s with warnings at most', async (_, command, aspects) => {
    await plantCanary(host, root, nonce);
    const before = await manifestOf(root);
    await sh(command);
    const found = await difference(before, '/srv/copy');
    expect(found.filter((each) => each.includes(' error '))).toEqual([]);
    expect([...new Set(found.map((each) => each.split(' ')[2]))].toSorted()).toEqual(aspects);
  });

  it.each<[string, string, string]>([
    ['cp -r as root', `cp -r ${root}/. /srv/copy/`, 'metadata error owner .drill-canary'],
    ['a copy without hidden files', `cp -a ${root}/* /srv/copy/; chown 472:472 /srv/copy; chmod 750 /srv/copy`, 'missing error path .drill-canary'],
    ['chmod -R', `cp -a ${root}/. /srv/copy/; chmod -R u+rwX,go-rwx /srv/copy`, 'metadata error mode .drill-canary/program'],
    ['chown -R', `cp -a ${root}/. /srv/copy/; chown -R 0:0 /srv/copy`, 'metadata error owner .'],
    ['links followed', `cp -aL ${root}/. /srv/copy/ || true`, 'metadata error type .drill-canary/link'],
  ])('tells %s', async (_, command, expected) => {
    await plantCanary(host, root, nonce);
    const before = await manifestOf(root);
    await sh(command);
    expect(await difference(before, '/srv/copy')).toContain(expected);
  });

  it('with ballast has the size that was asked for, and its owner', async () => {
    await plantCanary(host, root, nonce);
    await plantBallast(host, root, 40 * 1024 * 1024 + 5);
    expect(await sh(`cd ${root}/.drill-canary/ballast; stat -c '%s %u:%g' * `)).toBe('16777216 472:0\n16777216 472:0\n8388613 472:0\n');
  });
});

describe('the canary of a file', () => {
  it('keeps owner, mode and inode', async () => {
    await sh(`rm -rf ${root}; echo A=1 > ${root}; chown 1000:1000 ${root}; chmod 600 ${root}`);
    const before = await sh(`stat -c '%u %a %i' ${root}`);
    await plantInFile(host, root, { type: 'line' }, nonce);
    expect(await sh(`cat ${root}; stat -c '%u %a %i' ${root}`)).toBe(`A=1\n# ${nonce}\n${before}`);
    await plantInFile(host, root, { type: 'none' }, lateNonce);
    expect([...(await noncesInPlace(host, root, [nonce, lateNonce]))]).toEqual([[nonce, ['.']]]);
    await expect(plantInFile(host, '/srv/not-there', { type: 'line' }, nonce)).rejects.toThrow('reading /srv/not-there');
  });

  it('in JSON leaves the rest', async () => {
    await sh(`rm -rf ${root}; echo '{"a":{"labels":["x"]},"b":1}' > ${root}`);
    await plantInFile(host, root, { type: 'json', key: 'a.labels' }, nonce);
    expect(JSON.parse(await sh(`cat ${root}`))).toEqual({ a: { labels: ['x', nonce] }, b: 1 });
  });
});

describe('nonces in a place', () => {
  it('are found in any bytes, across block borders, and only those that are asked for', async () => {
    const other = makeNonce();
    await sh(`rm -rf ${root}; mkdir -p ${root}/d; cd ${root}
      (head -c 1048560 /dev/zero; printf ${nonce}; head -c 3000000 /dev/zero) > d/border
      printf 'drill%s' ${nonce} > glued; printf ${other} > other; ln -s / out; mkfifo fifo; ln -s glued link; : > name-${lateNonce}`);
    const found = await noncesInPlace(host, root, [nonce, lateNonce]);
    expect([...found.keys()]).toEqual([nonce]);
    expect(found.get(nonce)?.toSorted()).toEqual(['d/border', 'glued']);
    expect((await noncesInPlace(host, '/srv/not-there', [nonce])).size).toBe(0);
  });
});

describe('a loss', () => {
  beforeEach(async () => {
    await sh(`rm -rf ${root}; mkdir ${root}; chown 472:472 ${root}; head -c 100000 /dev/urandom > ${root}/big; echo small > ${root}/small; : > ${root}/empty; chmod 4711 ${root}/small; chmod 400 ${root}/big`);
    await plantCanary(host, root, nonce);
    await sh(`(head -c 200000 /dev/zero; printf ${nonce}; head -c 7000000 /dev/zero) > ${root}/far; ln -s big ${root}/l`);
  });

  it('empties a folder and keeps the folder', async () => {
    await emptyFolder(host, root);
    expect(await sh(`find ${root} -printf '%P %U\\n'`)).toBe(' 472\n');
  });

  it('says so when something cannot be removed', async () => {
    await sh(`mkdir ${root}/mounted; mount -t tmpfs none ${root}/mounted`);
    await expect(emptyFolder(host, root)).rejects.toThrow('mounted');
    await sh(`umount ${root}/mounted`);
  });

  it('corrupts every file and every nonce, and leaves paths, owners and modes', async () => {
    const before = await manifestOf(root);
    await corruptPlace(host, root);
    const differences = (await difference(before, root)).filter((each) => !each.includes('mtime'));
    const files = [...before.entries].filter(([, entry]) => entry.type === 'f' && entry.size > 0).map(([path]) => `changed error content ${path}`);
    expect(differences.toSorted()).toEqual(files.toSorted());
    expect((await noncesInPlace(host, root, [nonce])).size).toBe(0);
    const after = await manifestOf(root);
    for (const [path, entry] of before.entries) expect([path, after.entries.get(path)?.size]).toEqual([path, entry.type === 'd' ? expect.any(Number) : entry.size]);
  });

  it('removes a file or a folder, there or not', async () => {
    await removeFile(host, `${root}/big`);
    await removeFile(host, `${root}/big`);
    await removeFolder(host, `${root}/.drill-canary`);
    await removeFolder(host, `${root}/.drill-canary`);
    expect(await sh(`ls -A ${root}`)).toBe('empty\nfar\nl\nsmall\n');
  });
});

describe('processes that hold a place', () => {
  beforeEach(async () => {
    await sh(`rm -rf ${root} ${root}-other; mkdir ${root} ${root}-other; echo x > ${root}/f; echo x > ${root}-other/f`);
  });
  it.each([
    ['an open file', `exec 3<${root}/f; exec sleep 301`],
    ['a file that is unlinked', `exec 3<${root}/f; rm ${root}/f; exec sleep 302`],
    ['its folder', `cd ${root}; exec sleep 303`],
    ['a program in it', `cp /bin/sleep ${root}/prog; exec ${root}/prog 304`],
    ['a file under another name', `ln ${root}/f /srv/elsewhere; exec 3</srv/elsewhere; exec sleep 305`],
  ])('are found and killed: %s', async (_, command) => {
    await start(`exec 4<${root}-other/f; exec sleep 306`);
    await start(command);
    expect(await processesHolding(host, root)).toHaveLength(1);
    expect(await killProcessesHolding(host, root)).toHaveLength(1);
    expect(await processesHolding(host, root)).toEqual([]);
    expect(await killProcessesHolding(host, `${root}-other`)).toMatchObject([{ command: 'sleep' }]);
    await sh('rm -f /srv/elsewhere');
  });
});
