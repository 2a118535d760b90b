import { describe, expect, it } from 'vitest';
import type { ScenarioOutline } from '../drill/model.ts';
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
    const rows = runbookTable([outline('a', 'Loss of data')], [], [rowOf('Loss of data', day)], today);
    expect(rows.join('\n').includes('SUCCESSFUL')).toBe(stays);
  });

  it('stays beside scenarios that have no title either', () => {
    const rows = runbookTable([outline('a', ''), outline('b', '')], [], [rowOf('b', today)], today);
    expect(rows.filter((row) => row.includes('SUCCESSFUL'))).toEqual([expect.stringMatching(/^\| b /)]);
  });

  it('goes where two scenarios have its title: it is not known whose it is', () => {
    const rows = runbookTable([outline('a', 'Loss'), outline('b', 'Loss')], [], [rowOf('Loss', today)], today);
    expect(rows.join('\n')).not.toContain('SUCCESSFUL');
  });
});
