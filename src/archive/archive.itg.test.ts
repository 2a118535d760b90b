/** The built-in backup and restore on a real file system, with the real programs. */
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeTestHost } from '../../tests/test-host.ts';
import { takeManifest, type Manifest } from '../evidence/manifest.ts';
import type { Host } from '../ports/host.ts';
import type { PlaceRoot } from './archive-host.ts';
import { writeArchives } from './archive.ts';
import { findArchive, unarchivePlace } from './unarchive.ts';

const passphrase = 'correct horse battery';
const signal = new AbortController().signal;
const to = '/srv/backups';
const folder: PlaceRoot = { place: 'app', root: '/srv/place', kind: 'folder' };
const file: PlaceRoot = { place: 'env', root: '/srv/files/.env', kind: 'file' };
let host: Host;

async function sh(script: string): Promise<string> {
  const result = await host.exec(['/bin/bash', '-c', `set -e -o pipefail; ${script}`]);
  if (result.exitCode !== 0) throw new Error(`${script}: exit ${result.exitCode}: ${result.stderr}`);
  return result.stdout.toString('utf8');
}

async function manifestOf({ root, kind }: PlaceRoot): Promise<Manifest> {
  const manifest = await takeManifest(host, root, { kind });
  if (manifest === null) throw new Error(`nothing at ${root}`);
  return manifest;
}

/** All that a manifest knows of each path; inodes only as far as two names have the same. */
function everything(manifest: Manifest): ReadonlyMap<string, unknown> {
  const firsts = new Map<string, string>();
  return new Map(
    [...manifest.entries].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([path, entry]) => {
      if (entry.inode !== null && !firsts.has(entry.inode)) firsts.set(entry.inode, path);
      return [path, { ...entry, size: entry.type === 'd' ? 0 : entry.size, inode: entry.inode === null ? null : firsts.get(entry.inode) }];
    }),
  );
}

const archive = (contents: readonly PlaceRoot[], secret: string | null = passphrase): Promise<void> => writeArchives(host, { contents, to, passphrase: secret, signal });
const unarchive = async (content: PlaceRoot, from = to): Promise<void> => unarchivePlace(host, { content, archive: await findArchive(host, content.place, from), passphrase, signal });
/** Why the restore failed; `changed` where the place is not as it was. */
async function refusal(content: PlaceRoot): Promise<string> {
  const before = everything(await manifestOf(content));
  const said = await unarchive(content).then(() => 'restored', String);
  return isDeepStrictEqual(everything(await manifestOf(content)), before) ? said : `changed: ${said}`;
}
const sums = (): Promise<string> => sh(`cd ${to}; sha256sum *; ls -A | wc -l`);

beforeAll(async () => {
  host = await makeTestHost();
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await sh(String.raw`
    rm -rf /srv/*; mkdir -p /srv/place/deep/er /srv/files; install -d -o ops -g ops ${to}; cd /srv/place
    echo hello > file; echo tool > deep/tool; chmod 4755 deep/tool; ln deep/tool deep/er/again; ln -s ../file deep/link; mkfifo deep/pipe
    truncate -s 5M hole; echo end >> hole; mknod deep/null c 1 3; setfattr -n user.note -v kept file; setfacl -m u:1234:r file; setfacl -d -m u:1234:rx deep
    setcap cap_net_raw+ep deep/tool 2>/dev/null || setfattr -n user.tool -v x deep/tool
    printf x > $'with\nnewline'; printf x > $'latin-\xe9'; printf x > '-dash'; printf x > "$(printf 'n%.0s' {1..240})"
    touch -d '2020-01-02 03:04:05.123456789' file deep/er deep; chown -h 12:34 deep/link; chown 12:34 . ; chmod 1711 . ; setfattr -n user.root -v 1 .
    printf 'A=1\n' > /srv/files/.env; chown ops:ops /srv/files/.env; chmod 0600 /srv/files/.env`);
});

