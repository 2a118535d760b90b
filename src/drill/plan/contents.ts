/** Content that the drill file takes from elsewhere: a variable, a file of the repository, a block of the runbook. */
import { readFileSync, realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { nameOf } from '../drill-file/explain.ts';
import type { Path } from '../drill-file/positions.ts';
import type { DrillContent } from '../drill-file/schema.ts';
import { blocksOf, type PlanContext, tellReference } from './context.ts';
import type { Problems } from './problems.ts';

/** Null, and told, when it cannot be had. */
export function contentOf(context: PlanContext, content: DrillContent, path: Path): string | null {
  if ('text' in content) return content.text;
  if ('env' in content) return variable(context, content.env, [...path, 'env']);
  if ('copy' in content) return copyOf(context, content.copy, [...path, 'copy']);
  return blockText(context, content.block, [...path, 'block']);
}

/** The value of a variable of the environment. */
export function variable(context: PlanContext, name: string, path: Path): string | null {
  const value = context.env[name];
  if (value !== undefined && value !== '') {
    context.secrets.add(value);
    return value;
  }
  const told = { message: `the variable ${name} is not set`, expected: `${name} in the environment that the drill is started in`, got: value === undefined ? 'nothing' : 'empty text', help: `set ${name}; in a workflow, from a secret` };
  context.problems.atValue(path, told);
  return null;
}

/** Where files of the repository are looked for, and where it is told when they are not. */
export interface Repository {
  readonly folder: string;
  readonly problems: Problems;
}

/** A path in the repository's folder on this machine; null, and told, when it leads out of it: no host gets the runner's own files. */
export function localPath({ folder, problems }: Repository, written: string, path: Path, within: string = folder): string | null {
  const absolute = resolve(folder, written);
  if (!written.startsWith('~') && !isAbsolute(written) && isInside(within, realpathOf(absolute))) return absolute;
  const told = { message: `\`${nameOf(path)}\` leads out of the repository`, expected: 'a path relative to the repository root, in it', got: `\`${written}\``, help: 'keep the file in the repository, or give its content by { env }' };
  problems.atValue(path, told);
  return null;
}

export function isInside(folder: string, path: string): boolean {
  const way = relative(realpathOf(folder), path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

function realpathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function copyOf(context: PlanContext, written: string, path: Path): string | null {
  const file = localPath(context, written, path);
  if (file === null) return null;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const got = error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'no such file' : String(error);
    context.problems.atValue(path, { message: `\`${written}\` cannot be read`, expected: 'a file of the repository', got, help: 'correct the path: it is relative to the repository root' });
    return null;
  }
}

function blockText(context: PlanContext, reference: string, path: Path): string | null {
  const resolved = blocksOf(context, reference, path, { among: 'fenced' });
  if (resolved === null) return null;
  const [block, ...others] = resolved.blocks;
  if (block === undefined || others.length > 0) {
    tellReference(context, path, reference, { problem: 'ambiguous', message: `\`${reference}\` selects ${resolved.blocks.length} blocks, and one is wanted`, candidates: resolved.blocks.map((each) => each.reference) });
    return null;
  }
  return `${block.text}\n`;
}
