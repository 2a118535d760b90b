import { expect, it } from 'vitest';
import { drillFile, edited, testRepository } from './plan/test-repository.ts';
import { secretsOf } from './run.ts';

it('hides whatever a drill file takes from a variable, a service’s password too', async () => {
  const services = "services:\n  web: { kind: http, url: 'http://localhost', data: site, user: admin, password: { env: WEB_PASSWORD } }\n  plain: { kind: http, url: 'http://localhost', data: site, user: admin, password: { text: written-down } }\nscenarios:\n";
  using repository = await testRepository({ 'drill.yaml': edited(drillFile, { 'scenarios:\n': services }) });
  const { secrets } = secretsOf(await repository.load({ env: { WEB_PASSWORD: 'correct-horse', OTHER: 'unused-value' } }));
  const shown = secrets.masker.mask('correct-horse unused-value written-down');
  expect(shown).not.toContain('correct-horse');
  expect(shown).toContain('unused-value');
  // It stands in the repository for all to read.
  expect(shown).toContain('written-down');
  secrets.add(['made-on-the-host']);
  expect(secrets.masker.mask('made-on-the-host correct-horse')).toBe('*** ***');
});
