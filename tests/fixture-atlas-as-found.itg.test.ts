/** The same fleet with the runbook that it had before its first drill: each command that the engine refuses is named at its line. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { ScenarioReport } from '../src/drill/report-model.ts';
import { drillFixture } from './fixture-drill.ts';
import { thorough } from './thorough.ts';

const lines = readFileSync('fixtures/atlas/runbook-as-found.md', 'utf8').split('\n');

/** The line of the runbook with this text, the n-th of them. */
function lineOf(text: string, n = 1): string {
  const found = lines.flatMap((line, index) => (line.includes(text) ? [index + 1] : []))[n - 1];
  if (found === undefined) throw new Error(`the runbook has no line with ${text}`);
  return `runbook-as-found.md:${found}`;
}

const told = ({ findings }: ScenarioReport): readonly string[] => findings.map(({ rule, file, line }) => `${file}:${line} ${rule}`);

it.skipIf(!thorough)('names every command that the engine refuses, hidden or not, and what did not come back', { timeout: 900_000 }, async () => {
  const { report } = await drillFixture('atlas/drill-as-found.yaml', { scenarios: ['one-service', 'everything', 'nightly'] });
  const [service, everything, nightly] = report.scenarios;
  if (service === undefined || everything === undefined || nightly === undefined) throw new Error('three scenarios were drilled');
  for (const scenario of report.scenarios) expect(scenario.validationStatus, JSON.stringify(scenario.findings, null, 1)).toBe('FAILED');
  expect(told(service)).toEqual(
    expect.arrayContaining([
      `${lineOf('snapshot local grafana01-data')} step-failed`,
      `${lineOf('snapshot local "$volume-data"')} masked-failure`,
      `${lineOf('snapshot local loki01-data')} step-failed`,
      `${lineOf('snapshot local mosquitto01-data')} step-failed`,
      `${lineOf('incus file pull')} step-failed`,
      `${lineOf('0 2 * * *')} step-failed`,
      `${lineOf('(volume not found)')} masked-failure`,
      `${lineOf('tar -tzf')} masked-failure`,
      `${lineOf('volume restore local')} step-failed`,
      `${lineOf('volume delete local grafana01-data')} step-failed`,
      `${lineOf('volume import local ./grafana01-data.tar.gz')} step-failed`,
    ]),
  );
  // The exports work, and nothing is said of them.
  const exports = [lineOf('volume export local grafana01-data'), lineOf('volume export local "$name-data"')];
  expect(told(service).filter((text) => exports.some((line) => text.startsWith(`${line} `)))).toEqual([]);
  const refused = service.findings.filter(({ rule, actual }) => rule === 'masked-failure' && actual.includes('7 times'));
  expect(refused.map(({ line }) => `runbook-as-found.md:${line}`)).toEqual([lineOf('snapshot local "$volume-data"'), lineOf('(volume not found)')]);

  expect(told(everything)).toEqual(
    expect.arrayContaining([
      `${lineOf('storage bucket import')} step-failed`,
      `${lineOf('volume delete local "$name-data"')} masked-failure`,
      `${lineOf('volume import local "./$name-data.tar.gz"')} masked-failure`,
    ]),
  );
  const volumes = everything.data.filter(({ name }) => name !== 'state');
  expect(volumes).toHaveLength(7);
  expect(everything.findings.filter(({ rule }) => rule === 'data-missing')).toHaveLength(8);
  // All services run, on nothing.
  expect(everything.services.map(({ status, ready }) => [status, ready !== null])).toEqual([['missing', true], ['missing', true], ['missing', true]]);

  // The script that the runbook says to save is told at the runbook's own line.
  expect(told(nightly)).toEqual(expect.arrayContaining([`${lineOf('snapshot local "$volume" "daily-')} masked-failure`]));
  expect(nightly.findings.map(({ rule }) => rule)).toContain('retention-broken');
  expect(nightly.steps.find(({ name }) => name === '/usr/local/bin/atlas-backup.sh')).toMatchObject({ status: 'succeeded', exitCode: 0 });
});
