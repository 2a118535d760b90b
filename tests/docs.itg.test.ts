/** The commands of the documents, as they stand there: every shell block behind `<!-- test: NAME -->`. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRunbook } from '../src/runbook/blocks.ts';

const files = ['README.md', ...readdirSync('docs').map((name) => join('docs', name))];
const tested = files.flatMap((file) => {
  const source = readFileSync(file, 'utf8');
  const lines = source.split('\n');
  return parseRunbook(file, source).blocks.flatMap(({ line, text }) => {
    const name = /^<!-- test: (\S+) -->$/.exec(lines[line - 2] ?? '')?.[1];
    return name === undefined ? [] : [{ name: `${file} ${name}`, text }];
  });
});

describe('a command of the documents works', { timeout: 300_000 }, () => {
  it('there are some', () => expect(tested.length).toBeGreaterThan(3));

  it.each(tested)('$name', ({ text }) => {
    const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', text], { encoding: 'utf8' });
    expect(status, stdout + stderr).toBe(0);
  });
});