describe('the built-in backup', () => {
  it('brings back every content and all metadata, and nothing else', async () => {
    const before = [everything(await manifestOf(folder)), everything(await manifestOf(file))];
    const blocks = await sh('stat -c %b /srv/place/hole');
    await archive([folder, file]);
    await sh(`cd /srv/place; rm -rf deep file; echo new > stale; mkdir stale-folder; chmod 700 .; chown 0:0 .; setfattr -n user.later -v 1 .; setfacl -m u:77:rwx .; echo B=2 > ${file.root}`);
    await unarchive(folder);
    await unarchive(file);
    expect([everything(await manifestOf(folder)), everything(await manifestOf(file))]).toEqual(before);
    expect(Number(await sh('stat -c %b /srv/place/hole'))).toBeLessThanOrEqual(Number(blocks) + 8);
    expect(await sh('ls -A /srv/files')).toBe('.env\n');
  });

  it('makes what is not there, with folders owned as those around them', async () => {
    const before = everything(await manifestOf(folder));
    await archive([{ ...folder, root: '/srv/place' }]);
    await sh('chown ops:ops /srv/files');
    await unarchivePlace(host, { content: { ...folder, root: '/srv/files/a/b' }, archive: `${to}/app.tar.zst.gpg`, passphrase, signal });
    expect(everything(await manifestOf({ ...folder, root: '/srv/files/a/b' }))).toEqual(before);
    expect(await sh('stat -c %U /srv/files/a')).toBe('ops\n');
  });

  it('is read by gpg, zstd and tar', async () => {
    await archive([folder, file]);
    await archive([folder], null);
    await sh(`mkdir /srv/out /srv/plain; cd /srv/out; echo '${passphrase}' > /root/phrase
      for name in app env; do gpg --batch --pinentry-mode loopback --passphrase-file /root/phrase -d ${to}/$name.tar.zst.gpg | zstd -d | tar x; done
      diff -r --no-dereference /srv/out/deep/er /srv/place/deep/er; cmp .env ${file.root}; cmp file /srv/place/file
      zstd -d < ${to}/app.tar.zst | tar x -C /srv/plain; cmp /srv/plain/file file`);
    expect(await sh(`stat -c '%U %a' ${to}/app.tar.zst.gpg`)).toBe('ops 600\n');
    expect(await sh(`zstd -lv ${to}/app.tar.zst | grep -c 'Check: XXH64'`)).toBe('1\n');
    await expect(findArchive(host, 'app', to)).rejects.toThrow('two archives of app');
  });

  it('shows its passphrase in no process list', async () => {
    await sh('head -c 60000000 /dev/urandom > /srv/place/big');
    await using watch = await host.start(['/bin/sh', '-c', 'while :; do cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr "\\0" " "; done']);
    let seen = '';
    watch.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString('latin1')));
    watch.stderr.resume();
    // A list is a look at one moment: both programs must have been caught at work.
    for (let tries = 0; tries < 20 && !(seen.includes('--symmetric') && seen.includes('--decrypt')); tries += 1) {
      await archive([folder]);
      await unarchive(folder);
    }
    expect(seen).toContain('--symmetric');
    expect(seen).toContain('--decrypt');
    expect(seen).not.toContain(passphrase);
  });
});

describe('a backup that fails leaves what was there', () => {
  it('on a full disk', async () => {
    await sh(`mount -t tmpfs -o size=1m tmpfs ${to}`);
    try {
      await archive([folder, file]);
      const before = await sums();
      await sh('head -c 3000000 /dev/urandom > /srv/place/big; echo B=2 > /srv/files/.env');
      await expect(archive([file, folder])).rejects.toThrow('No space left on device');
      expect(await sums()).toBe(before);
      await expect(archive([folder], null)).rejects.toThrow('No space left on device');
      expect(await sums()).toBe(before);
    } finally {
      await sh(`umount ${to}`);
    }
  });

  it('when it is killed, or the place cannot be read', async () => {
    await archive([folder]);
    const before = await sums();
    await sh('head -c 200000000 /dev/urandom > /srv/place/big');
    const killed = archive([folder]);
    killed.catch(() => undefined);
    await sh('until pkill -KILL -x gpg; do sleep 0.05; done');
    await expect(killed).rejects.toThrow('the archive of app');
    expect(await sums()).toBe(before);
    await expect(archive([{ ...folder, root: '/srv/nowhere' }])).rejects.toThrow('/srv/nowhere');
    expect(await sums()).toBe(before);
  });

  it('when the content changes under it', async () => {
    await archive([folder]);
    const before = await sums();
    await sh('head -c 50000000 /dev/urandom > /srv/place/log');
    await using writer = await host.start(['/bin/sh', '-c', 'while :; do echo line >> /srv/place/log; done']);
    writer.stderr.resume();
    await expect(archive([folder])).rejects.toThrow('file changed as we read it');
    expect(await sums()).toBe(before);
  });
});

