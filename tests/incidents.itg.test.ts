/** Backups that failed people in public, replayed: each fails by the rule that its runbook names, and passes with that one thing mended. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RuleId } from '../src/drill/model.ts';
import { drillFixture } from './fixture-drill.ts';

interface Incident {
  readonly file: string;
  readonly rule: RuleId;
  readonly liar: 'backup' | 'restore' | null;
}

const incidents: readonly Incident[] = [
  { file: 'gitlab-2017', rule: 'empty-artefact', liar: 'backup' },
  { file: 'pixar-1998', rule: 'unreadable-artefact', liar: 'backup' },
  { file: 'magnolia-2009', rule: 'data-changed', liar: 'restore' },
  { file: 'kde-2013', rule: 'service-data-missing', liar: 'restore' },
  { file: 'code-spaces-2014', rule: 'data-missing', liar: 'restore' },
  { file: 'ato-2016', rule: 'step-failed', liar: 'restore' },
  { file: 'nirs-2025', rule: 'uncovered-data', liar: 'backup' },
  { file: 'ovh-2021', rule: 'uncovered-data', liar: 'backup' },
  { file: 'kyoto-2021', rule: 'empty-archive', liar: null },
  { file: 'atlassian-2022', rule: 'rto-breached', liar: null },
];

/** Title and source, as the runbook gives them. */
function named(incident: Incident): Incident & { readonly title: string; readonly source: string } {
  const text = readFileSync(`fixtures/incidents/${incident.file}.md`, 'utf8');
  const [, title = '', source = ''] = /^# (.+)\n\nSource: \[[^\]]+\]\((https?:[^)]+)\)/.exec(text) ?? [];
  const [, rule] = /Found by\s`([a-z-]+)`\./.exec(text) ?? [];
  if (source === '' || rule !== incident.rule) throw new Error(`${incident.file}.md must name its source, and the rule ${incident.rule}`);
  return { ...incident, title, source };
}

describe.concurrent('an incident', { timeout: 300_000 }, () => {
  it.each(incidents.map(named))('$title ($source)', async ({ file, rule, liar }) => {
    const { report } = await drillFixture(`incidents/${file}.yaml`);
    const [incident, mended] = report.scenarios;
    const explained = JSON.stringify(report.scenarios.map(({ id, validationStatusMessage, findings, steps }) => ({ id, validationStatusMessage, findings, steps })), null, 1);
    expect(incident, explained).toMatchObject({ validationStatus: 'FAILED', liar });
    expect(incident?.findings.filter(({ severity }) => severity === 'error').map((finding) => finding.rule), explained).toContain(rule);
    expect(mended, explained).toMatchObject({ validationStatus: 'SUCCESSFUL', liar: null });
  });
});
