import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectStream } from './inspect-stream.ts';

const nonce = `drill${'0123456789abcdef'.repeat(2)}`;
const options = { nonces: new Map([[nonce, 'grafana']]), passphrases: ['not this one', 'correct horse'] };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inspect-'));
  execFileSync('bash', ['-ec', `mkdir -p data/sub; echo ${nonce} > data/sub/canary; head -c 300000 /dev/urandom > data/noise`], { cwd: folder });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Bytes that real programs make, by a shell pipeline. */
function made(command: string): Buffer {
  return execFileSync('bash', ['-c', command], { cwd: folder, maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] });
}
const gpg = `gpg --homedir ${tmpdir()} --batch --pinentry-mode loopback`;
const encrypt = (passphrase: string): string => `${gpg} --passphrase '${passphrase}' --symmetric --cipher-algo AES256 -o -`;

function inspect(bytes: Buffer): ReturnType<typeof inspectStream> {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 65_536) chunks.push(bytes.subarray(at, at + 65_536));
  return inspectStream(Readable.from(chunks), options);
}

describe('an artefact that holds the data', () => {
  it.each([
    ['tar', 'tar c data', ['tar']],
    ['tar and gzip', 'tar cz data', ['gzip', 'tar']],
    ['tar, gzip and OpenPGP', `tar cz data | ${encrypt('correct horse')}`, ['openpgp', 'gzip', 'tar']],
    ['armoured OpenPGP', `tar cz data | ${encrypt('correct horse')} --armor`, ['openpgp', 'gzip', 'tar']],
    ['one encrypted file', `${encrypt('correct horse')} data/sub/canary`, ['openpgp', 'text']],
  ])('%s is readable', async (_name, command, layers) => {
    const bytes = made(command);
    const facts = await inspect(bytes);
    expect(facts).toMatchObject({ state: 'readable', layers, holds: ['grafana'], bytes: bytes.length });
    expect(facts.sha256).toBe(execFileSync('sha256sum', { input: bytes }).toString().slice(0, 64));
  });

  it('counts members that are not folders', async () => {
    expect(await inspect(made('tar cz data'))).toMatchObject({ members: 2, contentBytes: 300_038 });
  });
});

describe('an artefact of nothing', () => {
  it.each([
    ['an empty file', 'true', { bytes: 0, contentBytes: 0 }],
    ['gzip of nothing', 'true | gzip', { contentBytes: 0 }],
    ['OpenPGP of nothing', `true | ${encrypt('correct horse')}`, { contentBytes: 0 }],
    ['a tar of blocks of zeros', 'tar cz missing || true', { members: 0 }],
    ['a tar of an empty folder', 'mkdir -p empty; tar cz -C empty .', { members: 0 }],
  ])('%s says so', async (_name, command, expected) => {
    expect(await inspect(made(command))).toMatchObject({ state: 'readable', holds: [], ...expected });
  });
});

describe('an artefact that cannot be restored from', () => {
  it('a wrong passphrase is broken', async () => {
    expect(await inspect(made(`tar cz data | ${encrypt('another')}`))).toMatchObject({ state: 'broken', holds: [] });
  });
  it('a cut gzip is broken', async () => {
    const bytes = made('tar cz data');
    expect(await inspect(bytes.subarray(0, bytes.length - 2000))).toMatchObject({ state: 'broken', holds: [] });
  });
  it('a flipped bit of the ciphertext is broken, whatever was seen before it', async () => {
    const bytes = Buffer.from(made(`tar cz data | ${encrypt('correct horse')}`));
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 500) ^ 1, bytes.length - 500);
    expect(await inspect(bytes)).toMatchObject({ state: 'broken', holds: [] });
  });
  it('bytes of no known format are opaque', async () => {
    expect(await inspect(made('head -c 5000 /dev/urandom | tr A-Z a-z'))).toMatchObject({ state: 'opaque' });
  });
  it('a nonce across two chunks is seen', async () => {
    const facts = await inspectStream(Readable.from([Buffer.from(`some text ${nonce.slice(0, 10)}`), Buffer.from(`${nonce.slice(10)} more text`)]), options);
    expect(facts.holds).toEqual(['grafana']);
  });
});

describe('an archive within an archive', () => {
  it.each([
    ['a compressed archive', 'tar czf inner.tgz data; tar c inner.tgz'],
    ['an encrypted file', `${encrypt('correct horse')} data/sub/canary > env.gpg; tar cz env.gpg`],
    ['archives beside a file that only looks like one', String.raw`printf '\037\213\010broken' > a.gz; head -c 400000 data/noise >> a.gz; tar czf inner.tgz data; tar c a.gz inner.tgz a.gz`],
  ])('%s is looked into', async (_name, command) => {
    expect(await inspect(made(command))).toMatchObject({ state: 'readable', holds: ['grafana'] });
  });
  it('that is cut short proves nothing, and is no fault of the one around it', async () => {
    expect(await inspect(made('tar cz data | head -c 100000 > cut.tgz; tar c cut.tgz data/noise'))).toMatchObject({ state: 'readable', holds: [], members: 2 });
  });
});

it('a message to somebody’s key is opaque: who restores may have that key', async () => {
  const message = made(`gpg --homedir . --batch --pinentry-mode loopback --passphrase '' --quick-gen-key drill@localhost future-default default never; gpg --homedir . --batch --trust-model always -r drill@localhost -e -o - data/sub/canary`);
  expect(await inspect(message)).toMatchObject({ state: 'opaque', holds: [], layers: ['openpgp'], detail: 'an OpenPGP message to a key that the drill does not have' });
});

/** Messages of which a wrong passphrase makes what begins like a packet: one in thirty does. */
describe('a message that a wrong passphrase seems to open', () => {
  it.each([
    ['is opened by the right one', 'jA0ECQMCB2e+S3D2ZOn/0k0BgHLNR0G8k6G8242hCnG0FXy+1pubdRWZKdequsUPZNCH7ZsEahfJnaFHy3TJG+OIesIV6/lqyUh/sbWmRqQW91Ast7qu6lSJ5o3T2g==', { state: 'readable', holds: ['grafana'] }],
    ['is broken where none is right', 'jA0ECQMCtFFAN/nfywz/0k0BR3jurLof09efjxF30hItJFsah8i6r+F5OINvNLprFdzUCftQ02NbbcT0ptj9l38PalO8qTd1NE/EOg+WwwfuVGBgKel0NvgrssODYA==', { state: 'broken', holds: [] }],
  ])('%s, and holds up nothing', async (_name, message, expected) => {
    expect(await inspect(Buffer.from(message, 'base64'))).toMatchObject(expected);
  });
});
