import { describe, expect, it } from 'vitest';
import { type PlaceEvidence, comparePlace, goneDuringBackup } from './compare.ts';
import type { Manifest, ManifestEntry } from './manifest.ts';

const folder: ManifestEntry = { type: 'd', mode: '755', uid: 472, gid: 472, size: 4096, mtime: 100, inode: null, link: null, sha256: null, xattrs: {} };
const file = (content: string, over: Partial<ManifestEntry> = {}): ManifestEntry => ({ ...folder, type: 'f', mode: '640', size: content.length, sha256: content, ...over });

function manifest(entries: Record<string, ManifestEntry>): Manifest {
  return { kind: 'folder', entries: new Map(Object.entries({ '.': folder, '.drill-canary': folder, '.drill-canary/nonce': file('nonce'), ...entries })), bytes: 1 };
}

const own = manifest({ db: file('db'), log: folder, 'log/a.log': file('one'), link: { ...folder, type: 'l', mode: '777', link: 'db' } });

function compare(over: Partial<PlaceEvidence>): { readonly differences: readonly string[]; readonly fact: ReturnType<typeof comparePlace> } {
  const fact = comparePlace({
    name: 'p', mode: 'stable', volatile: [], before: own, after: own, restored: own,
    nonce: 'N', lateNonce: 'L', noncesBack: new Map([['N', ['.drill-canary/nonce']]]), ...over,
  });
  return { fact, differences: fact.differences.map((each) => `${each.kind} ${each.severity} ${each.aspect} ${each.path}`) };
}

/** `own` with some entries other (undefined: gone). */
function but(changes: Record<string, ManifestEntry | undefined>, base = own): Manifest {
  const entries = new Map(base.entries);
  for (const [path, entry] of Object.entries(changes)) {
    if (entry === undefined) entries.delete(path);
    else entries.set(path, entry);
  }
  return { ...base, entries };
}

const ownFile = own.entries.get('db') ?? folder;
const ownLink = own.entries.get('link') ?? folder;

describe.each(['exact', 'stable', 'canary', 'service'] as const)('%s', (mode) => {
  it('finds nothing in a place that came back as it was', () => {
    expect(compare({ mode })).toMatchObject({ differences: [], fact: { exists: true, nonceBack: true, lateNonceBack: false, entries: own.entries.size } });
  });
});

