import { describe, expect, it } from 'vitest';
import { firstCommand, sourceLines } from './source-lines.ts';

/** Source lines of a text that begins in line 1. */
function lines(text: string): readonly number[] {
  return sourceLines({ text, textLines: text.split('\n').map((_, index) => index + 1) });
}

describe('source lines', () => {
  it('are neither blank nor only comment', () => {
    expect(lines('#!/bin/sh\n\n  \nls # all\n  # note\n\tpwd')).toEqual([4, 6]);
  });

  it('are those of strings and here documents that begin with #', () => {
    expect(lines("cat <<EOF\n# kept\n\nEOF\nsh -c '\n# kept\n'\n# comment")).toEqual([1, 2, 4, 5, 6, 7]);
    expect(lines('echo ${#a} $# a#b "# kept"\na=(\n  # comment\n  b\n)')).toEqual([1, 2, 4, 5]);
  });

  it('are not the comments in a substitution', () => {
    expect(lines('a=$(\n# comment\nls "#"\n)')).toEqual([1, 3, 4]);
  });

  it('are counted once each, by file line', () => {
    expect(sourceLines({ text: 'a\nb\n# c\nd', textLines: [7, 7, 8, 5] })).toEqual([5, 7]);
    expect(sourceLines({ text: '', textLines: [] })).toEqual([]);
  });

  it('of what is no valid shell are all that do not begin with #', () => {
    expect(lines("0 2 * * * a) 'b\n# comment\nfi")).toEqual([1, 3]);
  });
});

describe('the first command', () => {
  it('is the first line of code', () => {
    expect(firstCommand('#!/bin/bash\n# it\n\n  ls -l # all')).toBe('ls -l');
    expect(firstCommand('# nothing')).toBe('');
  });
});
