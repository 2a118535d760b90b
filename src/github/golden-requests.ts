/** For tests: drills of the golden journals, and what was asked of GitHub as a golden file. `UPDATE_GOLDEN=1` writes it again. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { JournalEntry } from '../drill/journal-events.ts';
import type { Report } from '../drill/report-model.ts';
import { judge } from '../drill/verdict/index.ts';
import { journals } from '../report/golden/journals.ts';
import type { Drilled } from '../report/markdown.ts';
import type { FakeGitHub } from './fake-github.ts';

export const entriesOf = (name: string): readonly JournalEntry[] => journals[name] ?? [];
export const reportOf = (name: string): Report => judge(entriesOf(name));

/** As the drill `drill`, where that is given. */
export const drilledAs = (name: string, drill = reportOf(name).drill): Drilled => ({ entries: entriesOf(name), report: { ...reportOf(name), drill } });

const base64 = /^[A-Za-z0-9+/]+=*$/;

/** Base64 is what nobody can read; of a report its beginning, for it has golden files of its own. */
function legible(key: string, value: string): string {
  const text = key === 'content' && base64.test(value) ? Buffer.from(value, 'base64').toString() : value;
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}

export function expectRequests(github: FakeGitHub, name: string): void {
  const path = join(import.meta.dirname, 'golden', `${name}.json`);
  const requests: unknown = JSON.parse(JSON.stringify(github.requests), (key, value: unknown) => (typeof value === 'string' ? legible(key, value) : value));
  const seen = `${JSON.stringify(requests, null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(join(import.meta.dirname, 'golden'), { recursive: true });
    writeFileSync(path, seen);
  }
  expect(seen).toBe(readFileSync(path, 'utf8'));
}