describe('stable', () => {
  it.each<[string, Record<string, ManifestEntry | undefined>, string[]]>([
    ['a lost file', { db: undefined }, ['missing error path db']],
    ['another content', { db: file('DB') }, ['changed error content db']],
    ['another type', { db: folder }, ['metadata error type db']],
    ['another owner', { db: { ...ownFile, uid: 0 } }, ['metadata error owner db']],
    ['another group', { db: { ...ownFile, gid: 0 } }, ['metadata error owner db']],
    ["a link's owner", { link: { ...ownLink, uid: 0 } }, ['metadata warning owner link']],
    ['another mode', { db: { ...ownFile, mode: '644' } }, ['metadata error mode db']],
    ['a setuid bit lost or won', { db: { ...ownFile, mode: '4640' } }, ['metadata error mode db']],
    ['another link target', { link: { ...ownLink, link: 'x' } }, ['metadata error link-target link']],
    ['a capability', { db: { ...ownFile, xattrs: { 'security.capability': '0x01' } } }, ['metadata error capabilities db']],
    ['an ACL', { db: { ...ownFile, xattrs: { 'system.posix_acl_access': '0x01' } } }, ['metadata error acl db']],
    ['a user attribute', { db: { ...ownFile, xattrs: { 'user.x': '0x01' } } }, ['metadata warning user-xattrs db']],
    ['a file time off by a second', { db: { ...ownFile, mtime: 101 } }, ['metadata warning mtime db']],
    ["the root's owner", { '.': { ...folder, uid: 0 } }, ['metadata error owner .']],
    ["the root's mode", { '.': { ...folder, mode: '700' } }, ['metadata error mode .']],
    ['an extra file', { stale: file('x') }, ['extra error path stale']],
    ['the canary gone', { '.drill-canary/nonce': undefined }, ['missing error path .drill-canary/nonce']],
    ['the path of the late canary without its nonce', { '.drill-canary-late': folder, '.drill-canary-late/nonce': file('') }, ['late-path error path .drill-canary-late']],
  ])('names %s', (_, changes, expected) => {
    expect(compare({ restored: but(changes) }).differences).toEqual(expected);
  });

  it.each<[string, Record<string, ManifestEntry | undefined>]>([
    ['part of a second', { db: { ...ownFile, mtime: 100.9 } }],
    ["a folder's time and size", { log: { ...folder, mtime: 999, size: 1 } }],
    ["a link's time and mode", { link: { ...ownLink, mtime: 999, mode: '755' } }],
    ['lost+found', { 'lost+found': folder }],
  ])('says nothing of %s', (_, changes) => {
    expect(compare({ restored: but(changes) }).differences).toEqual([]);
  });

  it('wants the content back of what the backup gave another owner or mode, and asks for neither of the two', () => {
    const loosened = but({ db: { ...ownFile, mode: '644', uid: 0 }, log: { ...folder, mode: '777' } });
    expect(compare({ after: loosened }).differences).toEqual([]);
    expect(compare({ after: loosened, restored: loosened }).differences).toEqual([]);
    expect(compare({ after: loosened, restored: but({ db: undefined, log: undefined, 'log/a.log': undefined }) }).differences).toEqual(['missing error path db', 'missing error path log', 'missing error path log/a.log']);
    expect(compare({ after: loosened, restored: but({ db: file('DB'), log: { ...folder, gid: 0 } }) }).differences).toEqual(['changed error content db', 'metadata error owner log']);
  });

  it('demands no path on which the manifests disagree, nor one that only one has', () => {
    const after = but({ 'log/a.log': file('two'), new: file('n') });
    expect(compare({ after, restored: but({ 'log/a.log': undefined }) }).differences).toEqual([]);
    expect(compare({ after, restored: but({ new: file('other') }) }).differences).toEqual([]);
  });

  it('takes a file that could not be read for changing', () => {
    const unread = but({ db: file('db', { sha256: null }) });
    expect(compare({ before: unread, after: unread, restored: but({ db: undefined }) }).differences).toEqual([]);
    expect(compare({ restored: unread }).differences).toEqual(['changed error content db']);
  });

  it('wants back what was there where a service adds paths, and leaves the new ones alone', () => {
    expect(compare({ grows: ['./log'], restored: but({ 'log/b.log': file('b') }) }).differences).toEqual([]);
    expect(compare({ grows: ['./log'], restored: but({ 'log/a.log': undefined, 'log/b.log': file('b') }) }).differences).toEqual(['missing error path log/a.log']);
  });

  it.each([['*.log'], ['log'], ['log/**'], ['log/'], ['/log/?.*'], ['./log']])('leaves volatile paths alone: %s', (glob) => {
    expect(compare({ volatile: [glob], restored: but({ 'log/a.log': undefined, 'log/b.log': file('b') }) }).differences).toEqual([]);
  });

  it('does not let a glob talk the canary or the root away', () => {
    const restored = but({ '.drill-canary/nonce': undefined, '.': { ...folder, uid: 0 } });
    expect(compare({ volatile: ['**'], restored }).differences).toEqual(['missing error path .drill-canary/nonce', 'metadata error owner .']);
  });

  it('says all is missing of a place that is not there', () => {
    const { fact } = compare({ restored: null, noncesBack: new Map() });
    expect(fact).toMatchObject({ exists: false, nonceBack: false, counts: { 'missing/error': own.entries.size } });
    expect(fact.differences[0]?.path).toBe('.');
  });

  it('warns of a file with two names that is two files now', () => {
    const linked = but({ a: file('x', { inode: '1:1' }), b: file('x', { inode: '1:1' }) });
    const states = { before: linked, after: linked };
    expect(compare({ ...states, restored: but({ a: file('x', { inode: '2:9' }), b: file('x', { inode: '2:9' }) }) }).differences).toEqual([]);
    expect(compare({ ...states, restored: but({ a: file('x'), b: file('x') }) }).differences).toEqual(['metadata warning hard-link b']);
  });

  it('does not compare a time that moved before the loss', () => {
    const after = but({ db: { ...ownFile, mtime: 200 } });
    expect(compare({ after, restored: but({ db: { ...ownFile, mtime: 300 } }) }).differences).toEqual([]);
  });
});

