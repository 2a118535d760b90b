import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGit } from './git-facts.ts';

describe('what Git says of a checkout', () => {
  let folder = '';
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'git-facts-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('takes a repository without files for none, in the words of Git', () => {
    execFileSync('git', ['init', '--quiet', '--bare', join(folder, 'bare.git')]);
    expect(readGit(join(folder, 'bare.git'))).toEqual({ reason: expect.stringContaining('work tree') });
  });

  it('has a root before there is a commit', () => {
    execFileSync('git', ['init', '--quiet', join(folder, 'new')]);
    expect(readGit(join(folder, 'new'))).toMatchObject({ root: expect.stringMatching(/new$/), head: null, shallow: false, remotes: [] });
  });
});
