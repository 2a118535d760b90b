import { expect, it } from 'vitest';
import type { WriteStep } from '../model.ts';
import { lineOfScript } from './written-script.ts';

const written = (to: string, lines: readonly number[]): WriteStep => ({
  kind: 'write', phase: 'backup', before: null, name: '#script', at: { file: 'runbook.md', line: 10 }, timeoutSeconds: 600, refused: null, to, mode: '0755', user: null,
  shell: { text: '', written: '', file: 'runbook.md', lines, runs: 'script', sha256: '', inRunbook: true, sourceLines: [], replacedLines: [], substitutions: 0 },
});
const steps = [written('~/backup.sh', [11, 12, 13]), written('/usr/local/bin/backup.sh', [21, 22])];

it('knows the line of the runbook that a line of a saved script is', () => {
  expect(lineOfScript({ file: '/usr/local/bin/backup.sh', line: 2 }, steps, 'ops')).toEqual({ file: 'runbook.md', line: 22 });
  expect(lineOfScript({ file: '/home/ops/backup.sh', line: 3 }, steps, 'ops')).toEqual({ file: 'runbook.md', line: 13 });
});

it('goes by the script that was saved last, and knows nothing of others', () => {
  expect(lineOfScript({ file: '/home/ops/backup.sh', line: 1 }, [...steps, written('/home/ops/backup.sh', [31])], 'ops')).toEqual({ file: 'runbook.md', line: 31 });
  expect(lineOfScript({ file: '/home/ops/other.sh', line: 1 }, steps, 'ops')).toBeNull();
  expect(lineOfScript({ file: '/home/ops/backup.sh', line: 9 }, steps, 'ops')).toBeNull();
  expect(lineOfScript(null, steps, 'ops')).toBeNull();
});