function back(path: string): ReadonlyMap<string, readonly string[]> {
  return new Map([['N', ['.drill-canary/nonce']], ['L', [path]]]);
}

describe('the late canary', () => {
  it('is told alone when it is back with its nonce', () => {
    const restored = but({ '.drill-canary-late': folder, '.drill-canary-late/nonce': file('late') });
    expect(compare({ restored, noncesBack: back('.drill-canary-late/nonce') })).toMatchObject({ differences: ['late error content .drill-canary-late/nonce'], fact: { lateNonceBack: true } });
  });

  it('is told alone where it stands in a file of the place', () => {
    expect(compare({ restored: but({ db: file('with late') }), noncesBack: back('db') }).differences).toEqual(['late error content db']);
    expect(compare({ restored: but({ 'db-wal': file('late') }), noncesBack: back('db-wal') }).differences).toEqual(['late error content db-wal']);
    expect(compare({ mode: 'exact', restored: but({ db: file('with late') }), noncesBack: back('db') }).differences).toEqual(['late error content db']);
  });

  it('does not hide what else is wrong', () => {
    const restored = but({ db: file('with late', { uid: 0 }), link: undefined });
    expect(compare({ restored, noncesBack: back('db') }).differences).toEqual(['late error content db', 'missing error path link', 'metadata error owner db']);
  });

  it('means nothing in the files of a place that services prove', () => {
    expect(compare({ mode: 'service', noncesBack: back('pg_wal/1') })).toMatchObject({ differences: [], fact: { lateNonceBack: false } });
  });
});

describe('exact', () => {
  const after = but({ 'log/a.log': file('two') });

  it('wants paths that changed while the backup ran as one of the manifests has them', () => {
    for (const content of ['one', 'two']) expect(compare({ mode: 'exact', after, restored: but({ 'log/a.log': file(content) }) }).differences).toEqual([]);
    expect(compare({ mode: 'exact', after, restored: but({ 'log/a.log': file('three') }) }).differences).toEqual(['changed error content log/a.log']);
    expect(compare({ mode: 'exact', after, restored: but({ 'log/a.log': undefined }) }).differences).toEqual(['missing error path log/a.log']);
  });

  it('wants nothing more', () => {
    expect(compare({ mode: 'exact', restored: but({ more: file('x') }) }).differences).toEqual(['extra error path more']);
  });
});

describe('canary', () => {
  it('looks at the planted tree alone', () => {
    const restored = but({ '.': { ...folder, uid: 0 }, db: undefined, more: file('x') });
    expect(compare({ mode: 'canary', restored }).differences).toEqual([]);
    expect(compare({ mode: 'canary', restored: but({ '.drill-canary/nonce': file('other') }) }).differences).toEqual(['changed error content .drill-canary/nonce']);
  });
});

describe('service', () => {
  it('looks at nothing', () => {
    expect(compare({ mode: 'service', restored: but({ db: undefined, more: file('x') }) }).differences).toEqual([]);
  });
});

it('shows fifty differences, worst first, and counts all', () => {
  const restored = but({ ...Object.fromEntries(Array.from({ length: 70 }, (_, n) => [`extra${n}`, file('x')])), db: { ...ownFile, mtime: 900 }, link: undefined });
  const { fact } = compare({ restored });
  expect(fact.differences).toHaveLength(50);
  expect(fact.differences[0]?.kind).toBe('missing');
  expect(fact.counts).toEqual({ 'missing/error': 1, 'extra/error': 70, 'metadata/warning': 1 });
});

const gone = (over: Partial<PlaceEvidence>): readonly string[] => goneDuringBackup({ mode: 'stable', volatile: [], before: own, after: but({ db: undefined, log: undefined, 'log/a.log': undefined }), ...over });

describe('files that went away while the backup ran', () => {
  it('are told, but no folder, and nothing volatile', () => {
    expect(gone({})).toEqual(['db', 'log/a.log']);
    expect(gone({ volatile: ['*.log'] })).toEqual(['db']);
    expect(gone({ after: own })).toEqual([]);
  });

  it('are nobody’s business where the place’s files are not asked for', () => {
    expect(gone({ mode: 'canary' })).toEqual([]);
    expect(gone({ mode: 'service' })).toEqual([]);
  });
});
