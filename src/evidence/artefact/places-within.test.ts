import { describe, expect, it } from 'vitest';
import { type PlaceContent, PlaceIndex, type PlaceWithin, PlacesWithin } from './places-within.ts';

const folder = (name: string, files: Readonly<Record<string, string>>): PlaceContent => ({
  name,
  root: `/var/lib/docker/volumes/${name}/_data`,
  kind: 'folder',
  files: new Map(Object.entries({ '.drill-canary/nonce': `nonce of ${name}`, '.drill-canary/empty-ish': 'the same everywhere', ...files })),
});
const app = folder('app', { config: 'c1', 'sub/db': 'd1', licence: 'mit' });
const other = folder('other', { config: 'c2', licence: 'mit' });
const env: PlaceContent = { name: 'env', root: '/home/ops/compose/.env', kind: 'file', files: new Map([['.', 'e1']]) };
const index = new PlaceIndex([app, other, env]);

type Entries = Readonly<Record<string, string>>;

/** Paths that end in `/` are folders. */
function within(entries: Entries, nested: Entries = {}): readonly PlaceWithin[] {
  const places = new PlacesWithin(index);
  for (const [path, sha256] of Object.entries(entries)) places.member({ path, type: path.endsWith('/') ? 'd' : 'f', sha256: path.endsWith('/') ? null : sha256 }, []);
  for (const [path, sha256] of Object.entries(nested)) places.member({ path, type: 'f', sha256 }, ['inner.tar']);
  return places.found();
}

const below = (prefix: string, { files }: PlaceContent, changed: Entries = {}): Entries => ({
  [`${prefix}/`]: '',
  ...Object.fromEntries([...files].map(([path, sha256]) => [`${prefix}/${path}`, changed[path] ?? sha256])),
});
const withoutCanary = (entries: Entries): Entries => Object.fromEntries(Object.entries(entries).filter(([path]) => !path.includes('.drill-canary')));

describe('a place with its canary', () => {
  it.each(['.', 'var/lib/docker/volumes/app/_data', '/backup', './app'])('is found below %s', (prefix) => {
    expect(within(below(prefix, app))).toMatchObject([{ place: 'app', ofThisRun: true, whole: true, differing: [] }]);
  });
  it('differs where a file of it does, and a file that is left out is no difference', () => {
    expect(within(below('app', app, { 'sub/db': 'torn' }))).toMatchObject([{ ofThisRun: true, differing: ['sub/db'] }]);
    expect(within({ 'app/.drill-canary/nonce': 'nonce of app' })).toMatchObject([{ whole: false, differing: [] }]);
  });
  it('is what it is the second time where a member stands twice', () => {
    expect(within({ ...below('.', app, { config: 'old' }), '/config': 'c1' })).toMatchObject([{ differing: [] }]);
  });
  it('is not mistaken for another with the same paths', () => {
    expect(within({ ...below('a', app), ...below('b', other) })).toMatchObject([{ place: 'app', differing: [] }, { place: 'other', differing: [] }]);
  });
  it('beside an older copy of itself is as its canary says', () => {
    expect(within({ ...withoutCanary(below('old', app, { config: 'c0' })), ...below('new', app) })).toMatchObject([{ ofThisRun: true, differing: [] }]);
  });
  it('that stands there twice is as in the copy that is most like it', () => {
    expect(within({ ...below('a', app, { config: 'c0' }), ...below('b', app) })).toMatchObject([{ folder: 'b/', differing: [] }]);
  });
  it('is found in an archive within', () => expect(within({}, below('', app))).toMatchObject([{ place: 'app', ofThisRun: true }]));
});

describe('a place without its canary', () => {
  it('is told by what it alone has, and differs in the rest', () => {
    expect(within(withoutCanary(below('x', app, { config: 'c0' })))).toMatchObject([{ place: 'app', ofThisRun: false, whole: true, differing: ['config'] }]);
  });
  it('is told by all its paths, where no other place is there', () => {
    expect(within({ './': '', './config': 'c0', './sub/db': 'd0', './licence': 'mit0' })).toMatchObject([{ place: 'app', ofThisRun: false, differing: ['config', 'sub/db', 'licence'] }]);
  });
  it('is not told by content that others have too', () => expect(within({ 'x/licence': 'mit' })).toEqual([]));
  it('is not told where two places may be meant', () => {
    expect(within({ 'x/config': 'c1', 'y/config': 'c1' })).toEqual([]);
    expect(within({ 'x/': '', 'x/config': 'c0', 'y/': '', 'y/config': 'c9', 'x/licence': 'mit', 'y/licence': 'mit' })).toEqual([]);
  });
  it('is not told by some of its paths', () => expect(within({ './config': 'c0', './licence': 'mit' })).toEqual([]));
});

describe('a file', () => {
  it.each(['.env', './.env', 'home/ops/compose/.env', 'compose/.env'])('is found as %s', (path) => {
    expect(within({ [path]: 'e1' })).toMatchObject([{ place: 'env', ofThisRun: true, whole: true, differing: [] }]);
    expect(within({ [path]: 'e0' })).toMatchObject([{ place: 'env', ofThisRun: false, whole: true, differing: ['.'] }]);
  });
  it('of the same name in another folder is another one', () => expect(within({ 'elsewhere/.env': 'e0' })).toEqual([]));
});

it('an archive within that turns out broken says nothing', () => {
  const places = new PlacesWithin(index);
  for (const [path, sha256] of Object.entries(below('', app))) places.member({ path, type: 'f', sha256 }, ['a', 'inner.tar']);
  places.ended(['a', 'inner.tar'], false);
  expect(places.found()).toEqual([]);
});
