/** The same homelab with the runbook that it had before its first drill, and with one in the wrong order: each defect is named at its line. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RuleId } from '../src/drill/model.ts';
import type { ScenarioReport } from '../src/drill/report-model.ts';
import { drillFixture } from './fixture-drill.ts';
import { thorough } from './thorough.ts';

/** Line of the first line of a fixture's file that contains the text, from 1. */
function lineOf(file: string, text: string, from = 1): number {
  const lines = readFileSync(`fixtures/raspberry-pi/${file}`, 'utf8').split('\n');
  const index = lines.findIndex((line, at) => at + 1 >= from && line.includes(text));
  if (index < 0) throw new Error(`${file} has no line with ${text}`);
  return index + 1;
}

const found = (scenario: ScenarioReport | undefined, rule: RuleId): readonly string[] =>
  (scenario?.findings ?? []).filter((finding) => finding.rule === rule).map((finding) => `${finding.file}:${finding.line}`);

describe('the runbook as it was found', () => {
  it('fails in every scenario, because its backup lied', { timeout: 900_000 }, async () => {
    const scenarios = [...(thorough ? ['service-failure'] : []), 'stack-loss', 'fresh-host'];
    const { report } = await drillFixture('raspberry-pi/drill-as-found.yaml', { scenarios });
    expect(report.scenarios.map(({ id }) => id)).toEqual(scenarios);
    const freshHost = report.scenarios.at(-1);
    const backup = `runbook-as-found.md:${lineOf('runbook-as-found.md', 'docker run --rm')}`;
    const grafana = `drill-as-found.yaml:${lineOf('drill-as-found.yaml', '  grafana: { volume')}`;
    const alertmanager = `drill-as-found.yaml:${lineOf('drill-as-found.yaml', '  alertmanager: { volume')}`;
    for (const scenario of report.scenarios) {
      expect(scenario).toMatchObject({ validationStatus: 'FAILED', liar: 'backup' });
      expect(found(scenario, 'volume-born-in-backup')).toEqual([backup, backup]);
      expect(found(scenario, 'empty-archive')).toEqual([backup, backup]);
      expect(found(scenario, 'uncovered-data')).toEqual(expect.arrayContaining([grafana, alertmanager]));
      expect(found(scenario, 'data-missing')).toEqual(expect.arrayContaining([grafana, alertmanager]));
    }
    for (const scenario of report.scenarios.slice(0, -1)) {
      expect(scenario?.steps.filter(({ exitCode }) => exitCode !== 0 && exitCode !== null)).toEqual([]);
      expect(found(scenario, 'check-passed-without-data')).toHaveLength(1);
      // Both services are green, on stores that they have just made.
      expect(scenario?.services.map(({ status, ready }) => [status, ready !== null])).toEqual([['missing', true], ['missing', true]]);
      expect(found(scenario, 'service-data-missing')).toEqual(['  grafana:', '  alertmanager:'].map((key) => `drill-as-found.yaml:${lineOf('drill-as-found.yaml', key, lineOf('drill-as-found.yaml', 'services:'))}`));
    }
    const stack = report.scenarios.find(({ id }) => id === 'stack-loss');
    expect(found(stack, 'empty-block')).toEqual(found(stack, 'broken-fence'));
    expect(found(stack, 'empty-block')).toHaveLength(1);
    expect(found(freshHost, 'uncovered-data')).toHaveLength(4);
    const decrypt = `runbook-as-found.md:${lineOf('runbook-as-found.md', 'gpg --decrypt')}`;
    expect(found(freshHost, 'step-failed')).toContain(decrypt);
    expect(freshHost?.findings.find(({ rule }) => rule === 'step-failed')?.actual).toContain('exit 2');
  });
});

describe('volumes before Git', () => {
  it('fails on a fresh host, because its restore lied', { timeout: 300_000 }, async () => {
    const [scenario] = (await drillFixture('raspberry-pi/drill-volumes-first.yaml')).report.scenarios;
    expect(scenario).toMatchObject({ validationStatus: 'FAILED', liar: 'restore' });
    expect(found(scenario, 'data-missing')).toHaveLength(2);
    expect(found(scenario, 'step-failed').length).toBeGreaterThan(0);
  });
});
