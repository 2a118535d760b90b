/** Artefacts cut anywhere and with bits flipped anywhere, the same for the same seed, and whether damage would pass without a word. */
import type { InspectionOptions } from '../src/evidence/artefact/inspect-artefacts.ts';
import { type Inspected, type Workshop, inspectHere, openWorkshop } from './inspector-here.ts';

// Few rounds of the passphrase's hash: how hard it is to guess is not what is tested.
const gpg = 'gpg --homedir . --batch --pinentry-mode loopback --s2k-count 1024 --passphrase right';

/** `checked`: the format has a checksum of its content, so that a flipped bit is damage; else only the hash of the member tells. */
const artefacts = {
  tar: { command: 'tar c -b1 data', checked: false, programs: [] },
  gzip: { command: 'tar c -b1 data | gzip -n', checked: true, programs: [] },
  bzip2: { command: 'tar c -b1 data | bzip2', checked: true, programs: ['/usr/bin/bzip2'] },
  xz: { command: 'tar c -b1 data | xz', checked: true, programs: ['/usr/bin/xz'] },
  zip: { command: 'zip -qrX - data', checked: true, programs: ['/usr/bin/zip'] },
  zstd: { command: 'tar c -b1 data | zstd -q', checked: true, programs: ['/usr/bin/zstd'] },
  'zstd without a checksum': { command: 'tar c -b1 data | zstd -q --no-check', checked: false, programs: ['/usr/bin/zstd'] },
  OpenPGP: { command: `tar c -b1 data | gzip -n | ${gpg} -c -o -`, checked: true, programs: ['/usr/bin/gpg'] },
} as const;
export type CorruptedFormat = keyof typeof artefacts;
export const corruptedFormats = Object.keys(artefacts) as readonly CorruptedFormat[];
export const programsOf = (format: CorruptedFormat): readonly string[] => artefacts[format].programs;

export const openCorruptionWorkshop = (): Workshop => openWorkshop('mkdir -p data/sub; seq 400 > data/numbers; head -c 900 /dev/urandom > data/sub/noise; echo end > data/z');

const options: Partial<InspectionOptions> = { passphrases: [{ text: 'right', from: 'person' }] };

/** Names of those of `count` corruptions, half of them cuts, that pass as the good artefact does not: readable, and with other members. */
export async function silentCorruptions(shop: Workshop, format: CorruptedFormat, count: number, seed: number): Promise<readonly string[]> {
  const { command, checked } = artefacts[format];
  const good = shop.bytes(command);
  const random = generator(seed);
  const corruptions = Array.from({ length: count }, (_, index) => {
    // A file of nothing says of itself that it is empty.
    const at = 1 + Math.floor(random() * (good.length - 1));
    return index % 2 === 0 ? { name: `${format} cut after ${at} bytes`, bytes: good.subarray(0, at), cut: true } : { ...flipped(good, at, Math.floor(random() * 8), format), cut: false };
  });
  const [intact, ...damaged] = await inspectHere([good, ...corruptions.map(({ bytes }) => bytes)], options);
  if (intact === undefined || intact.facts.state !== 'readable') throw new Error(`the good ${format} cannot be read: ${intact?.facts.detail}`);
  const wanted = content(intact);
  return corruptions.flatMap(({ name, cut }, index) => {
    const seen = damaged[index];
    const passes = seen === undefined || (seen.facts.state === 'readable' && content(seen) !== wanted);
    return passes && (cut || checked) ? [name] : [];
  });
}

function flipped(good: Buffer, at: number, bit: number, format: string): { readonly name: string; readonly bytes: Buffer } {
  const bytes = Buffer.from(good);
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
  return { name: `${format} with bit ${bit} of byte ${at} flipped`, bytes };
}

/** What would be restored. Times and owners of a zip archive have no checksum. */
const content = ({ members }: Inspected): string => JSON.stringify([...members.values()].map(({ path, type, sha256, size }) => [path, type, sha256, size]));

/** Mulberry32: numbers from 0 to 1 that follow from the seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
