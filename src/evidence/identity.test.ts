import { expect, it } from 'vitest';
import { type Identity, compareIdentity } from './identity.ts';
import type { Manifest, ManifestEntry } from './manifest.ts';

const entry = (sha256: string): ManifestEntry => ({ type: 'f', mode: '644', uid: 0, gid: 0, size: 5, mtime: 0, inode: null, link: null, sha256, xattrs: {} });
const place = (...files: readonly string[]): Manifest => ({ kind: 'folder', bytes: 0, entries: new Map(files.map((file) => [file.split('=')[0] ?? '', entry(file.split('=')[1] ?? '')])) });
const known = (keys: readonly string[], texts: readonly string[] = []): Identity => ({ keys: new Map(keys.map((key) => [key, `${key}.pem`])), texts: new Map(texts.map((text) => [text, 'file'])) });
const compare = (before: Identity, now: Identity, seeded: Manifest, restored: Manifest | null) => compareIdentity({ before, now, seeded, restored, isVolatile: (path) => path.endsWith('.log') });

it.each([
  ['all keys are others', compare(known(['a', 'b']), known(['c']), place('f=1'), place('f=1')), { state: 'new', path: null }],
  ['one key of two is the old one', compare(known(['a', 'b']), known(['b', 'c']), place('f=1'), place('f=2')), { state: 'same', path: 'b.pem' }],
  ['the keys are gone, and no new ones made', compare(known(['a']), known([]), place('f=1'), place('f=2')), { state: 'none', path: null }],
  ['nothing is there', compare(known([]), known([]), place('f=1'), null), { state: 'none', path: null }],
  ['only the canary is there', compare(known([]), known([]), place('f=1'), place('.drill-canary/x=9', 'run.log=8')), { state: 'none', path: null }],
  ['no keys, and every file is another', compare(known([]), known([]), place('f=1', 'g=2'), place('f=3')), { state: 'new', path: null }],
  ['no keys, and one file is the same under another name', compare(known([]), known([]), place('f=1', 'g=2'), place('h=2', 'f=3')), { state: 'unknown', path: null }],
  ['no keys, and a text that only lost its canary', compare(known([], ['t']), known([], ['t']), place('.=1'), place('.=2')), { state: 'unknown', path: null }],
  ['nothing was there', compare(known([]), known([]), place(), place('f=3')), { state: 'unknown', path: null }],
])('when %s', (_, seen, expected) => expect(seen).toEqual(expected));
