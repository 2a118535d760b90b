/** Layers around the data, as real programs write them: alone, nested, damaged, of nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Inspected, type Workshop, inspectHere, openWorkshop } from '../../../tests/inspector-here.ts';
import type { InspectionOptions } from './inspect-artefacts.ts';
import { programsFor } from '../../../tests/real-programs.ts';

const nonce = `drill${'0123456789abcdef'.repeat(2)}`;
const secret = 'a secret of some length, with "quotes"\nand a second line';
const options: Partial<InspectionOptions> = {
  passphrases: [
    { text: 'not this one', from: 'person' },
    { text: 'correct horse', from: 'person' },
    { text: 'in the backup', from: 'backup' },
    { text: 'correct horse\r', from: 'mistake', mistake: 'the passphrase and a carriage return' },
  ],
   nonces: new Map([[nonce, 'app']]), needles: [{ name: 'secret', bytes: Buffer.from(secret) }], limits: { ratio: 100, freeBytes: 2 << 20 } };
// Few rounds of the passphrase's hash: how hard it is to guess is not what is tested.
const gpg = 'gpg --homedir keys --batch --pinentry-mode loopback --trust-model always --s2k-count 1024';
const encrypt = (passphrase: string): string => `${gpg} --passphrase '${passphrase}' --symmetric -o -`;
const crlf = String.raw`printf 'correct horse\r\n' > crlf; ${gpg} --passphrase-file crlf --symmetric -o - data/secret`;

const here = programsFor('layers of an artefact', '/usr/bin/python3', '/usr/bin/gpg', '/usr/bin/zstd', '/usr/bin/xz', '/usr/bin/bzip2', '/usr/bin/zip');

/** Name, command, what is found. */
const cases: readonly (readonly [string, string, object])[] = [
  ['tar', 'tar c data', { layers: ['tar'] }],
  ['gzip', 'tar cz data', { layers: ['gzip', 'tar'] }],
  ['gzip in two members', 'tar c data > two.tar; head -c 5000 two.tar | gzip; tail -c +5001 two.tar | gzip', { layers: ['gzip', 'tar'] }],
  ['gzip padded with zeros', 'tar cz data; head -c 1000 /dev/zero', { layers: ['gzip', 'tar'] }],
  ['zstd', 'tar c data | zstd -q', { layers: ['zstd', 'tar'] }],
  ['zstd without a checksum', 'tar c data | zstd -q --no-check', { layers: ['zstd', 'tar'] }],
  ['zstd in two frames with a skippable one', String.raw`head -c 5000 two.tar | zstd -q; printf 'P*M\x18\4\0\0\0skip'; tail -c +5001 two.tar | zstd -q --no-check`, { layers: ['zstd', 'tar'] }],
  ['xz', 'tar c data | xz -0', { layers: ['xz', 'tar'] }],
  ['xz in two streams with padding', 'head -c 5000 two.tar | xz -0; head -c 8 /dev/zero; tail -c +5001 two.tar | xz -0 --check=sha256', { layers: ['xz', 'tar'] }],
  ['bzip2', 'tar c data | bzip2 -1', { layers: ['bzip2', 'tar'] }],
  ['bzip2 in two streams', 'head -c 5000 two.tar | bzip2; tail -c +5001 two.tar | bzip2', { layers: ['bzip2', 'tar'] }],
  ['OpenPGP', `tar c data | zstd -q | ${encrypt('correct horse')}`, { layers: ['openpgp', 'zstd', 'tar'], lock: 'open' }],
  ['OpenPGP with a passphrase of the backup alone', `${encrypt('in the backup')} data/sub/canary`, { lock: 'backup-only' }],
  ['armoured OpenPGP', `tar cz data | ${encrypt('correct horse')} --armor`, { layers: ['openpgp', 'gzip', 'tar'] }],
  ['OpenPGP of one file', `${encrypt('correct horse')} data/sub/canary`, { layers: ['openpgp', 'text'], members: null }],
  ['all of them', `tar c data | bzip2 | xz -0 | zstd -q | gzip | ${encrypt('correct horse')} | gzip`, { layers: ['gzip', 'openpgp', 'gzip', 'zstd', 'xz', 'bzip2', 'tar'] }],
  ['an encrypted file in an archive', `${encrypt('correct horse')} data/sub/canary > env.gpg; tar cz env.gpg`, { layers: ['gzip', 'tar'], lock: null }],
  ['an archive in an archive beside what only looks like one', String.raw`printf '\037\213\010broken' > a.gz; tar czf inner.tgz data; tar c a.gz inner.tgz a.gz`, { layers: ['tar'] }],
  ['OpenPGP to a key of the host', `${gpg} -r drill@localhost -e -o - data/sub/canary`, { layers: ['openpgp', 'text'], lock: 'open' }],
  ['OpenPGP to a key of the host, signed by another', `${gpg} -u other@localhost -r drill@localhost -s -e -o - data/sub/canary`, { layers: ['openpgp', 'text'], lock: 'open' }],
  ['a plain dump', `echo '-- PostgreSQL database dump'; cat data/sub/canary; echo '-- PostgreSQL database dump complete'`, { layers: ['sql-dump'] }],
];
const nothing: readonly (readonly [string, string, object])[] = [
  ['an empty file', 'true', { bytes: 0, contentBytes: 0 }],
  ['gzip of nothing', 'true | gzip', { contentBytes: 0, layers: ['gzip'] }],
  ['zstd of nothing', 'true | zstd -q', { contentBytes: 0 }],
  ['xz of nothing', 'true | xz', { contentBytes: 0 }],
  ['bzip2 of nothing', 'true | bzip2', { contentBytes: 0 }],
  ['OpenPGP of nothing', `true | ${encrypt('correct horse')}`, { contentBytes: 0 }],
  ['OpenPGP with an empty passphrase, which gpg refuses', `${encrypt('')} data/sub/canary`, { bytes: 0, contentBytes: 0 }],
  ['a tar of nothing', 'tar cT /dev/null', { members: 0 }],
  ['a tar of an empty folder', 'mkdir -p empty; tar cz -C empty .', { members: 0 }],
];
const flip = (command: string, at: string): string => `${command} | python3 -c "import sys; b=bytearray(sys.stdin.buffer.read()); b[${at}]^=1; sys.stdout.buffer.write(b)"`;
const broken: readonly (readonly [string, string, object])[] = [
  ...['gzip', 'zstd -q', 'xz -0', 'bzip2'].flatMap((program) => {
    const command = `tar c data | ${program}`;
    return [
      [`cut ${program}`, `${command} | head -c -20`, { lock: null }],
      [`${program} with a flipped bit`, flip(command, 'len(b)//2'), { lock: null }],
      [`${program} with a flipped checksum`, flip(command, program === 'xz -0' ? '-10' : program === 'gzip' ? '-6' : '-2'), { lock: null }],
      [`${program} with trailing garbage`, `${command}; echo garbage`, { lock: null }],
    ] as const;
  }),
  ['a member of a zip archive with a flipped bit', flip('rm -f b.zip; zip -qr b.zip data/noise; cat b.zip', '20000'), {}],
  ['a cut zip archive', 'head -c -30 b.zip', {}],
  ['a zip archive without its first member in the directory', 'zip -qr c.zip data; python3 -c "import sys; b=open(\'c.zip\',\'rb\').read(); i=b.index(b\'PK\\1\\2\'); j=b.index(b\'PK\\1\\2\',i+4); sys.stdout.buffer.write(b[:i]+b[j:])"', {}],
  ['OpenPGP with a flipped bit', flip(`tar cz data | ${encrypt('correct horse')}`, 'len(b)-500'), { lock: 'damaged' }],
  ['OpenPGP that is cut', `tar cz data | ${encrypt('correct horse')} | head -c 20000`, { lock: 'damaged' }],
  ['OpenPGP without its integrity check', `tar cz data | ${encrypt('correct horse')} | head -c -22`, { lock: 'damaged' }],
  ['OpenPGP with trailing garbage', `${encrypt('correct horse')} data/noise; echo garbage`, { lock: 'damaged' }],
  ['OpenPGP with a passphrase that ends in a carriage return', crlf, { lock: 'mistake', detail: 'it opens with the passphrase and a carriage return' }],
  ['a dump that is cut', `echo '-- MySQL dump 10.13'; cat data/sub/canary; echo 'INSERT'`, { layers: ['sql-dump'] }],
  ['a bomb of zeros', 'head -c 8M /dev/zero | gzip | gzip', { detail: expect.stringContaining('100:1') }],
  ['a bomb of layers', 'cp data/noise bomb; for i in 1 2 3 4 5 6 7 8 9 10; do gzip -c bomb > b; mv b bomb; done; cat bomb', { detail: 'it has more than 8 layers around one another' }],
  ['a bomb in an archive', 'head -c 8M /dev/zero | gzip > zeros.gz; tar c zeros.gz', { detail: expect.stringContaining('100:1') }],
];
const opaque: readonly (readonly [string, string, object])[] = [
  ['a wrong passphrase', `tar cz data | ${encrypt('another')}`, { lock: 'closed', layers: ['openpgp'], detail: 'an OpenPGP message that no passphrase the drill knows opens' }],
  ['OpenPGP to a key that is not here', `${gpg} --homedir elsewhere -r else@localhost -e -o - data/sub/canary`, { lock: 'closed', detail: 'an OpenPGP message to a key that the drill does not have' }],
  ['bytes of no known format', 'head -c 5000 /dev/urandom | tr A-Z a-z', { detail: 'unknown' }],
  ['age', 'printf "age-encryption.org/v1\\n-> X25519 abc\\n"; cat data/noise', { detail: 'age' }],
  ['a dump in PostgreSQL’s own format', 'printf PGDMP; cat data/noise', { detail: 'sql-dump' }],
  ['a zip archive with a password', 'zip -qr -P pass p.zip data; cat p.zip', { detail: 'a zip archive with a password of its own' }],
];

