import { describe, expect, it } from 'vitest';
import { parseDuration, parseSize } from './quantities.ts';

describe('parseDuration', () => {
  it.each([
    ['45s', 45],
    ['15m', 900],
    ['24h', 86_400],
    ['7d', 604_800],
  ])('%s is %d seconds', (text, seconds) => expect(parseDuration(text)).toBe(seconds));

  it.each(['15', 'm', '1.5h', '15 m', '15M', '-1s', ''])('%s is no duration', (text) => expect(parseDuration(text)).toBeNaN());
});

describe('parseSize', () => {
  it.each([
    ['512B', 512],
    ['10kB', 10_000],
    ['100MB', 100_000_000],
    ['10GB', 10_000_000_000],
    ['4GiB', 4_294_967_296],
    ['1TiB', 1_099_511_627_776],
  ])('%s is %d bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each(['10', '10G', '1.5GB', '10 GB', 'GB', '4gib'])('%s is no size', (text) => expect(parseSize(text)).toBeNaN());
});
