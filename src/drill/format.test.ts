import { describe, expect, it } from 'vitest';
import { counted, formatBytes, formatDuration, listNames } from './format.ts';

describe('durations', () => {
  it.each([
    [0, '0s'],
    [0.84, '0.8s'],
    [12.06, '12.1s'],
    [59.96, '1m'],
    [65, '1m 5s'],
    [900, '15m'],
    [86_400, '24h'],
    [86_414, '24h 14s'],
    [2 * 86_400 + 3 * 3600, '2d 3h'],
    [-12, '-12s'],
  ])('%d s is %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  it('shows a dash for what was not measured, never 0', () => {
    expect(formatDuration(null)).toBe('–');
    expect(formatDuration(Number.NaN)).toBe('–');
  });
});

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [48_210, '48.2 kB'],
    [100_012_345, '100 MB'],
    [999_600, '1 MB'],
    [10e9, '10 GB'],
  ])('%d is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it('shows a dash for what was not measured', () => expect(formatBytes(null)).toBe('–'));
});

it('lists names as a sentence does', () => {
  expect(listNames(['a'])).toBe('a');
  expect(listNames(['a', 'b', 'c'])).toBe('a, b and c');
  expect(listNames(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
  expect(counted(1, 'error')).toBe('1 error');
  expect(counted(2, 'error')).toBe('2 errors');
});
