/** One drill at a time writes into a folder: two would leave one journal. */
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { InputErrors } from './drill/model.ts';
import { isAlive, ownerFromLabels, ownershipLabels } from './host/labels.ts';

export const lockName = '.drill-lock';

const lock = z.object({ machine: z.string(), owner: z.record(z.string(), z.string()) });

/** What a lock says: the machine, and the process as what a drill makes names its owner. @param pid default: this process. */
export const lockText = async (pid?: number): Promise<string> => JSON.stringify({ machine: hostname(), owner: await ownershipLabels({ run: 'lock', scenario: 'all' }, pid) });

/**
 * Holds the folder until it is disposed of. A lock whose process is gone is taken over.
 * Throws `InputErrors` where another drill holds it.
 */
export async function lockFolder(folder: string): Promise<Disposable> {
  const path = join(folder, lockName);
  const own = `${path}-${randomBytes(6).toString('hex')}`;
  writeFileSync(own, await lockText());
  try {
    // A link is made whole or not at all: nobody sees a lock without its owner.
    for (let tries = 0; !linked(own, path); tries += 1) {
      const text = textOf(path);
      if (text !== null && (tries > 5 || (await isHeld(text)))) throw held(folder, text);
      if (text !== null) removeStale(path, text);
    }
  } finally {
    rmSync(own, { force: true });
  }
  return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function parsed(text: string): z.output<typeof lock> | null {
  try {
    return lock.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Of a process on another machine nothing is known: it may live. */
async function isHeld(text: string): Promise<boolean> {
  const found = parsed(text);
  const owner = ownerFromLabels(found?.owner);
  if (found === null || owner === null) return false;
  return found.machine !== hostname() || isAlive(owner);
}

/** Two that find the same dead owner must not take the lock away that one of them has made meanwhile: what was moved is looked at again. */
function removeStale(path: string, stale: string): void {
  const aside = `${path}-${randomBytes(6).toString('hex')}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (textOf(aside) !== stale) linked(aside, path);
  rmSync(aside, { force: true });
}

function held(folder: string, text: string): InputErrors {
  const found = parsed(text);
  const got = found === null ? 'a lock that changes hands' : `a drill that still runs (process ${ownerFromLabels(found.owner)?.pid ?? 'unknown'} on ${found.machine})`;
  const help = `wait for it, or give this drill another folder with --out; if that drill is gone, remove ${join(folder, lockName)}`;
  return new InputErrors([{ file: folder, line: 1, column: 1, message: 'another drill writes its reports into this folder', expected: 'a folder of its own for each drill at the same time', got, help }]);
}
