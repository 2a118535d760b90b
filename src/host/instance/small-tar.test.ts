import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { tarOf } from './small-tar.ts';

it.each(['', 'short\n', 'x'.repeat(512), 'y'.repeat(1300)])('is an archive that tar reads', (content) => {
  const archive = tarOf('metadata.yaml', content);
  expect(execFileSync('tar', ['-tf', '-'], { input: archive, encoding: 'utf8' })).toBe('metadata.yaml\n');
  expect(execFileSync('tar', ['-xOf', '-'], { input: archive, encoding: 'utf8' })).toBe(content);
});
