import { expect, it } from 'vitest';
import { drillFile, edited, testRepository } from './plan/test-repository.ts';
import { secretsOf } from './run.ts';

it('hides whatever a drill file takes from a variable, a service’s password too', async () => {
  const services = "services:\n  web: { kind: http, url: 'http://localhost', data: site, user: admin, password: { env: WEB_PASSWORD } }\n  plain: { kind: http, url: 'http://localhost', data: site, user: admin, password: { text: written-down } }\nscenarios:\n";
  using repository = await testRepository({ 'drill.yaml': edited(drillFile, { 'scenarios:\n': services }) });
  const { all } = secretsOf(await repository.load({ env: { WEB_PASSWORD: 'correct-horse', OTHER: 'unused-value' } }));
  expect(all).toContain('correct-horse');
  expect(all).not.toContain('unused-value');
  // It stands in the repository for all to read.
  expect(all).not.toContain('written-down');
});
