/** Workflows and action metadata, read by the linters that know GitHub. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { testTool } from './test-tools.ts';

it.for([
  ['actionlint', []],
  ['zizmor', ['--offline', '--no-progress', '--pedantic', '.github', 'action.yml', 'publish/action.yml', 'comment/action.yml']],
] as const)('%s finds nothing', ([name, args], context) => {
  const tool = testTool(name, context);
  const { status, stdout, stderr } = spawnSync(tool, [...args], { encoding: 'utf8' });
  expect(status, stdout + stderr).toBe(0);
});

const folder = '.github/workflows';
const permissions = z.record(z.string(), z.string());
const workflow = z.object({ on: z.unknown(), permissions, jobs: z.record(z.string(), z.object({ permissions })) });

describe.each(readdirSync(folder))('%s', (name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  const read = workflow.parse(parse(text));

  it('grants nothing at its top, and says of each permission why', () => {
    expect(read.permissions).toEqual({});
    for (const line of text.split('\n').filter((each) => /^ {6}\w[\w-]*: (?:read|write)/.test(each))) expect(line).toMatch(/ # \S/);
  });

  it('names actions of others by commit, with the version beside it', () => {
    for (const [line] of text.matchAll(/^ *(?:- )?uses: (?!\.\/).*$/gm)) expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('never runs with the rights of the base branch on the code of a pull request', () => {
    expect(text).not.toContain('pull_request_target');
    if (!text.includes('workflow_run:')) return;
    expect(text).not.toMatch(/ref:|repository:/);
  });
});

it.each(['restore-drill-pr.yml', 'restore-drill.yml'])('%s has no secret in reach, and a token that may only read', (name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  expect(text).not.toMatch(/secrets|github\.token|GITHUB_TOKEN/);
  for (const job of Object.values(workflow.parse(parse(text)).jobs)) expect(Object.entries(job.permissions)).toEqual([['contents', 'read']]);
});

it('the plan is code in the summary whatever its titles say', () => {
  const line = readFileSync(join(folder, 'restore-drill.yml'), 'utf8').split('\n').find((each) => each.includes('>> "$GITHUB_STEP_SUMMARY"')) ?? '';
  const hostile = 'one: x\n```\n~~~\n# Heading <img src=x>\n';
  const there = mkdtempSync(join(tmpdir(), 'summary-'));
  try {
    const [plan, summary] = [join(there, 'plan.txt'), join(there, 'summary.md')];
    writeFileSync(plan, hostile);
    execFileSync('bash', ['-eo', 'pipefail', '-c', line], { env: { ...process.env, plan, GITHUB_STEP_SUMMARY: summary } });
    // Code by its indent has no end that a line of it could write.
    for (const written of readFileSync(summary, 'utf8').split('\n')) expect(written).toMatch(/^(?: {4}|$)/);
    expect(readFileSync(summary, 'utf8')).toContain('    # Heading');
  } finally {
    rmSync(there, { recursive: true });
  }
});
