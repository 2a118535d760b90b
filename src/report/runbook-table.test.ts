import { describe, expect, it } from 'vitest';
import type { ScenarioOutline } from '../drill/model.ts';
import type { HistoryLine } from './history.ts';
import { runbookTable } from './runbook-table.ts';

const outline = (id: string, title: string): ScenarioOutline => ({ id, title, rtoSeconds: 900, rpo: null });
const rowOf = (title: string, day: string): readonly string[] => [title, '15m', '1m', '14m under', '–', '–', '1/1', '100%', 'SUCCESSFUL', day];
const today = '2026-11-25';

describe('a row that is in the runbook, and not in the history', () => {
  it.each([
    ['stays, since another drill has written it', '2026-11-24', true],
    ['stays on the day of its drill', today, true],
    ['goes where no drill can have written it yet', '2026-11-26', false],
  ])('%s', (_, day, stays) => {
    const { lines, left } = runbookTable([outline('a', 'Loss of data')], [], [rowOf('Loss of data', day)], today);
    expect(lines.join('\n').includes('SUCCESSFUL')).toBe(stays);
    expect(left).toEqual(stays ? ['Loss of data'] : []);
  });

  it('stays beside scenarios that have no title either', () => {
    const rows = runbookTable([outline('a', ''), outline('b', '')], [], [rowOf('b', today)], today).lines;
    expect(rows.filter((row) => row.includes('SUCCESSFUL'))).toEqual([expect.stringMatching(/^\| b /)]);
  });

  it('goes where two scenarios have its title: it is not known whose it is', () => {
    const rows = runbookTable([outline('a', 'Loss'), outline('b', 'Loss')], [], [rowOf('Loss', today)], today).lines;
    expect(rows.join('\n')).not.toContain('SUCCESSFUL');
  });
});

describe('a table with columns of its own', () => {
  const four = [['Scenario', 'Target RTO', 'Last Tested', 'Actual Time'], ['----------', '-----:', '---', '---'], ['Loss of data', '15 min', '', '']];
  const drilled: HistoryLine = {
    format: 1, drill: 'd', id: 'a', title: 'Loss of data', rto: 900, rta: null, manual: 0, rpo: null, rpa: null, data: '3 of 4', fidelity: 1,
    ended: '2026-11-20T10:00:00Z', verdict: 'FAILED', environment: 'docker', tool: '0.1.0', commit: null, drillFile: null, runbooks: {},
  };

  it('keeps them, and is given what tells whether they are worth anything', () => {
    expect(runbookTable([outline('a', 'Loss of data'), outline('b', 'Other')], [drilled], four, today)).toEqual({ left: [], lines: [
      '| Scenario | Target RTO | Last Tested | Actual Time | Data | RPO | Verdict |',
      '| ---------- | -----: | --- | --- | ---: | ---: | --- |',
      '| Loss of data | 15m | 2026-11-20 | – | 3 of 4 | – | FAILED |',
      '| Other | 15m | – | – | – | – | – |',
    ] });
  });

  it('keeps a row that a newer drill wrote, wherever its day stands', () => {
    const written = runbookTable([outline('a', 'Loss of data')], [drilled], four, today).lines.map((line) => line.slice(2, -2).split(' | '));
    const newer = written.map((row) => row.map((cell) => (cell === '2026-11-20' ? '2026-11-24' : cell === 'FAILED' ? 'SUCCESSFUL' : cell)));
    expect(runbookTable([outline('a', 'Loss of data')], [drilled], newer, today).lines.at(-1)).toContain('| 2026-11-24 | – | 3 of 4 | – | SUCCESSFUL |');
  });

  it.each([
    ['a column is none of ours', [['Scenario', 'Owner', 'RTO'], ['---', '---', '---']]],
    ['a column is there twice', [['Scenario', 'RTO', 'Target RTO'], ['---', '---', '---']]],
    ['no column names the scenario', [['RTO', 'Verdict'], ['---', '---']]],
    ['it is no table', [['Scenario', 'RTO']]],
  ])('is written with ours where %s', (_, existing) => {
    expect(runbookTable([outline('a', '')], [], existing, today).lines[0]).toBe('| Scenario | RTO | RTA | Gap | RPO | RPA | Data | As written | Verdict | Last tested |');
  });
});
