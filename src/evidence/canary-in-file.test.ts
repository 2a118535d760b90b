import { describe, expect, it } from 'vitest';
import { withJsonKey, withLine } from './canary-in-file.ts';

describe('withLine', () => {
  it('appends a comment line', () => {
    expect(withLine(Buffer.from('A=1\n'), 'drillx').toString()).toBe('A=1\n# drillx\n');
  });
  it('ends an open line first, so that it stays what it was', () => {
    expect(withLine(Buffer.from('A=1'), 'drillx').toString()).toBe('A=1\n# drillx\n');
    expect(withLine(Buffer.alloc(0), 'drillx').toString()).toBe('# drillx\n');
  });
  it('keeps bytes that are no UTF-8', () => {
    expect(withLine(Buffer.from([0xff, 0x0a]), 'x')[0]).toBe(0xff);
  });
});

describe('withJsonKey', () => {
  it.each([
    ['sets a string', '{"a":{"b":"old"},"n":1}', 'a.b', { a: { b: 'N' }, n: 1 }],
    ['extends an array', '{"labels":["x"]}', 'labels', { labels: ['x', 'N'] }],
    ['makes what is absent', '{}', 'a.b.c', { a: { b: { c: 'N' } } }],
    ['takes a key that objects inherit', '{}', '__proto__.x', JSON.parse('{"__proto__":{"x":"N"}}')],
  ])('%s', (_, text, key, expected) => {
    expect(JSON.parse(withJsonKey(text, key, 'N', 'f.json'))).toEqual(expected);
  });
  it('writes two spaces and a last newline', () => {
    expect(withJsonKey('{"a":1}', 'b', 'N', 'f')).toBe('{\n  "a": 1,\n  "b": "N"\n}\n');
  });
  it.each([
    ['{"a":1}', 'a', 'it is a number'],
    ['{"a":"x"}', 'a.b', 'no object'],
    ['[1]', 'a', 'no object'],
    ['A=1', 'a', 'expects JSON'],
  ])('refuses %s under %s', (text, key, why) => {
    expect(() => withJsonKey(text, key, 'N', '/etc/x.json')).toThrow(why);
  });
});
