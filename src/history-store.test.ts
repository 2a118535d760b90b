import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addToHistory, readHistory } from './history-store.ts';
import { exampleLine } from './report/golden/example-history.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'history-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const [first, second] = [exampleLine({ ended: '2026-01-01T03:00:00.000Z' }), exampleLine({ ended: '2026-04-01T03:00:00.000Z' })];

describe('a history that is a file', () => {
  it('is empty where there is none, and holds each line once', async () => {
    const path = join(folder, 'kept/history.jsonl');
    expect(await readHistory(path)).toEqual([]);
    await addToHistory(path, [second]);
    await addToHistory(path, [first, second]);
    expect(await readHistory(path)).toEqual([first, second]);
    expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(2);
  });

  it('loses nothing when many drills add to it at once', async () => {
    const path = join(folder, 'history.jsonl');
    const lines = Array.from({ length: 50 }, (_, index) => exampleLine({ id: `scenario-${index}` }));
    await Promise.all(lines.map((line) => addToHistory(path, [line])));
    expect(await readHistory(path)).toHaveLength(50);
  });

  it('leaves a line alone that another drill is writing', async () => {
    const path = join(folder, 'history.jsonl');
    const text = `${JSON.stringify(first)}\n`;
    writeFileSync(path, text.slice(0, 40));
    const adding = addToHistory(path, [second]);
    setTimeout(() => writeFileSync(path, text), 50);
    await adding;
    expect(await readHistory(path)).toEqual([first, second]);
  });

  it('goes on after a line that was cut, and after one without its end', async () => {
    const path = join(folder, 'history.jsonl');
    writeFileSync(path, `${JSON.stringify(first)}\n{"format":1,"dri`);
    await addToHistory(path, [second]);
    expect(await readHistory(path)).toEqual([first, second]);
    writeFileSync(path, JSON.stringify(first));
    await addToHistory(path, [second]);
    expect(await readHistory(path)).toEqual([first, second]);
  });

  it('says which line is none', async () => {
    const path = join(folder, 'history.jsonl');
    writeFileSync(path, `${JSON.stringify(first)}\n<<<<<<< HEAD\n${JSON.stringify(second)}\n`);
    await expect(readHistory(path)).rejects.toThrow(`${path}:2: `);
    writeFileSync(path, `${JSON.stringify({ ...first, verdict: 'GREEN' })}\n`);
    await expect(readHistory(path)).rejects.toThrow(`${path}:1: `);
  });
});

describe('a history that is a folder', () => {
  it('has a file for each drill, the same for the same one', async () => {
    const path = `${join(folder, 'history')}/`;
    expect(await readHistory(path)).toEqual([]);
    await addToHistory(path, [first]);
    await addToHistory(path, [second]);
    await addToHistory(path, [second]);
    expect(await readHistory(path)).toEqual([first, second]);
    expect(readdirSync(path)).toHaveLength(2);
  });
});
