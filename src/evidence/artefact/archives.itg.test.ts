/** What archives hold, as real programs write them. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Inspected, type Workshop, inspectHere, openWorkshop } from '../../../tests/inspector-here.ts';
import { programsFor } from '../../../tests/real-programs.ts';

const zip = programsFor('members of a zip archive', '/usr/bin/zip');
// v7 and ustar know no names of 200 bytes, and v7 no FIFO.
const formats = { gnu: '', pax: '', oldgnu: '', ustar: "--exclude='nnn*'", v7: "--exclude='nnn*' --exclude=fifo" } as const;
const sparse = ['--format=gnu', '--format=pax --sparse-version=0.0', '--format=pax --sparse-version=0.1', '--format=pax --sparse-version=1.0'];
const damaged: readonly [string, string, RegExp][] = [
  ['cut after a member', 'tar c data/noise | head -c 100864', /cut after 100864 bytes/],
  ['cut within a member', 'tar c data/noise | head -c 60000', /cut: 40512 of its 100000 bytes are missing/],
  ['cut in its end', 'tar c -b1 data/noise | head -c 101376', /cut in its end/],
  ['cut within a later header', 'tar c data/noise data/plain | head -c 101000', /cut within a block/],
  ['two archives one after the other', 'tar c -b1 data/noise; tar c data/plain', /more follows/],
  ['zeros in its middle', 'tar c -b1 data/noise | head -c 100864; head -c 1024 /dev/zero; tar c data/plain', /more follows/],
  ['a lone block of zeros in its middle', 'tar c -b1 data/noise | head -c 101376; tar c data/plain', /more follows/],
  ['trailing garbage', 'tar c data/noise; echo garbage', /more follows/],
  ['a block of trailing garbage', 'tar c data/noise; head -c 512 data/noise', /more follows/],
  ['cut within a file with holes', 'tar c -S data/holes | head -c 3000', /cut/],
];

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

describe.runIf(programsFor('archives', '/usr/bin/python3'))('an archive', () => {
  let shop: Workshop;
  let inspected: ReadonlyMap<string, Inspected>;
  beforeAll(async () => {
    shop = openWorkshop(String.raw`
      mkdir -p data/sub; cd data; printf hello > plain; chmod 4751 plain; touch -d @1700000000.25 plain; ln plain sub/hard; ln -s ../../outside link
      mkfifo fifo; printf y > $'\xff\xfe'; printf z > "$(printf 'n%.0s' {1..200})"; printf 'zażółć' > zażółć; head -c 100000 /dev/urandom > noise
      truncate -s 3M holes; printf start | dd of=holes conv=notrunc status=none; printf middle | dd of=holes bs=1 seek=1500000 conv=notrunc status=none
      cd ..; tar czf inner.tgz data/plain; tar cz data/noise | head -c 50000 > cut.tgz`);
    inspected = await shop.inspect(
      Object.fromEntries([
        ...Object.entries(formats).map(([format, leftOut]) => [format, `tar c --sort=name --format=${format} --exclude=holes ${leftOut} data`]),
        ...sparse.map((format) => [format, `tar c -S ${format} data/holes data/plain`]),
        ['attributes', `tar c --format=pax --pax-option='SCHILY.acl.access=user::rw-,SCHILY.xattr.security.capability=x,SCHILY.xattr.user.k=v' data/plain`],
        ['device', 'tar cP /dev/null'],
        ['elsewhere', `tar cP --transform 's,^data/plain$,../../etc/passwd,;s,^data/noise$,/etc/shadow,' data/plain data/noise data/link`],
        ['deep', `tar c --format=pax --transform "s,^data/plain$,$(printf 'd/%.0s' {1..10000})plain," data/plain`],
        ['within', 'tar c inner.tgz cut.tgz data/sub'],
        ['many', `yes data/plain | head -n 20000 | tar c --hard-dereference -T -`],
        ['zip', 'rm -f a.zip; zip -qry a.zip data -x data/fifo data/holes; cat a.zip'],
        // zip itself gives up on a link that goes to a pipe.
        ['zip of a pipe', 'zip -qr - data -x data/fifo data/holes data/link | cat'],
        ['zip of a pipe that zip left', 'zip -qry - data -x data/fifo data/holes | cat'],
        ...damaged.map(([name, command]) => [name, command]),
      ]),
    );
  }, 120_000);
  afterAll(() => shop[Symbol.dispose]());

  const of = (name: string): Inspected => inspected.get(name) ?? expect.fail(`${name} was not inspected`);

  describe('members of an archive', () => {
    it.each(Object.entries(formats))('are told as tar --format=%s keeps them', (format, leftOut) => {
      const { facts, members } = of(format);
      expect(facts.state).toBe('readable');
      expect(members.get('data/')).toMatchObject({ type: 'd', sha256: null, mode: '755' });
      expect(members.get('data/plain')).toMatchObject({ type: 'f', size: 5, mode: '4751', sha256: sha256('hello'), link: null, sparse: false });
      expect(members.get('data/plain')?.mtime).toBe(format === 'pax' ? 1_700_000_000.25 : 1_700_000_000);
      expect(members.get('data/sub/hard')).toMatchObject({ type: 'h', link: 'data/plain', sha256: null });
      expect(members.get('data/link')).toMatchObject({ type: 'l', link: '../../outside' });
      expect(members.get(String.raw`data/\xff\xfe`)).toMatchObject({ type: 'f', size: 1, sha256: sha256('y') });
      expect(members.get('data/zażółć')).toMatchObject({ sha256: sha256('zażółć') });
      expect(members.get('data/noise')?.sha256).toBe(sha256(shop.bytes('cat data/noise')));
      if (leftOut === '') expect(members.get(`data/${'n'.repeat(200)}`)).toMatchObject({ size: 1, sha256: sha256('z') });
      if (format !== 'v7') expect(members.get('data/fifo')).toMatchObject({ type: 'p', sha256: null });
    });

    it.each(sparse)('that have holes are whole: %s', (format) => {
      const { facts, members } = of(format);
      expect(facts.state).toBe('readable');
      expect(members.get('data/holes')).toMatchObject({ type: 'f', size: 3 * 1024 * 1024, sparse: true, sha256: sha256(shop.bytes('cat data/holes')) });
      expect(members.get('data/plain')).toMatchObject({ sha256: sha256('hello') });
    });

    it('are told with ACLs, capabilities and attributes, and as devices', () => {
      expect(of('attributes').members.get('data/plain')?.xattrs.toSorted()).toEqual(['security.capability', 'system.posix_acl_access', 'user.k']);
      expect(of('device').members.get('/dev/null')).toMatchObject({ type: 'c', sha256: null });
    });

    it('are listed wherever they would go', () => {
      expect(of('elsewhere').facts.state).toBe('readable');
      expect([...of('elsewhere').members.keys()]).toEqual(['../../etc/passwd', '/etc/shadow', 'data/link']);
    });

    it('may lie ten thousand folders deep', () => {
      expect(of('deep').facts.state).toBe('readable');
      expect([...of('deep').members.keys()]).toEqual([`${'d/'.repeat(10_000)}plain`]);
    });

    it('may be any number', () => {
      expect(of('many').facts).toMatchObject({ state: 'readable', members: 20_000, contentBytes: 100_000 });
    });

    it('of archives within archives are told with what lies around them, and only count where theirs is intact', () => {
      const { facts, members, ended } = of('within');
      expect(facts).toMatchObject({ state: 'readable', members: 3 });
      expect([...members.keys()]).toEqual(['inner.tgz!data/plain', 'inner.tgz', 'cut.tgz', 'data/sub/', 'data/sub/hard']);
      expect(ended).toEqual([['inner.tgz!', true], ['cut.tgz!', false], ['', true]]);
    });

    it.runIf(zip).each(['zip', 'zip of a pipe'])('of zip archives are told: %s', (name) => {
      const { facts, members } = of(name);
      expect(facts).toMatchObject({ state: 'readable', layers: ['zip'] });
      expect(members.get('data/plain')).toMatchObject({ type: 'f', size: 5, mtime: 1_700_000_000, uid: process.getuid?.(), sha256: sha256('hello') });
      expect(members.get('data/noise')?.sha256).toBe(sha256(shop.bytes('cat data/noise')));
      expect(members.get('data/sub/')).toMatchObject({ type: 'd' });
      expect(of('zip of a pipe that zip left').facts.state).not.toBe('readable');
    });
  });

  it.runIf(zip)('without a date is read like others', async () => {
    const undated = shop.bytes('zip -qX - data/plain | cat').fill(0, 10, 14);
    const [seen] = await inspectHere([undated]);
    expect([seen?.facts.state, seen?.members.get('data/plain')?.size]).toEqual(['readable', 5]);
  });

  describe('an archive that is damaged is broken', () => {
    it.each(damaged)('%s', (name, _command, detail) => {
      expect(of(name).facts).toMatchObject({ state: 'broken', holds: [], detail: expect.stringMatching(detail), lock: null });
      expect(of(name).ended).toEqual([['', false]]);
    });

    it('a flipped bit of a header is told; one of content by the hash of its member', async () => {
      const header = shop.bytes('tar c data/plain data/noise');
      const content = Buffer.from(header);
      header.writeUInt8(header.readUInt8(1024 + 20) ^ 1, 1024 + 20);
      content.writeUInt8(content.readUInt8(3000) ^ 1, 3000);
      const [first, second] = await inspectHere([header, content]);
      expect(first?.facts).toMatchObject({ state: 'broken', detail: 'the tar header at byte 1024 has a wrong checksum' });
      expect(second?.facts.state).toBe('readable');
      expect(second?.members.get('data/noise')?.sha256).not.toBe(sha256(shop.bytes('cat data/noise')));
    });
  });
});
