/** Workflows and action metadata, read by the linters that know GitHub. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { testTool } from './test-tools.ts';

it.for([
  ['actionlint', []],
  ['zizmor', ['--offline', '--no-progress', '--pedantic', '.github', 'action.yml', 'publish/action.yml', 'comment/action.yml']],
] as const)('%s finds nothing', ([name, args], context) => {
  const tool = testTool(name, context);
  const { status, stdout, stderr } = spawnSync(tool, [...args], { encoding: 'utf8' });
  expect(status, stdout + stderr).toBe(0);
});