const legible: Readonly<Record<string, string>> = {
  'in a file': 'cat data/secret',
  packed: 'tar c data | zstd -q',
  'before a cut': 'tar cz data | head -c -30',
  encrypted: `tar cz data | ${encrypt('correct horse')}`,
  'not there': 'cat data/noise',
};

describe.runIf(here)('an artefact of layers', () => {
  let shop: Workshop;
  let inspected: ReadonlyMap<string, Inspected>;
  beforeAll(async () => {
    shop = openWorkshop(`mkdir -p -m 700 data/sub keys elsewhere; echo ${nonce} > data/sub/canary; head -c 30000 /dev/urandom > data/noise; echo 'word ${secret}
      word' > data/secret
      for who in drill other; do ${gpg} --passphrase '' --quick-gen-key $who@localhost future-default default never; done
      ${gpg} --homedir elsewhere --passphrase '' --quick-gen-key else@localhost future-default default never
      gpgconf --homedir elsewhere --kill all`);
    inspected = await shop.inspect({ ...Object.fromEntries([...cases, ...nothing, ...broken, ...opaque].map(([name, command]) => [name, command])), ...legible }, { ...options, keyrings: [shop.path('keys'), '/not/there'] });
  }, 120_000);
  afterAll(() => {
    shop.bytes('gpgconf --homedir keys --kill all');
    shop[Symbol.dispose]();
  });
  const of = (name: string): Inspected['facts'] => inspected.get(name)?.facts ?? expect.fail(`${name} was not inspected`);

  it.each(cases)('%s is readable', (name, _command, found) => {
    expect(of(name)).toMatchObject({ state: 'readable', holds: ['app'], detail: '', ...found });
  });
  it.each(nothing)('%s is readable, and holds nothing', (name, _command, found) => {
    expect(of(name)).toMatchObject({ state: 'readable', holds: [], ...found });
  });
  it.each(broken)('%s is broken, and nothing that was seen counts', (name, _command, found) => {
    expect(of(name)).toMatchObject({ state: 'broken', holds: [], members: null, contentBytes: null, detail: expect.stringMatching(/./), ...found });
  });
  it.each(opaque)('%s is opaque', (name, _command, found) => {
    expect(of(name)).toMatchObject({ state: 'opaque', holds: [], ...found });
  });

  describe('a needle', () => {
    it('is found where no key is needed to read it', () => {
      expect(Object.fromEntries(Object.keys(legible).map((name) => [name, of(name).plaintext]))).toEqual({ 'in a file': ['secret'], packed: ['secret'], 'before a cut': ['secret'], encrypted: [], 'not there': [] });
    });
    it('is found across the pieces that a stream is read in', async () => {
      const bytes = Buffer.alloc((1 << 20) + 100, 'x ');
      const other = Buffer.from(bytes);
      bytes.write(nonce, (1 << 20) - 10);
      other.write(secret, (1 << 20) - 5);
      const seen = await inspectHere([bytes, other], options);
      expect(seen.map(({ facts }) => [facts.holds, facts.plaintext])).toEqual([[['app'], []], [[], ['secret']]]);
    });
  });
});
