import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalError } from './journal-error.ts';
import { parseJournal, readJournal } from './journal.ts';
import { createJournal } from './journal-writer.ts';
import { exampleStep } from './verdict/example-facts.ts';
import { drillEnded, exampleDrill, exampleJournal, goodParts } from './verdict/example-journal.ts';
import { judge } from './verdict/index.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
  path = join(folder, 'journal.ndjson');
});
afterEach(() => rmSync(folder, { recursive: true }));

const hostile = 'a\nb\u2028\u001b[31m::error::"\\';

describe('what is written', () => {
  it('is read back as it was, one line each', async () => {
    const journal = exampleJournal({ end: [{ event: 'unproven', phase: 'destroy', why: hostile, limit: { file: 'a', line: 1, what: 'b', remedy: 'c' }, cannotRun: true }, ...goodParts.end] });
    using writer = createJournal(path);
    const written = journal.map(({ at: _at, ...event }) => writer.append(event));
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(journal.length + 1);
    expect(await readJournal(path)).toEqual(written);
  });

  it('carries the time of this machine, in UTC', () => {
    using writer = createJournal(path, { now: () => 1_795_312_800_123 });
    expect(writer.append(drillEnded).at).toBe('2026-11-22T02:00:00.123Z');
  });

  it('replaces the journal of an earlier drill', async () => {
    writeFileSync(path, 'old\n');
    using writer = createJournal(path);
    writer.append(drillEnded);
    expect(await readJournal(path)).toHaveLength(1);
  });

  it('hides what is secret, and never a word of the format', async () => {
    using writer = createJournal(path, { mask: (text) => text.replaceAll(/hunter2|warning/g, '***') });
    expect(writer.append({ event: 'warning', message: 'hunter2 is a warning' })).toMatchObject({ event: 'warning', message: '*** is a ***' });
    expect(readFileSync(path, 'utf8')).not.toContain('hunter2');
    expect(await readJournal(path)).toHaveLength(1);
  });

  it('does not tear lines of two writers', async () => {
    using writer = createJournal(path);
    for (let index = 0; index < 50; index += 1) {
      writer.append({ event: 'warning', message: `mine ${'x'.repeat(5000)}` });
      appendFileSync(path, `${JSON.stringify({ at: '2026-11-22T02:00:00.000Z', event: 'warning', message: 'theirs' })}\n`);
    }
    expect(await readJournal(path)).toHaveLength(100);
  });
});

describe('what is read', () => {
  const lines = exampleJournal().map((entry) => JSON.stringify(entry));
  const text = `${lines.join('\n')}\n`;

  it('tells of every event', () => expect(parseJournal(text, 'j')).toEqual(exampleJournal()));

  it('loses at most the last line, wherever a kill cut it', async () => {
    writeFileSync(path, text);
    const before = text.length - (lines.at(-1)?.length ?? 0) - 1;
    for (let end = text.length; end >= before; end -= 1) {
      truncateSync(path, end);
      const read = await readJournal(path);
      expect(read).toHaveLength(end >= text.length - 1 ? lines.length : lines.length - 1);
    }
    expect(judge(await readJournal(path)).validationStatus).toBe('SUCCESSFUL');
  });

  it('may be cut in the middle of a character', async () => {
    const bytes = Buffer.from(`${JSON.stringify(exampleJournal()[0])}\n{"at":"x","event":"warning","message":"ä`);
    writeFileSync(path, bytes.subarray(0, -1));
    expect(await readJournal(path)).toHaveLength(1);
  });

  it('keeps what only a later version knows', () => {
    const [entry] = parseJournal('{"at":"t","event":"warning","message":"m","later":1}\n', 'j');
    expect(entry).toMatchObject({ later: 1 });
  });

  it.each([
    ['no JSON in the middle', `${lines[0]}\n{"at":\n${lines[1]}\n`, 'j:2: expected one JSON object'],
    ['an empty line', `${lines[0]}\n\n${lines[1]}\n`, 'j:2: expected one JSON object'],
    ['an unknown event', '{"at":"t","event":"nonsense"}\n', 'j:1: expected an entry of a journal of format 1'],
    ['a missing field', '{"at":"t","event":"warning"}\n', 'message'],
    ['a wrong type', '{"at":"t","scenario":"a","event":"loss-proven","proven":"yes","why":""}\n', 'proven'],
    ['an unknown rule', JSON.stringify(exampleJournal({}, { findings: [] })[0]).replace('"findings":[]', '"findings":[{"rule":"toString","severity":"error","file":"a","line":1,"message":"","expected":"","actual":"","help":""}]') + '\n', 'rule'],
    ['another format', `${lines[0]?.replace('"format":1', '"format":2') ?? ''}\n`, 'format'],
  ])('is refused with its line: %s', (_name, broken, message) => {
    expect(() => parseJournal(broken, 'j')).toThrow(JournalError);
    expect(() => parseJournal(broken, 'j')).toThrow(message);
  });

  it('knows optional fields', () => {
    const drill = { ...exampleDrill, scenarios: exampleDrill.scenarios.map((scenario) => ({ ...scenario, steps: [exampleStep(0, 'backup', 'a', 1, { why: 'b' })] })) };
    expect(parseJournal(`${JSON.stringify({ at: 't', ...drill })}\n`, 'j')).toEqual([{ at: 't', ...drill }]);
  });
});

it('a journal that tells of no drill is wrong input, and no defect', () => {
  expect(() => judge([])).toThrow(JournalError);
});
