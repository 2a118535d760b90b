import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { valueAt } from '../drill/drill-file/explain.ts';
import { readInputs, WrongInput } from './inputs.ts';

const read = (given: Readonly<Record<string, string>>) => readInputs((name) => given[name] ?? '');

it('has a default for every input', () => {
  expect(read({})).toEqual({
    drillFile: null, scenarios: null, since: null, environment: null, network: null, minFidelity: null, out: resolve('drill-report'),
    update: false, keepOnFailure: false, maxAge: 8_640_000, maxGrowth: 0.2, history: null,
  });
});

it.each([
  ['action.yml', ['inputs']],
  ['.github/workflows/restore-drill.yml', ['on', 'workflow_call', 'inputs']],
])('has the defaults that %s shows', (file, path) => {
  const declared = z.record(z.string(), z.looseObject({ default: z.unknown().optional() })).parse(valueAt(parse(readFileSync(file, 'utf8')), path));
  expect(Object.keys(declared)).toEqual(expect.arrayContaining(['max-age', 'max-growth']));
  expect(readInputs((name) => String(declared[name]?.default ?? ''))).toEqual(read({}));
});

it('takes what is given', () => {
  expect(read({ scenario: ' a, b ,', since: 'main', network: 'open', 'min-fidelity': '0.9', update: 'true', 'keep-on-failure': 'true', 'max-age': '2h', 'max-growth': '0', history: 'h' })).toMatchObject({
    scenarios: ['a', 'b'], since: 'main', network: 'open', minFidelity: 0.9, update: true, keepOnFailure: true, maxAge: 7200, maxGrowth: 0, history: resolve('h'),
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
