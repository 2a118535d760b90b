import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workflowFor } from './cli-workflows.ts';

const folder = '.github/workflows';
const names = readdirSync(folder).filter((name) => name.startsWith('restore-drill-'));

it('there is one for each occasion', () => expect(names.map((name) => name.replace(/^restore-drill-(.*)\.yml$/, '$1'))).toEqual(['comment', 'manual', 'pr', 'quarterly']));

describe.each(names)('%s in another repository', (name) => {
  const text = workflowFor(readFileSync(join(folder, name), 'utf8'), 'ops: "it"/$&$1/drill.yaml');

  it('takes the tool from its release, and nothing by a path that only this repository has', () => {
    expect(text).toMatch(/uses: runbook-drill\/runbook-drill\/(?:\.github\/workflows\/restore-drill\.yml|publish|comment)@v\d+$/m);
    expect(text).not.toMatch(/uses: \.\/|dist\/|fixtures\/|Copy this file/);
  });

  it('names the drill file, where it needs one', () => {
    expect(text.includes(String.raw`drill-file: "ops: \"it\"/$&$1/drill.yaml"`)).toBe(name !== 'restore-drill-comment.yml');
  });
});
