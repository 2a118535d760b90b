import { readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { parseRunbook, type Runbook, RunbookError } from '../../runbook/blocks.ts';
import { nearest } from '../drill-file/explain.ts';
import type { Path } from '../drill-file/positions.ts';
import { localPath, type Repository } from './contents.ts';

export interface ReadRunbooks {
  readonly runbooks: readonly Runbook[];
  /** All that the drill file names could be read. */
  readonly complete: boolean;
}

/** Reads the runbooks that the drill file names, each once. What is wrong with them is told. */
export function readRunbooks(named: string | readonly string[], where: Repository & { readonly tracked: ReadonlySet<string>; readonly display: (file: string) => string }): ReadRunbooks {
  const list = typeof named === 'string' ? [{ name: named, path: ['runbook'] }] : named.map((name, index) => ({ name, path: ['runbook', index] }));
  const read = new Map<string, Runbook>();
  let complete = true;
  for (const { name, path } of list) {
    const runbook = readRunbook(name, path, where);
    if (runbook === null) complete = false;
    else read.set(runbook.file, runbook);
  }
  return { runbooks: [...read.values()], complete };
}

function readRunbook(name: string, path: Path, where: Parameters<typeof readRunbooks>[1]): Runbook | null {
  const absolute = localPath(where, name, path);
  if (absolute === null) return null;
  const file = relative(where.folder, absolute);
  try {
    return parseRunbook(file, readFileSync(absolute, 'utf8'));
  } catch (error) {
    if (error instanceof RunbookError) {
      const { message, line, expected, got, help } = error;
      where.problems.add({ file: where.display(file), line, column: 1, message, expected, got, help });
    } else if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
      const help = candidate(name, where.tracked);
      where.problems.atValue(path, { message: `the runbook \`${name}\` cannot be read`, expected: 'a Markdown file, relative to the repository root', got: error.code === 'ENOENT' ? 'no such file' : error.code, help });
    } else throw error;
    return null;
  }
}

function candidate(name: string, tracked: ReadonlySet<string>): string {
  const files = [...tracked].filter((file) => /\.mdx?$/.test(file));
  const found = files.find((file) => basename(file) === basename(name)) ?? nearest(name, files);
  return found === null ? 'correct the path' : `did you mean \`${found}\`?`;
}
