import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { readInputs, WrongInput } from './inputs.ts';

const read = (given: Readonly<Record<string, string>>) => readInputs((name) => given[name] ?? '');

it('has a default for every input', () => {
  expect(read({})).toEqual({
    drillFile: null, scenarios: null, environment: null, network: null, minFidelity: null, out: resolve('drill-report'),
    update: false, keepOnFailure: false, maxAge: 8_640_000, maxGrowth: 0.2, history: null,
  });
});

it('takes what is given', () => {
  expect(read({ scenario: ' a, b ,', network: 'open', 'min-fidelity': '0.9', update: 'true', 'keep-on-failure': 'true', 'max-age': '2h', 'max-growth': '0', history: 'h' })).toMatchObject({
    scenarios: ['a', 'b'], network: 'open', minFidelity: 0.9, update: true, keepOnFailure: true, maxAge: 7200, maxGrowth: 0, history: resolve('h'),
  });
});

it.each([
  ['network', 'closed'],
  ['min-fidelity', '1.5'],
  ['min-fidelity', 'x'],
  ['update', 'yes'],
  ['keep-on-failure', '1'],
  ['max-age', '100'],
  ['max-growth', '-1'],
  ['max-growth', ' '],
])('refuses %s: %s', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(WrongInput);
  expect(() => read({ [name]: value })).toThrow(`input ${name}: expected `);
});
