/** What an inspection costs, and what ten thousand damaged artefacts get past it. */
import { type ArtefactSource, type InspectionOptions, inspectArtefacts } from '../src/evidence/artefact/inspect-artefacts.ts';
import type { Host } from '../src/ports/host.ts';
import { type CorruptedFormat, openCorruptionWorkshop, silentCorruptions } from '../tests/corruption.ts';
import { type Row, median, seconds } from './measure.ts';

const options: InspectionOptions = { nonces: new Map([[`drill${'0'.repeat(32)}`, 'app']]), passphrases: [{ text: 'bench', from: 'person' }] };
const peakFile = '/tmp/bench-peak';
/** Runs a program, and leaves its peak of memory in a file, KiB. */
const measured = `import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
open('${peakFile}', 'w').write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)`;

/** 1 GiB, two thirds of it noise, and an archive of many members. */
const prepare = `cd /srv && mkdir bench-inspection && cd bench-inspection
for i in 1 2 3 4; do head -c 200M /dev/urandom > noise-$i; done
for i in 1 2; do (for j in $(seq 20); do find /usr -type f -name '*.so*' -exec cat {} + | head -c 20M; done) > text-$i; done
tar c noise-* text-* | zstd -q | gpg --batch --pinentry-mode loopback --passphrase bench -c -o big.tar.zst.gpg
yes /etc/passwd | head -n 100000 | tar cP --hard-dereference -T - > many.tar; rm noise-* text-*; cat big.tar.zst.gpg > /dev/null`;

export async function inspectionRows(host: Host): Promise<readonly Row[]> {
  await must(host, prepare);
  const big = '/srv/bench-inspection/big.tar.zst.gpg';
  const rounds = [];
  for (let round = 0; round < 3; round += 1) {
    const pipeline = await seconds(() => must(host, `set -o pipefail; gpg --batch --pinentry-mode loopback --passphrase bench -d ${big} 2>/dev/null | zstd -qdc | sha256sum`));
    rounds.push((await seconds(() => inspect(host, { path: big }))) / pipeline);
  }
  const peakOfBig = await peakOf(host, { path: big });
  let members = 0;
  const peakOfMany = await peakOf(host, { path: '/srv/bench-inspection/many.tar', listener: { member: () => void (members += 1) } });
  if (members !== 100_000) throw new Error(`${members} members were told of 100000`);
  await must(host, 'rm -r /srv/bench-inspection');
  return [
    { what: 'inspection of 1 GiB encrypted / gpg -d | zstd -d | sha256sum', seen: median(rounds), limit: 1.5, unit: '×' },
    { what: 'memory that it took in the host', seen: peakOfBig, limit: 300, unit: 'MB' },
    { what: 'memory for an archive of 100,000 members', seen: peakOfMany, limit: 300, unit: 'MB' },
  ];
}

/** Fixed seeds, another one for each format. */
export async function corruptionRow(): Promise<Row> {
  using shop = openCorruptionWorkshop();
  const counts: Readonly<Record<CorruptedFormat, number>> = { tar: 1500, gzip: 1500, bzip2: 1500, xz: 1500, zip: 1500, zstd: 1000, 'zstd without a checksum': 1000, OpenPGP: 500 };
  let silent = 0;
  for (const [index, [format, count]] of (Object.entries(counts) as [CorruptedFormat, number][]).entries()) {
    const names = await silentCorruptions(shop, format, count, index + 1);
    for (const name of names) console.log(name);
    silent += names.length;
  }
  return { what: '10,000 damaged artefacts that pass without a word', seen: silent, limit: 0, unit: '' };
}

async function must(host: Host, script: string): Promise<void> {
  const { exitCode, stderr } = await host.exec(['/bin/bash', '-ec', script]);
  if (exitCode !== 0) throw new Error(`the bench cannot prepare: exit ${exitCode}: ${stderr}`);
}

async function inspect(host: Pick<Host, 'exec'>, source: ArtefactSource): Promise<void> {
  const [facts] = await inspectArtefacts(host, [source], options);
  if (facts?.state !== 'readable') throw new Error(`the inspector cannot read it: ${facts?.detail}`);
}

/** MB. */
async function peakOf(host: Host, source: ArtefactSource): Promise<number> {
  await inspect({ exec: (command, given) => host.exec(['/usr/bin/python3', '-c', measured, ...command], given) }, source);
  const { stdout } = await host.exec(['/usr/bin/cat', peakFile]);
  return (Number(stdout.toString()) * 1024) / 1e6;
}
