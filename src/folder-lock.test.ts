import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockFolder, lockName, lockText } from './folder-lock.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'lock-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const leave = (text: string): void => writeFileSync(join(folder, lockName), text);

it('keeps a second drill out until the first is over', async () => {
  {
    using lock = await lockFolder(folder);
    void lock;
    await expect(lockFolder(folder)).rejects.toThrow(/another drill/);
  }
  using again = await lockFolder(folder);
  void again;
  expect(readdirSync(folder)).toEqual([lockName]);
});

it('leaves nothing behind', async () => {
  (await lockFolder(folder))[Symbol.dispose]();
  expect(readdirSync(folder)).toEqual([]);
});

it('takes over from a process that is gone, and from one that only has its number', async () => {
  leave(await lockText(spawnSync('true').pid));
  (await lockFolder(folder))[Symbol.dispose]();
  leave((await lockText()).replace(/(started":")\d+/, '$11'));
  (await lockFolder(folder))[Symbol.dispose]();
  leave('what a full disk left');
  (await lockFolder(folder))[Symbol.dispose]();
  expect(existsSync(join(folder, lockName))).toBe(false);
});

it('respects a living process, and one of another machine', async () => {
  leave(await lockText(process.ppid));
  await expect(lockFolder(folder)).rejects.toThrow(/another drill/);
  leave((await lockText(spawnSync('true').pid)).replace(/(machine":")[^"]*/, '$1elsewhere'));
  await expect(lockFolder(folder)).rejects.toThrow(/another drill/);
});
