import { describe, expect, it } from 'vitest';
import { remoteUrls } from './git-facts.ts';
import { hostPaths } from './host-paths.ts';
import { meet } from './side-doors.ts';

describe('hostPaths', () => {
  const paths = hostPaths('ops', '~/iac/site/');
  it.each([
    ['~', '/home/ops'],
    ['~/x/', '/home/ops/x'],
    ['/srv//a/../b', '/srv/b'],
    ['compose/.env', '/home/ops/iac/site/compose/.env'],
    ['.', '/home/ops/iac/site'],
    ['/', '/'],
  ])('%s is %s', (path, absolute) => expect(paths.absolute(path)).toBe(absolute));

  it("knows root's home, and what lies in the workspace", () => {
    expect(paths.absolute('~/x', 'root')).toBe('/root/x');
    expect(paths.inWorkspace('/home/ops/iac/site/a/b')).toBe('a/b');
    expect(paths.inWorkspace('/home/ops/iac/site')).toBe('');
    expect(paths.inWorkspace('/home/ops/iac/site2')).toBeNull();
  });
});

describe('meet', () => {
  it.each<[string, string, boolean, boolean]>([
    ['/srv/a', '/srv/a', false, true],
    ['/srv/a/b', '/srv/a', false, true],
    ['/srv', '/srv/a', false, true],
    ['/srv/a', '/', false, true],
    ['/', '/srv/backups', false, true],
    ['/srv/a', '/srv/*', false, true],
    ['/srv/a/b.gpg', '/srv/a/*.gpg', true, true],
    ['/srv/a', '/srv/*/x/*.gpg', false, true],
    ['/srv/a', '/srv/**/*.gpg', false, true],
    ['/srv/.a', '/srv/*', false, true],
    ['/srv/a', '/srv/ab', false, false],
    ['/srv/ab', '/srv/a', false, false],
    ['/srv/a/b.env', '/srv/a/*.gpg', true, false],
    ['/srv/a/b.env', '/srv/**/*.gpg', true, false],
    ['/srv/a', '/opt/*/b', false, false],
  ])('%s and %s (a file: %s): %s', (place, pattern, isFile, result) => expect(meet(place, pattern, isFile)).toBe(result));
});

describe('remoteUrls', () => {
  it('has each URL once, and no user name or password', () => {
    const listing = ['https://x-access-token:to@ken@host/o/r.git', 'https://token@host/o/r', 'git@host:o/r.git', 'ssh://git:secret@host/o/r', '/srv/git/r'].map((url) => `origin\t${url} (fetch)\norigin\t${url} (push)`).join('\n');
    expect(remoteUrls(listing)).toEqual(['https://host/o/r.git', 'https://host/o/r', 'git@host:o/r.git', 'ssh://git@host/o/r', '/srv/git/r']);
  });
  it('is empty without remotes', () => expect(remoteUrls('')).toEqual([]));
});
