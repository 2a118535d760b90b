import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlOf } from './control.ts';
import { InputErrors, type Plan } from './model.ts';
import { drillFile, edited, type Files, type TestRepository, testRepository } from './plan/test-repository.ts';

let repository: TestRepository;
beforeAll(async () => {
  repository = await testRepository({});
});
afterAll(() => repository[Symbol.dispose]());

const planned = (edits: Files): Promise<Plan> => {
  repository.write({ 'drill.yaml': edited(drillFile, edits) });
  return repository.load();
};
const host: Files = { '{ data: [site], how: delete }': 'host' };
const full: Files = {
  ...host,
  'data:\n': "deploy: ['#restore[3]']\nmin-fidelity: 1\ndata:\n  env: { file: ~/env, initial: { text: 'A=1' } }\n",
  '    backup:': '    rto: 1s\n    rpo: 1s\n    every: 1s\n    expect: { site: lost }\n    repeat-restore: true\n    manual: { call: 1h }\n    backup:',
  'scenarios:\n': 'services:\n  app: { kind: command, seed: x, check: y }\n  site: { kind: command, data: site, seed: x, check: y }\nscenarios:\n',
};

describe('a control', () => {
  it('has the built-in steps in place of the runbook, and none of its objectives', async () => {
    const plan = controlOf(await planned(full), 'positive');
    const [scenario] = plan.scenarios;
    expect(scenario?.steps.map(({ phase, name, onlyIfGone }) => `${phase} ${name}${onlyIfGone === true ? ' if gone' : ''}`)).toEqual([
      'deploy #restore[3]',
      'backup archive env, site',
      'restore unarchive env if gone',
      'restore #restore[3] if gone',
      'restore unarchive env, site',
    ]);
    expect(scenario).toMatchObject({ rtoSeconds: null, rpo: null, everySeconds: null, manual: {}, findings: [], repeatRestore: false, expect: { app: 'lost' } });
    expect(plan).toMatchObject({ control: 'positive', minFidelity: 0, offsite: ['/runbook-drill-control'] });
  });

  it('restores nothing when it is negative', async () => {
    expect(controlOf(await planned({}), 'negative').scenarios[0]?.steps.map(({ phase, name }) => `${phase} ${name}`)).toEqual(['backup archive site']);
  });

  it('leaves out what the built-in steps cannot hold, and says so', async () => {
    const plan = await planned({});
    const [scenario] = plan.scenarios;
    if (scenario === undefined) throw new Error('no scenario');
    const compromised = { ...scenario, id: 'known', loss: { type: 'compromise' } } as const;
    const control = controlOf({ ...plan, scenarios: [scenario, compromised] }, 'positive');
    expect(control.scenarios.map(({ id }) => id)).toEqual(['gone']);
    expect(control.warnings).toContain('the control leaves out known: it loses nothing that the built-in steps hold');
    expect(() => controlOf({ ...plan, scenarios: [compromised] }, 'positive')).toThrow(InputErrors);
    const bucket = plan.places.map((place) => ({ ...place, location: { type: 'bucket', name: 'pool/site' } }) as const);
    expect(() => controlOf({ ...plan, places: bucket }, 'positive')).toThrow(InputErrors);
  });
});
