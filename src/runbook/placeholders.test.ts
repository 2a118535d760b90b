import { describe, expect, it } from 'vitest';
import { findPlaceholders } from './placeholders.ts';

function tokens(text: string): readonly string[] {
  return findPlaceholders(text).map(({ token }) => token);
}

describe('a placeholder', () => {
  it.each([
    ['docker run <image>', '<image>'],
    ['tar xf backup-<YYYY-MM-DD>.tar.gz', '<YYYY-MM-DD>'],
    ['cd <workspace>/compose', '<workspace>'],
    ['curl -H "Authorization: Bearer <token>" x', '<token>'],
    ["echo '<password>' > f", '<password>'],
    ['ssh <user>@host', '<user>'],
    ['cp /path/to/backup .', '/path/to/'],
    ['export KEY=YOUR_API_KEY', 'YOUR_API_KEY'],
    ['mysql -pCHANGEME', 'CHANGEME'],
    ['mysql -p CHANGEME', 'CHANGEME'],
    ['PASSWORD=CHANGEME # for now', 'CHANGEME'],
    ['restore a\n…', '…'],
    ['docker run … alpine', '…'],
    ['a\n  ...\nb', '...'],
    ['cat <<EOF\nhost: <host>\nEOF', '<host>'],
    ["sed -i 's/x/CHANGEME/' f", 'CHANGEME'],
    ['grep x /path/to/f', '/path/to/'],
  ])('stands in %j', (text, token) => {
    expect(tokens(text)).toEqual([token]);
  });

  it.each([
    'mysql <dump.sql',
    'cat <in >out',
    'cat <in>out',
    'cat <in>"$out"',
    'sort <in>/dev/null',
    'cat <<EOF >f\na\nEOF',
    "cat <<'EOF'>f\na\nEOF",
    'cat <<EOF>f\na\nEOF',
    'diff <(ls a) <(ls b)',
    'read x <<<word>f',
    '[[ a < b ]] && (( 1<2 && 3>2 ))',
    'docker images | grep "<none>"',
    "echo '<html><body><p>up</p></body></html>'",
    "grep -P '(?<year>[0-9]+)' f",
    "sed 's/\\<word\\>/x/' f",
    'ls # put your <name> here, or /path/to/ it',
    '# restore <volume>',
    'grep -q CHANGEME .env && exit 1',
    'sed -i "s/CHANGEME/$SECRET/" .env',
    'echo Starting …',
    'echo "Waiting ..."',
    'go test ./...',
    'tar tzf a... b',
    'MY_YOUR_X=1',
    'NOCHANGEMENT=1',
  ])('does not stand in %j', (text) => {
    expect(tokens(text)).toEqual([]);
  });

  it('is told with its line', () => {
    expect(findPlaceholders('ls\ncp <a> <b>')).toEqual([
      { token: '<a>', lineIndex: 1 },
      { token: '<b>', lineIndex: 1 },
    ]);
  });

  it('is found in configuration, where only whole lines are comments', () => {
    expect(findPlaceholders('# <a>\n; <b>\nhost = <c> # <d>\n<Directory /srv>\n</Directory>', 'other').map(({ token }) => token)).toEqual(['<c>', '<d>']);
  });
});
