/** Golden files of every format. `UPDATE_GOLDEN=1` writes them again; read what it changed. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge } from '../drill/verdict/index.ts';
import { annotations } from '../github/annotations.ts';
import { begunIn } from './golden/begun.ts';
import { journals } from './golden/journals.ts';
import { renderReports, reportInput } from './index.ts';
import { jobSummaryLimit, renderJobSummary, renderWithin } from './job-summary.ts';
import { renderTerminal } from './terminal-table.ts';

const folder = join(import.meta.dirname, 'golden');
const update = process.env['UPDATE_GOLDEN'] === '1';

function filesOf(name: string): ReadonlyMap<string, string> {
  const entries = journals[name] ?? [];
  const report = judge(entries);
  return new Map([
    ...renderReports(reportInput(entries)),
    ['terminal.txt', renderTerminal(report, { width: 140, colour: false })],
    ['terminal-narrow.txt', renderTerminal(report, { width: 60, colour: false })],
    ['job-summary.md', renderJobSummary({ report, entries })],
    ['annotations.txt', annotations(report).map((line) => `${line}\n`).join('')],
  ]);
}

describe.each(Object.keys(journals))('%s', (name) => {
  const files = filesOf(name);

  it.each([...files.keys()])('%s', (file) => {
    const path = join(folder, name, file);
    const content = files.get(file) ?? '';
    if (update) {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(path, content);
    }
    expect(content).toBe(readFileSync(path, 'utf8'));
  });

  it('has no golden file that nothing makes', () => expect(readdirSync(join(folder, name)).toSorted()).toEqual([...files.keys()].toSorted()));
});

describe('hostile output', () => {
  const files = filesOf('hostile');

  it.each([...files].filter(([file]) => file !== 'report.json'))('is inert in %s', (file, content) => {
    expect(content.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(content).not.toContain('##[');
    if (file !== 'annotations.txt') expect(content).not.toMatch(/^\s*::/m);
  });

  it('is inert in report.json, and the same text to its readers', () => {
    const json = files.get('report.json') ?? '';
    expect(json.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(json).not.toMatch(/^\s*::/m);
    expect(JSON.parse(json)).toEqual(judge(journals['hostile'] ?? []));
  });

  it.each(['report.md', 'job-summary.md'])('begins nothing in %s', (file) => expect(begunIn(files.get(file) ?? '')).toEqual([]));

  it('is one annotation a finding', () => {
    const lines = (files.get('annotations.txt') ?? '').trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^::(?:error|warning) file=[^:,]+,line=\d+,title=[^:,]+::/);
    expect(lines).toHaveLength(judge(journals['hostile'] ?? []).scenarios[0]?.findings.length ?? 0);
  });
});

describe('every report', () => {
  it.each(Object.keys(journals))('of %s shows stand-ins, what was not measured, and dashes for missing numbers', (name) => {
    const report = judge(journals[name] ?? []);
    for (const file of ['report.md', 'terminal.txt', 'terminal-narrow.txt', 'job-summary.md']) {
      const content = filesOf(name).get(file) ?? '';
      expect(content).toContain('image-download');
      if (report.standIns.length > 0) expect(content).toContain('Stand-ins');
      for (const { rto } of report.scenarios) if (rto.actual === null) expect(content).toContain('–');
    }
  });

  it('is as narrow as the terminal, but for words that are longer', () => {
    const text = renderTerminal(judge(journals['backup-lied'] ?? []), { width: 60, colour: false });
    const tooLong = text.split('\n').filter((line) => line.length > 60 && line.trim().split(' ').length > 2);
    expect(tooLong).toEqual([]);
  });

  it('has colours only when told so', () => {
    const report = judge(journals['backup-lied'] ?? []);
    expect(renderTerminal(report, { width: 140, colour: true })).toContain('\u001b[31mFAILED\u001b[39m');
    expect(renderTerminal(report, { width: 140, colour: false })).not.toContain('\u001b');
  });
});

describe('the job summary', () => {
  const entries = journals['backup-lied'] ?? [];
  const report = judge(entries);
  const drilled = { report, entries };
  const [scenario] = report.scenarios;
  if (scenario === undefined) throw new Error('no scenario');
  const finding = scenario.findings[0];
  if (finding === undefined) throw new Error('no finding');

  it('is report.md while there is room', () => expect(renderJobSummary(drilled)).toBe(renderReports(reportInput(journals['backup-lied'] ?? [])).get('report.md')));

  it.each([
    ['many findings', { ...report, scenarios: [{ ...scenario, findings: Array.from({ length: 20_000 }, (_, line) => ({ ...finding, line, actual: 'ä'.repeat(300) })) }] }],
    ['long texts', { ...report, scenarios: [{ ...scenario, findings: [{ ...finding, actual: '😀'.repeat(1_000_000) }] }] }],
  ])('drops detail first with %s, and keeps the table', (_name, large) => {
    const text = renderJobSummary({ report: large, entries });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(jobSummaryLimit);
    expect(text).toContain('| Scenario | RTO |');
    expect(text).toContain('Detail was left out');
  });

  it('cuts the table between rows where even that is too long', () => {
    const text = renderWithin({ report: { ...report, scenarios: Array.from({ length: 200 }, () => scenario) }, entries }, 10_000);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(10_000);
    const rows = text.split('\n').filter((line) => line.startsWith('| Service failure'));
    expect(rows.length).toBeGreaterThan(50);
    for (const row of rows) expect(row.endsWith('|')).toBe(true);
    expect(text).toContain('Detail was left out');
  });

  it('drops the tables of steps before the findings', () => {
    const full = Buffer.byteLength(renderJobSummary(drilled));
    const text = renderWithin(drilled, full - 1);
    expect(text).not.toContain('### Steps');
    expect(text).toContain('volume-born-in-backup');
    expect(text).toContain('  - help: ');
  });

  it("shows the runbook's text beside a finding, with an arrow at its line", () => expect(renderJobSummary(drilled)).toMatch(/ {2}- runbook:.*<br>→ \d+ <code>/));

  it('never goes over its limit', () => {
    for (let limit = 0; limit < 3000; limit += 100) expect(Buffer.byteLength(renderWithin(drilled, limit))).toBeLessThanOrEqual(limit);
  });
});

describe('annotations', () => {
  const report = judge(journals['backup-lied'] ?? []);
  const [scenario] = report.scenarios;
  const [finding] = scenario?.findings ?? [];
  if (scenario === undefined || finding === undefined) throw new Error('no finding');
  const warning = { ...finding, severity: 'warning' as const };

  it('are the ten worst, errors first, and say that there are more', () => {
    const findings = [...Array.from({ length: 8 }, (_, line) => ({ ...warning, line: line + 1 })), ...Array.from({ length: 7 }, (_, line) => ({ ...finding, line: line + 100 }))];
    const lines = annotations({ ...report, scenarios: [{ ...scenario, findings }] });
    expect(lines.map((line) => line.split(' ')[0])).toEqual([...Array<string>(7).fill('::error'), ...Array<string>(3).fill('::warning'), '::notice::5']);
  });

  it('tell a finding of several scenarios once', () => {
    const lines = annotations({ ...report, scenarios: [{ ...scenario, findings: [finding] }, { ...scenario, id: 'b', findings: [finding] }] });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('(service-failure%2C b)');
  });

  it('name files as GitHub does', () => {
    const [line] = annotations({ ...report, scenarios: [{ ...scenario, findings: [finding] }] }, 'examples/pi/');
    expect(line).toContain(`file=examples/pi/${finding.file},`);
  });
});
