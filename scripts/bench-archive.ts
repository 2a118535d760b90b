/** The built-in backup and restore against what people write by hand; manifest and comparison of many small files against plain sums. */
import { writeArchives } from '../src/archive/archive.ts';
import { unarchivePlace } from '../src/archive/unarchive.ts';
import { comparePlace } from '../src/evidence/compare.ts';
import { takeManifest } from '../src/evidence/manifest.ts';
import { makeNonce } from '../src/evidence/nonce.ts';
import type { Host } from '../src/ports/host.ts';
import { type Row, median, seconds } from './measure.ts';

const signal = new AbortController().signal;
const passphrase = 'correct horse battery';
const rounds = 3;

async function sh(host: Host, script: string): Promise<void> {
  const { exitCode, stderr } = await host.exec(['/bin/bash', '-ec', `set -o pipefail; ${script}`]);
  if (exitCode !== 0) throw new Error(`${script}: exit ${exitCode}: ${stderr}`);
}

/** 420 MB as a homelab has them: programs, text, databases with room in them, and pictures that no compression makes smaller. */
const mixed = `mkdir -p /srv/mixed && cd /srv/mixed
cp -r /usr/bin programs && cp -r /usr/share text && cp -r /usr/lib/x86_64-linux-gnu libraries
mkdir pictures && head -c 60000000 /dev/urandom | split -b 2000000 - pictures/
have=$(du -sb . | cut -f 1); [ "$have" -ge 420000000 ] || yes "$(head -c 3000 /usr/bin/bash | base64)" | head -c $((420000000 - have)) > database
while [ "$(du -sb . | cut -f 1)" -gt 440000000 ]; do find libraries -type f -size +1M | head -n 1 | xargs rm; done`;

const gpg = 'gpg --batch --yes --quiet --pinentry-mode loopback --passphrase-file /root/phrase';

export async function archiveRows(host: Host): Promise<readonly Row[]> {
  await sh(host, `${mixed}; echo '${passphrase}' > /root/phrase; mkdir -p /srv/by-hand /srv/built-in /srv/out; cat $(find /srv/mixed -type f) > /dev/null`);
  const content = { place: 'mixed', root: '/srv/mixed', kind: 'folder' } as const;
  const times = { byHand: [] as number[], builtIn: [] as number[], backByHand: [] as number[], backBuiltIn: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    times.byHand.push(await seconds(() => sh(host, `cd /srv/by-hand; tar czf mixed.tar.gz -C /srv/mixed .; ${gpg} --symmetric mixed.tar.gz; rm mixed.tar.gz`)));
    times.builtIn.push(await seconds(() => writeArchives(host, { contents: [content], to: '/srv/built-in', passphrase, signal })));
    await sh(host, 'rm -rf /srv/out/*');
    times.backByHand.push(await seconds(() => sh(host, `cd /srv/by-hand; ${gpg} --output mixed.tar.gz --decrypt mixed.tar.gz.gpg; tar xzf mixed.tar.gz -C /srv/out`)));
    await sh(host, 'rm -rf /srv/out/*');
    times.backBuiltIn.push(await seconds(() => unarchivePlace(host, { content: { ...content, root: '/srv/out' }, archive: '/srv/built-in/mixed.tar.zst.gpg', passphrase, signal })));
  }
  await sh(host, 'rm -rf /srv/mixed /srv/by-hand /srv/built-in /srv/out');
  return [
    { what: 'built-in archive of 420 MB / tar czf, then gpg --symmetric', seen: median(times.builtIn) / median(times.byHand), limit: 1 / 4, unit: '×' },
    { what: 'built-in restore of the same / gpg --decrypt, then tar xzf', seen: median(times.backBuiltIn) / median(times.backByHand), limit: 1 / 2, unit: '×' },
  ];
}

export async function manyFiles(host: Host): Promise<Row> {
  await sh(host, 'mkdir -p /srv/many; cd /srv/many; for d in $(seq 1 100); do mkdir $d; for f in $(seq 1 1000); do echo "$d $f" > $d/$f; done; done; cat */* > /dev/null');
  const sums: number[] = [];
  const drilled: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    sums.push(await seconds(() => sh(host, 'find /srv/many -type f | xargs sha256sum > /dev/null')));
    const before = await takeManifest(host, '/srv/many', { kind: 'folder' });
    drilled.push(
      await seconds(async () => {
        const restored = await takeManifest(host, '/srv/many', { kind: 'folder' });
        comparePlace({ name: 'many', mode: 'exact', volatile: ['*.log'], before, after: before, restored, nonce: makeNonce(), lateNonce: null, noncesBack: new Map() });
      }),
    );
  }
  await sh(host, 'rm -rf /srv/many');
  return { what: 'manifest and comparison of 100,000 files / find | xargs sha256sum', seen: median(drilled) / median(sums), limit: 2, unit: '×' };
}
