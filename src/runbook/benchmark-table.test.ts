import { describe, expect, it } from 'vitest';
import { findTable, rowCells, tableLines, withTable } from './benchmark-table.ts';

const table = ['| Scenario | RTA |', '| --- | ---: |', '| A | 14s |'];

function updated(source: string | Buffer, lines: readonly string[] = table): string {
  const bytes = typeof source === 'string' ? Buffer.from(source) : source;
  const place = findTable(bytes);
  if (place === null || 'message' in place) throw new Error(JSON.stringify(place));
  const after = withTable(bytes, place, lines);
  const again = findTable(after);
  if (again === null || 'message' in again) throw new Error('the markers are gone');
  // A second time nothing changes.
  expect(withTable(after, again, lines)).toBe(after);
  expect(tableLines(after, again)).toEqual(lines);
  return after.toString('latin1');
}

describe('a table between its markers', () => {
  it('is written, and replaced', () => {
    const expected = `# A\n\n<!-- drill:benchmark -->\n${table.join('\n')}\n<!-- /drill:benchmark -->\n\nend\n`;
    expect(updated('# A\n\n<!-- drill:benchmark -->\n<!-- /drill:benchmark -->\n\nend\n')).toBe(expected);
    expect(updated('# A\n\n<!-- drill:benchmark -->\nold\n\n| x |\n<!-- /drill:benchmark -->\n\nend\n')).toBe(expected);
    expect(updated('# A\n\n<!--drill:benchmark--><!-- /drill:benchmark -->\n\nend\n')).toBe(expected.replace('<!-- drill:benchmark -->', '<!--drill:benchmark-->'));
  });

  it('leaves every other byte: CRLF, byte order mark, what is no UTF-8, no end of the last line', () => {
    const crlf = '\uFEFF# A\r\n\r\n<!-- drill:benchmark -->\r\nold\r\n<!-- /drill:benchmark -->\r\nend';
    expect(Buffer.from(updated(crlf), 'latin1').toString()).toBe(crlf.replace('old', table.join('\r\n')));
    const bytes = Buffer.from('\xff\xfe caf\xe9\n<!-- drill:benchmark -->\n<!-- /drill:benchmark -->\n\xc3', 'latin1');
    expect(updated(bytes)).toBe(`\xff\xfe caf\xe9\n<!-- drill:benchmark -->\n${table.join('\n')}\n<!-- /drill:benchmark -->\n\xc3`);
    const mixed = 'a\r\nb\n<!-- drill:benchmark -->\nx\n<!-- /drill:benchmark -->\r\nc\r\n';
    expect(updated(mixed)).toBe(mixed.replace('x', table.join('\n')));
  });

  it.each([
    ['a list', '- item\n\n  <!-- drill:benchmark -->\n  <!-- /drill:benchmark -->\n', '  '],
    ['a quote', '> <!-- drill:benchmark -->\n> <!-- /drill:benchmark -->\n', '> '],
    ['a list, as its first line', '- <!-- drill:benchmark -->\n  <!-- /drill:benchmark -->\n', '  '],
  ])('keeps its nesting in %s', (_name, source, prefix) => {
    const [opening = '', closing = ''] = source.split(/(?<=drill:benchmark -->\n)/);
    expect(updated(source)).toBe(`${opening}${table.map((line) => `${prefix}${line}\n`).join('')}${closing}`);
  });

  it('is the same table when a formatter has aligned it', () => {
    const formatted = Buffer.from('<!-- drill:benchmark -->\n\n| Scenario |  RTA |\n| -------- | ---: |\n| A        |  14s |\n\n<!-- /drill:benchmark -->\n');
    const place = findTable(formatted);
    if (place === null || 'message' in place) throw new Error('no place');
    expect(withTable(formatted, place, table)).toBe(formatted);
    expect(withTable(formatted, place, [...table.slice(0, 2), '| A | 15s |'])).not.toBe(formatted);
  });

  it('is not in code', () => {
    const shown = '```md\n<!-- drill:benchmark -->\n<!-- /drill:benchmark -->\n```\n\nWrite `<!-- drill:benchmark -->` there.\n';
    expect(findTable(Buffer.from(shown))).toBeNull();
    expect(updated(`${shown}\n<!-- drill:benchmark -->\n<!-- /drill:benchmark -->\n`)).toBe(`${shown}\n<!-- drill:benchmark -->\n${table.join('\n')}\n<!-- /drill:benchmark -->\n`);
  });

  it.each([
    ['no end', '<!-- drill:benchmark -->\n', 1],
    ['no beginning', 'a\n<!-- /drill:benchmark -->\n', 2],
    ['one inside another', '<!-- drill:benchmark -->\n<!-- drill:benchmark -->\n<!-- /drill:benchmark -->\n', 2],
    ['two', '<!-- drill:benchmark -->\n<!-- /drill:benchmark -->\n<!-- drill:benchmark -->\n<!-- /drill:benchmark -->\n', 3],
  ])('is refused with %s', (_name, source, line) => expect(findTable(Buffer.from(source))).toMatchObject({ line }));
});

it('cells of a row', () => expect(rowCells(String.raw`| a | b \| c |  |`)).toEqual(['a', String.raw`b \| c`, '']));
