import { expect, it } from 'vitest';
import { drillFile, edited, testRepository } from './test-repository.ts';

it.each([
  ['TF_CLI_ARGS_apply: -auto-approve', true],
  ['DEBIAN_FRONTEND: noninteractive', true],
  ['RESTIC_PASSWORD: only-in-a-drill', true],
  ["APT_OPTIONS: '-q --yes'", true],
  ['TZ: Europe/Berlin', false],
  ['TF_INPUT: "0"', false],
  ['COMPOSE_PROFILES: all-yes', false],
])('%s of host.env answers a prompt: %s', async (variable, answers) => {
  using repository = await testRepository({ 'drill.yaml': edited(drillFile, { '  workspace: ~/site': `  env: { ${variable} }\n  workspace: ~/site` }) });
  const { scenarios } = await repository.load();
  const found = (scenarios[0]?.findings ?? []).map(({ rule, severity, file, line }) => `${file}:${line} ${rule} ${severity}`);
  expect(found).toEqual(answers ? ['drill.yaml:5 substituted warning'] : []);
  expect(JSON.stringify(scenarios[0]?.findings)).not.toContain('only-in-a-drill');
});
