import { describe, expect, it } from 'vitest';
import type { PlannedStep } from '../model.ts';
import { lineThatRemoves } from './line-that-removes.ts';

const common = { phase: 'backup', before: null, timeoutSeconds: 600, refused: null, user: null } as const;
const shell = (file: string, first: number, text: string) => ({
  text, written: text, file, lines: text.split('\n').map((_, index) => first + index), runs: 'shell', sha256: '', inRunbook: true, sourceLines: [], replacedLines: [], substitutions: 0,
}) as const;
const saved: PlannedStep = { ...common, kind: 'write', name: '#script', at: { file: 'runbook.md', line: 10 }, to: '/backup.sh', mode: '0755', shell: shell('runbook.md', 11, '#!/bin/bash\nmake copy\n  incus storage volume delete local "$old" 2>/dev/null || true\n# delete by hand\necho done') };
const run = (text: string): PlannedStep => ({ ...common, kind: 'run', name: text, at: { file: 'drill.yaml', line: 40 }, cwd: null, env: {}, input: null, shell: shell('drill.yaml', 40, text) });
const span = (line: number, command: string) => ({ file: 'drill.yaml', line, command });

describe('the line that removes', () => {
  it('is that of the last such command of a block', () => {
    expect(lineThatRemoves([span(40, 'rm -r old'), span(41, 'rm older'), span(42, 'ls')], [run('rm -r old\nrm older\nls')], false)).toEqual({ file: 'drill.yaml', line: 41 });
  });

  it('is the runbook’s where the command ran in a script that a step saved', () => {
    const ran = [span(40, '/backup.sh'), span(40, 'incus storage volume delete local "$old" 2> /dev/null')];
    expect(lineThatRemoves(ran, [saved, run('/backup.sh')], false)).toEqual({ file: 'runbook.md', line: 13 });
    expect(lineThatRemoves(ran, [run('/backup.sh')], false)).toEqual({ file: 'drill.yaml', line: 40 });
  });

  it('is the block’s own where a script has the same command', () => {
    const same = 'incus storage volume delete local "$old" 2>/dev/null';
    expect(lineThatRemoves([span(40, same)], [saved, run(same)], false)).toEqual({ file: 'drill.yaml', line: 40 });
  });

  it('is that of the script’s command which never ran, where too much is left alone', () => {
    expect(lineThatRemoves([span(40, '/backup.sh')], [saved, run('/backup.sh')], true)).toEqual({ file: 'runbook.md', line: 13 });
    expect(lineThatRemoves([span(40, '/backup.sh')], [saved, run('/backup.sh')], false)).toBeNull();
    expect(lineThatRemoves([], [run('true')], true)).toBeNull();
  });
});
