import { symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestRepository, testRepository } from './drill/plan/test-repository.ts';
import { rewrittenRunbooks } from './rewritten-runbooks.ts';

const table = (rows: string): string => `# Runbook\n\n<!-- drill:benchmark -->\n${rows}<!-- /drill:benchmark -->\n`;

let repository: TestRepository;
beforeAll(async () => {
  repository = await testRepository({ 'docs/runbook.md': table(''), 'docs/other.md': table(''), 'package-lock.json': '{}\n', '.github/workflows/drill.yml': 'on: push\n' });
}, 60_000);
afterAll(() => repository[Symbol.dispose]());

it('are tracked files with a benchmark table that differ from the commit, and nothing else that an earlier step has changed', async () => {
  expect(await rewrittenRunbooks(repository.folder)).toEqual([]);
  repository.write({ 'docs/runbook.md': table('| a |\n'), 'package-lock.json': '{ }\n', '.github/workflows/drill.yml': 'on: [push]\n', 'new.md': table('| new |\n'), 'secret': table('| secret |\n') });
  unlinkSync(join(repository.folder, 'docs/other.md'));
  symlinkSync('../secret', join(repository.folder, 'docs/other.md'));
  expect(await rewrittenRunbooks(join(repository.folder, 'docs'))).toEqual([{ path: 'docs/runbook.md', text: table('| a |\n') }]);
});
