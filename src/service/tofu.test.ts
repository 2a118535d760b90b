import { describe, expect, it } from 'vitest';
import { factsOf, judge, withFacts, withOutput } from './tofu.ts';

const compact = '{"version":4,"terraform_version":"1.12.6","serial":3,"lineage":"9d40","outputs":{},"resources":[{"serial":9,"lineage":"x"}]}';
const pretty = `{
  "version": 4,
  "terraform_version": "1.9.8",
  "serial": 3,
  "lineage": "9d40",
  "outputs": {
    "o": { "value": 12345678901234567890, "type": "number" }
  },
  "resources": []
}
`;

describe('a state', () => {
  it.each([['compact', compact], ['pretty', pretty]])('is read and changed as text, all else left as it is: %s', (_form, text) => {
    expect(factsOf(text)).toEqual({ lineage: '9d40', serial: 3 });
    const changed = withFacts(text, { lineage: 'drill1', serial: 4 });
    expect(factsOf(changed)).toEqual({ lineage: 'drill1', serial: 4 });
    expect(withFacts(changed, { lineage: '9d40', serial: 3 })).toBe(text);
    const more: unknown = JSON.parse(withOutput(text, 'drill2'));
    expect(more).toMatchObject({ outputs: { drill_late: { value: 'drill2', type: 'string' } }, version: 4 });
  });

  it('is none where nothing is, and where something else is', () => {
    expect(['', '{}', 'Error: no'].map(factsOf)).toEqual([null, null, null]);
  });
});

describe('a state that came back', () => {
  const wanted = { now: { lineage: 'drill1', serial: 7 }, before: { lineage: '9d40', serial: 6 } };
  it.each([
    ['there', { lineage: 'drill1', serial: 7 }, 'serial 7 of lineage drill1'],
    ['there', { lineage: 'drill1', serial: 9 }, 'serial 9 of lineage drill1'],
    ['absent', { lineage: 'drill1', serial: 6 }, 'serial 6 of lineage drill1, an older one; it was serial 7 of lineage drill1'],
    ['absent', { lineage: '9d40', serial: 6 }, 'serial 6 of lineage 9d40, an older one, as it was before the seed; it was serial 7 of lineage drill1'],
    ['absent', { lineage: 'ffff', serial: 99 }, 'serial 99 of lineage ffff, another state; it was serial 7 of lineage drill1'],
    ['absent', null, 'there is no state; it was serial 7 of lineage drill1'],
  ])('%s: %j', (state, seen, said) => {
    expect(judge(seen, wanted)).toEqual({ state, seen: said });
  });

  it('was never seeded with another nonce', () => {
    expect(judge({ lineage: 'drill1', serial: 7 }, null).state).toBe('absent');
  });
});
