import { describe, expect, it } from 'vitest';
import { ManifestReader } from './manifest-reader.ts';

const sha = 'a'.repeat(64);
const stream = Buffer.concat([
  Buffer.from('d 755 0 0 4096 10.5 7 1 2\0\0\0f 4755 1 2 5 11.25 8 1 2\0a b\0\0f 644 0 0 1 12.0 9 1 1\0'), Buffer.from([0xff]), Buffer.from('\n\\\0\0l 777 0 0 3 1.0 3 1 1\0l\0tar\0U 0 0 0 0 0 0 0 0\0gone\0\0-\0'),
  Buffer.from('# file: a b\nuser.k=0x31\nuser.empty\nsecurity.selinux=0x00\n\n# file: '), Buffer.from([0xff]), Buffer.from(String.raw`\012\134` + '\nuser.z=0x32\n\0-\0'),
  Buffer.from(`${sha}  ./a b\0${sha}  ./never-seen\0-\0end\0`),
]);

function read(chunks: readonly Buffer[]): ReturnType<ManifestReader['manifest']> {
  const reader = new ManifestReader('folder', '/p');
  for (const chunk of chunks) reader.write(chunk);
  return reader.manifest();
}

function cut(size: number): Buffer[] {
  return Array.from({ length: Math.ceil(stream.length / size) }, (_, at) => stream.subarray(at * size, (at + 1) * size));
}

describe('ManifestReader', () => {
  it.each([1, 2, 3, 7, 64, 10_000])('reads the same from chunks of %i bytes', (size) => {
    const { entries, bytes } = read(cut(size));
    expect([...entries.keys()]).toEqual(['.', 'a b', String.raw`\xff\x0a\\`, 'l']);
    expect(entries.get('a b')).toEqual({ type: 'f', mode: '4755', uid: 1, gid: 2, size: 5, mtime: 11.25, inode: '1:8', link: null, sha256: sha, xattrs: { 'user.k': '0x31', 'user.empty': '' } });
    expect(entries.get(String.raw`\xff\x0a\\`)).toMatchObject({ sha256: null, inode: null, xattrs: { 'user.z': '0x32' } });
    expect(entries.get('l')).toMatchObject({ type: 'l', link: 'tar' });
    expect(bytes).toBe(6);
  });

  it('takes a stream that was cut anywhere for no manifest', () => {
    for (let length = 0; length < stream.length; length += 1) expect(() => read([stream.subarray(0, length)])).toThrow('cut short');
  });
});
