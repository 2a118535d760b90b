import { expect, it } from 'vitest';
import type { ProbeAnswer } from '../ports/service.ts';
import { ofParts } from './parts.ts';

type State = ProbeAnswer['state'];
const stateOf = (states: readonly State[], late: boolean): State => ofParts(states.map((state) => ({ what: 'its folder', state, seen: 'HTTP 0' })), late).state;

it.each<[string, readonly State[], State, State]>([
  ['all are there', ['there', 'there'], 'there', 'there'],
  ['one is gone', ['there', 'absent'], 'absent', 'there'],
  ['all are gone', ['absent', 'absent'], 'absent', 'absent'],
  ['one is gone and one cannot be asked', ['absent', 'unproven'], 'absent', 'unproven'],
  ['one cannot be asked', ['there', 'unproven'], 'unproven', 'there'],
  ['none can be asked', ['unproven', 'unproven'], 'unproven', 'unproven'],
  ['there are none', [], 'unproven', 'unproven'],
])('when %s', (_, states, early, late) => {
  expect([stateOf(states, false), stateOf(states, true)]).toEqual([early, late]);
});

it('tells the parts that decide', () => {
  const parts = [{ what: 'its folder', state: 'there', seen: 'HTTP 200' }, { what: 'its user', state: 'absent', seen: 'HTTP 404' }] as const;
  expect(ofParts(parts, false).seen).toBe('its user: HTTP 404');
  expect(ofParts(parts, true).seen).toBe('its folder is there');
});
