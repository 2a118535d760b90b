/** What `--update` has changed in a runner's checkout. */
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getExecOutput } from '@actions/exec';
import type { RewrittenFile } from './github/benchmark-pull-request.ts';
import { findTable } from './runbook/benchmark-table.ts';

/**
 * Tracked files with a benchmark table that differ from the commit, in the repository that `cwd` lies in. What else an earlier step has
 * changed (a lock file, a workflow) is none of ours to propose, and a symbolic link may lead out of the checkout.
 */
export async function rewrittenRunbooks(cwd: string): Promise<readonly RewrittenFile[]> {
  const root = (await git(cwd, 'rev-parse', '--show-toplevel')).replace(/\n$/, '');
  const paths = (await git(root, 'diff', '--name-only', '--diff-filter=M', '-z', 'HEAD')).split('\0').filter(Boolean);
  const files = await Promise.all(paths.map((path) => withTable(root, path)));
  return files.flat();
}

/** What it prints is not for the log: a file's name may be a command to the runner. */
async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await getExecOutput('git', [...args], { cwd, silent: true, ignoreReturnCode: true });
  if (exitCode !== 0) throw new Error(`git ${args.join(' ')} in ${cwd}: expected exit 0, got ${exitCode}: ${stderr.trim()}`);
  return stdout;
}

async function withTable(root: string, path: string): Promise<readonly RewrittenFile[]> {
  const absolute = join(root, path);
  if (!(await lstat(absolute)).isFile()) return [];
  const bytes = await readFile(absolute);
  const table = findTable(bytes, { mdx: path.endsWith('.mdx') });
  return table === null || 'message' in table ? [] : [{ path, text: bytes.toString('utf8') }];
}
