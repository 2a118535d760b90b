/** What `--update` has changed in a checkout. */
import { execFileSync } from 'node:child_process';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RewrittenFile } from './github/benchmark-pull-request.ts';
import { findTable } from './runbook/benchmark-table.ts';

/**
 * Tracked files with a benchmark table that differ from the commit, in the repository that `cwd` lies in. What else an earlier step has
 * changed (a lock file, a workflow) is none of ours to propose, and a symbolic link may lead out of the checkout.
 */
export async function rewrittenRunbooks(cwd: string): Promise<readonly RewrittenFile[]> {
  const root = execFileSync('git', ['rev-parse', '--show-toplevel'], { cwd, encoding: 'utf8' }).replace(/\n$/, '');
  const paths = execFileSync('git', ['diff', '--name-only', '--diff-filter=M', '-z', 'HEAD'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
  const files = await Promise.all(paths.map((path) => withTable(root, path)));
  return files.flat();
}

async function withTable(root: string, path: string): Promise<readonly RewrittenFile[]> {
  const absolute = join(root, path);
  if (!(await lstat(absolute)).isFile()) return [];
  const bytes = await readFile(absolute);
  const table = findTable(bytes, { mdx: path.endsWith('.mdx') });
  return table === null || 'message' in table ? [] : [{ path, text: bytes.toString('utf8') }];
}