describe('a restore that fails leaves what was there', () => {
  const whole = 'nothing was replaced';

  it.each([
    ['cut', 'truncate -s -100 app.tar.zst.gpg', whole],
    ['cut to nothing', 'truncate -s 0 app.tar.zst.gpg', whole],
    ['tampered', `printf x | dd of=app.tar.zst.gpg bs=1 seek=300 conv=notrunc status=none`, whole],
    ['for another passphrase', `zstd -q < /etc/services | gpg --batch --pinentry-mode loopback --passphrase other -o app.tar.zst.gpg --yes -c`, whole],
    ['without encryption, and cut', 'rm app.tar.zst.gpg; tar c -C /srv/place . | zstd -q > app.tar.zst; truncate -s -1 app.tar.zst', whole],
    ['an empty tar', 'rm app.tar.zst.gpg; tar c -T /dev/null | zstd -q > app.tar.zst', 'not the archive of a folder'],
    ['with absolute paths', 'rm app.tar.zst.gpg; tar cP -C /srv/place . /etc/hostname | zstd -q > app.tar.zst', 'absolute paths'],
    ['with paths that lead out', 'rm app.tar.zst.gpg; mkdir /srv/x; cd /srv/x; tar cP . ../files | zstd -q > ../backups/app.tar.zst', whole],
    ['of a file', 'mv env.tar.zst.gpg app.tar.zst.gpg', 'not the archive of a folder'],
  ])('from an archive that is %s', async (_, spoil, message) => {
    await archive([folder, file]);
    await sh(`cd ${to}; ${spoil}`);
    await sh('echo precious > /srv/place/newer');
    const said = await refusal(folder);
    expect(said).toContain(message);
    expect(said).not.toMatch(/^changed|^restored/);
  });

  it('writes nothing through a symbolic link that leads out', async () => {
    await sh(`mkdir -p /srv/x/1 /srv/x/2/way; ln -s /srv/files /srv/x/1/way; echo evil > /srv/x/2/way/evil
      { cd /srv/x/1; tar c . > /srv/x/a.tar; cd ../2; tar rf /srv/x/a.tar ./way/evil; }; zstd -q < /srv/x/a.tar > ${to}/app.tar.zst`);
    await unarchive(folder).catch(() => undefined);
    expect(await sh('ls -A /srv/files')).toBe('.env\n');
  });

  it('on a full disk', async () => {
    await sh('head -c 3000000 /dev/urandom > /srv/place/big');
    await archive([folder]);
    await sh('rm -rf /srv/place/*; mount -t tmpfs -o size=1m tmpfs /srv/place; echo precious > /srv/place/newer');
    try {
      expect(await refusal(folder)).toMatch(/^Error: .*nothing was replaced/s);
      await sh('mount -o remount,size=100m /srv/place');
      await unarchive(folder);
      expect(await sh('stat -c %s /srv/place/big; ls /srv/place/newer 2>/dev/null || echo gone')).toBe('3000000\ngone\n');
    } finally {
      await sh('umount /srv/place');
    }
  });

  it('when it is an archive of more than one file, or there is none', async () => {
    await archive([folder]);
    await sh(`cd ${to}; mv app.tar.zst.gpg env.tar.zst.gpg`);
    expect(await refusal(file)).toMatch(/^Error: .*not the archive of one file/s);
    await sh(`rm ${to}/*`);
    expect(await refusal(file)).toMatch(/^Error: there is no archive of env/);
  });
});
