import { describe, expect, it } from 'vitest';
import { keysWithoutHit, replaceIn } from './replace.ts';

describe('replace', () => {
  it('is literal, longest key first, and looks at nothing twice', () => {
    const result = replaceIn({ text: 'a.b a.bc axb $& b', textLines: [4] }, { 'a.b': 'b', 'a.bc': 'a.b', $: '$1$&' });
    expect(result.text).toBe('b a.b axb $1$&& b');
    expect(result.substitutions.map(({ key }) => key)).toEqual(['a.b', 'a.bc', '$']);
  });

  it('tells each hit with its line before and after', () => {
    const text = { text: 'tar xf old\nls\ncp old old.bak', textLines: [10, 11, 13] };
    const result = replaceIn(text, { old: 'new' });
    expect(result.touchedLines).toEqual([10, 13]);
    expect(result.textLines).toEqual([10, 11, 13]);
    expect(result.substitutions).toEqual([
      { key: 'old', value: 'new', line: 10, before: 'tar xf old', after: 'tar xf new' },
      { key: 'old', value: 'new', line: 13, before: 'cp old old.bak', after: 'cp new new.bak' },
      { key: 'old', value: 'new', line: 13, before: 'cp old old.bak', after: 'cp new new.bak' },
    ]);
  });

  it('keeps the file lines when lines are added or taken away', () => {
    const text = { text: 'a\nb\nc\nd', textLines: [1, 2, 3, 4] };
    expect(replaceIn(text, { b: 'b1\nb2' })).toMatchObject({ text: 'a\nb1\nb2\nc\nd', textLines: [1, 2, 2, 3, 4], touchedLines: [2] });
    expect(replaceIn(text, { 'b\nc': 'x' })).toMatchObject({ text: 'a\nx\nd', textLines: [1, 2, 4], touchedLines: [2, 3], substitutions: [{ before: 'b\nc', after: 'x', line: 2 }] });
    expect(replaceIn(text, { 'a\n': '' })).toMatchObject({ text: 'b\nc\nd', touchedLines: [1, 2] });
  });

  it('leaves text without a hit as it is', () => {
    const text = { text: 'a\nb', textLines: [1, 2] };
    expect(replaceIn(text, { x: 'y', '': 'z' })).toEqual({ ...text, substitutions: [], touchedLines: [] });
    expect(replaceIn({ text: '', textLines: [] }, { x: 'y' })).toMatchObject({ text: '', textLines: [] });
  });

  it('names the keys that no block has', () => {
    const replace = { a: '1', ab: '2', z: '3' };
    const results = [replaceIn({ text: 'a', textLines: [1] }, replace), replaceIn({ text: 'ab', textLines: [1] }, replace)];
    expect(keysWithoutHit(results, replace)).toEqual(['z']);
    expect(keysWithoutHit(results.slice(1), replace)).toEqual(['a', 'z']);
  });
});
