import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { madeBy } from '../../../tests/real-programs.ts';
import { type StreamFacts, inspectStream } from './inspect-stream.ts';
import type { MemberFact } from './member-facts.ts';

let folder: string;
let data: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'read-tar-'));
  data = join(folder, 'data');
  madeBy(
    folder,
    String.raw`mkdir -p data/sub; cd data; printf hello > plain; chmod 4751 plain; touch -d @1700000000.25 plain; ln plain sub/hard; ln -s ../../outside link
      mkfifo fifo; printf y > $'\xff\xfe'; printf z > "$(printf 'n%.0s' {1..200})"; printf 'zażółć' > zażółć
      head -c 100000 /dev/urandom > noise; truncate -s 3M holes; printf start | dd of=holes conv=notrunc 2>/dev/null; printf middle | dd of=holes bs=1 seek=1500000 conv=notrunc 2>/dev/null
      chown 472:473 noise 2>/dev/null || true`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Read {
  readonly facts: StreamFacts;
  readonly members: ReadonlyMap<string, MemberFact>;
  readonly ended: readonly (readonly [readonly string[], boolean])[];
}

async function read(bytes: Buffer, chunk = 65_536): Promise<Read> {
  const members = new Map<string, MemberFact>();
  const ended: [readonly string[], boolean][] = [];
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, index) => bytes.subarray(index * chunk, (index + 1) * chunk));
  const listener = { member: (fact: MemberFact, within: readonly string[]) => members.set([...within, fact.path].join('!'), fact), ended: (within: readonly string[], intact: boolean) => ended.push([within, intact]) };
  return { facts: await inspectStream(Readable.from(chunks), { nonces: new Map(), passphrases: [], listener }), members, ended };
}
const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

describe('members of an archive', () => {
  it.each(['gnu', 'pax', 'ustar', 'oldgnu', 'v7'])('are told as tar --format=%s keeps them', async (format) => {
    // v7 and ustar know no names of 200 bytes, and v7 no FIFO.
    const leftOut = format === 'v7' ? "--exclude='nnn*' --exclude=fifo" : format === 'ustar' ? "--exclude='nnn*'" : '';
    const { facts, members } = await read(madeBy(folder, `tar c --sort=name --format=${format} --exclude=holes ${leftOut} data`), 1000);
    expect(facts.state).toBe('readable');
    expect(members.get('data/')).toMatchObject({ type: 'd', sha256: null, mode: '755' });
    expect(members.get('data/plain')).toMatchObject({ type: 'f', size: 5, mode: '4751', sha256: sha256('hello'), link: null, sparse: false });
    expect(members.get('data/plain')?.mtime).toBe(format === 'pax' ? 1_700_000_000.25 : 1_700_000_000);
    expect(members.get('data/sub/hard')).toMatchObject({ type: 'h', link: 'data/plain', sha256: null });
    expect(members.get('data/link')).toMatchObject({ type: 'l', link: '../../outside' });
    expect(members.get(String.raw`data/\xff\xfe`)).toMatchObject({ type: 'f', size: 1, sha256: sha256('y') });
    expect(members.get('data/zażółć')).toMatchObject({ sha256: sha256('zażółć') });
    expect(members.get('data/noise')?.sha256).toBe(sha256(madeBy(data, 'cat noise')));
    if (leftOut === '') expect(members.get(`data/${'n'.repeat(200)}`)).toMatchObject({ size: 1, sha256: sha256('z') });
    if (format !== 'v7') expect(members.get('data/fifo')).toMatchObject({ type: 'p', sha256: null });
  });

  it.each(['--format=gnu', '--format=pax --sparse-version=0.0', '--format=pax --sparse-version=0.1', '--format=pax --sparse-version=1.0'])('that have holes are whole: %s', async (format) => {
    const { facts, members } = await read(madeBy(folder, `tar c -S ${format} data/holes data/plain`));
    expect(facts.state).toBe('readable');
    expect(members.get('data/holes')).toMatchObject({ type: 'f', size: 3 * 1024 * 1024, sparse: true, sha256: sha256(madeBy(data, 'cat holes')) });
    expect(members.get('data/plain')).toMatchObject({ sha256: sha256('hello') });
  });

  it('are listed wherever they would go, and nothing is written', async () => {
    const { facts, members } = await read(madeBy(folder, `tar cP --transform 's,^data/plain$,../../etc/passwd,;s,^data/noise$,/etc/shadow,' data/plain data/noise data/link`));
    expect(facts.state).toBe('readable');
    expect([...members.keys()]).toEqual(['../../etc/passwd', '/etc/shadow', 'data/link']);
  });

  it('of archives within archives are told with what lies around them, and only count where theirs is intact', async () => {
    madeBy(folder, 'tar czf inner.tgz data/plain; tar cz data/noise | head -c 50000 > cut.tgz');
    const { facts, members, ended } = await read(madeBy(folder, 'tar c inner.tgz cut.tgz data/sub'));
    expect(facts).toMatchObject({ state: 'readable', members: 3 });
    expect([...members.keys()]).toEqual(['inner.tgz!data/plain', 'inner.tgz', 'cut.tgz', 'data/sub/', 'data/sub/hard']);
    expect(ended).toEqual([[['inner.tgz'], true], [['cut.tgz'], false], [[], true]]);
  });
});

describe('an archive that is damaged is broken', () => {
  it.each<[string, string, RegExp]>([
    ['cut after a member', 'tar c data/noise | head -c 100864', /cut after 100864 bytes/],
    ['cut within a member', 'tar c data/noise | head -c 60000', /cut: .* bytes are missing/],
    ['cut in its end', 'tar c -b1 data/noise | head -c 101376', /cut in its end/],
    ['cut within a later header', 'tar c data/noise data/plain | head -c 101000', /cut within a block/],
    ['two archives one after the other', 'tar c -b1 data/noise; tar c data/plain', /more follows/],
    ['zeros in its middle', 'tar c -b1 data/noise | head -c 100864; head -c 1024 /dev/zero; tar c data/plain', /more follows/],
    ['trailing garbage', 'tar c data/noise; echo garbage', /cut within a block/],
    ['a block of trailing garbage', 'tar c data/noise; head -c 512 data/noise', /more follows/],
  ])('%s', async (_name, command, detail) => {
    const { facts, ended } = await read(madeBy(folder, command));
    expect(facts).toMatchObject({ state: 'broken', holds: [], detail: expect.stringMatching(detail) });
    expect(ended.every(([, intact]) => !intact)).toBe(true);
  });

  it('a flipped bit of a later header', async () => {
    const bytes = madeBy(folder, 'tar c data/plain data/noise');
    bytes.writeUInt8(bytes.readUInt8(1024 + 20) ^ 1, 1024 + 20);
    expect((await read(bytes)).facts).toMatchObject({ state: 'broken', detail: 'the tar header at byte 1024 has a wrong checksum' });
  });

  it('a flipped bit of content is told by the hash of its member', async () => {
    const bytes = madeBy(folder, 'tar c data/plain data/noise');
    bytes.writeUInt8(bytes.readUInt8(3000) ^ 1, 3000);
    const { facts, members } = await read(bytes);
    expect(facts.state).toBe('readable');
    expect(members.get('data/noise')?.sha256).not.toBe(sha256(madeBy(data, 'cat noise')));
  });
});
