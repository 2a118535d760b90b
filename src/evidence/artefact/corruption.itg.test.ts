import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { corruptedFormats, openCorruptionWorkshop, programsOf, silentCorruptions } from '../../../tests/corruption.ts';
import type { Workshop } from '../../../tests/inspector-here.ts';
import { programsFor } from '../../../tests/real-programs.ts';

let shop: Workshop;
beforeAll(() => {
  shop = openCorruptionWorkshop();
});
afterAll(() => shop[Symbol.dispose]());

describe('no cut and no flipped bit passes without a word', () => {
  it.each(corruptedFormats.filter((format) => programsFor(`corruption of ${format}`, '/usr/bin/python3', ...programsOf(format))))('%s', { timeout: 120_000 }, async (format) => {
    const count = format === 'OpenPGP' ? 6 : format.startsWith('zstd') ? 40 : 150;
    expect(await silentCorruptions(shop, format, count, 20_261_125)).toEqual([]);
  });
});
