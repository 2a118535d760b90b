import { expect, it } from 'vitest';
import { journals } from '../report/golden/journals.ts';
import { createGroupedLog } from './log.ts';

function logOf(name: string): readonly string[] {
  let text = '';
  const log = createGroupedLog((more) => (text += more));
  for (const entry of journals[name] ?? []) log(entry);
  return text.trimEnd().split('\n');
}

it.each(Object.keys(journals))('every group of %s is closed before the next begins, and before the end', (name) => {
  let open = false;
  for (const line of logOf(name)) {
    if (line.startsWith('::group::')) {
      expect(open).toBe(false);
      open = true;
    } else if (line === '::endgroup::') {
      expect(open).toBe(true);
      open = false;
    }
  }
  expect(open).toBe(false);
});

it('shows verdicts and findings outside of all groups', () => {
  const outside = logOf('backup-lied')
    .join('\n')
    .replaceAll(/^::group::[\s\S]*?^::endgroup::$/gm, '');
  expect(outside).toContain('FAILED');
  expect(outside).toMatch(/^ {4}error .* volume-born-in-backup/m);
});
