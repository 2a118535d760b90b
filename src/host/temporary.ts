/** Temporary folders of a run on this machine, each with a file that names its owner. */
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ownership } from '../ports/host.ts';
import { ownerFromLabels, ownershipLabels, type Owner } from './labels.ts';

const prefix = 'runbook-drill-';
const ownerFile = '.owner.json';

/** A new folder that only this user may enter, for one piece of a run's work; `cleanup` finds it when its owner has died. */
export async function temporaryFolder(ownership: Ownership): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), `${prefix}${ownership.run}-`));
  await writeFile(join(path, ownerFile), JSON.stringify(await ownershipLabels(ownership)), { mode: 0o600 });
  const work = join(path, 'work');
  await mkdir(work);
  // Again where something is still being written: a drill that cannot start ends before its bundle is whole.
  return { path: work, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 10 }) };
}

/** Removes the folders whose owner is chosen; their paths. A folder without a readable owner is not ours. */
export async function cleanupFolders(chosen: (owner: Owner) => Promise<boolean>): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const path = join(tmpdir(), name);
    const owner = await readOwner(path);
    if (owner === null || !(await chosen(owner))) continue;
    await rm(path, { recursive: true, force: true });
    removed.push(path);
  }
  return removed;
}

async function readOwner(folder: string): Promise<Owner | null> {
  try {
    const labels: unknown = JSON.parse(await readFile(join(folder, ownerFile), 'utf8'));
    if (typeof labels !== 'object' || labels === null) return null;
    return ownerFromLabels(Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)])));
  } catch {
    return null;
  }
}
