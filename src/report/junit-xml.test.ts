/** What the readers of `junit.xml` make of it: Jenkins by its schema, the two actions by what they look at. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { z } from 'zod';
import { judge } from '../drill/verdict/index.ts';
import { reportInput } from './formats.ts';
import { journals } from './golden/journals.ts';
import { junitXml } from './junit-xml.ts';

const schema = readFileSync(join(import.meta.dirname, 'junit-10.xsd'), 'utf8');
const render = (name: string): string => junitXml.render(reportInput(journals[name] ?? [])) ?? '';

const told = z.object({ '#text': z.string().optional(), '@_message': z.string(), '@_type': z.string().optional() }).array().optional();
const testcase = z.object({ '@_name': z.string(), '@_classname': z.string(), '@_file': z.string(), '@_line': z.string(), failure: told, error: told, skipped: told });
const read = z.object({ testsuites: z.array(z.object({ testsuite: z.array(z.object({ '@_name': z.string(), testcase: z.array(testcase) })) })) });

function suitesOf(xml: string) {
  const parser = new XMLParser({ ignoreAttributes: false, isArray: (_name, _path, _leaf, isAttribute) => !isAttribute, processEntities: true });
  return read.parse(parser.parse(xml)).testsuites[0]?.testsuite ?? [];
}

/** As dorny/test-reporter and mikepenz/action-junit-report take a case. */
const resultOf = ({ failure, error, skipped }: z.infer<typeof testcase>): string => (failure !== undefined || error !== undefined ? 'failed' : skipped === undefined ? 'success' : 'skipped');

describe('junit.xml', () => {
  it('is what the schema of Jenkins allows', { timeout: 30_000 }, async () => {
    const documents = Object.keys(journals).map((name) => ({ fileName: `${name}.xml`, contents: render(name) }));
    expect(await validateXML({ xml: documents, schema: [schema] })).toMatchObject({ valid: true, errors: [] });
    expect((await validateXML({ xml: [{ fileName: 'bad.xml', contents: '<testsuites><testsuite name="a"/></testsuites>' }], schema: [schema] })).valid).toBe(false);
  });

  it.each(Object.keys(journals))('of %s has a suite for each scenario, green only for SUCCESSFUL', (name) => {
    const report = judge(journals[name] ?? []);
    const suites = suitesOf(render(name));
    expect(suites.map((suite) => suite['@_name'])).toEqual(report.scenarios.map(({ id }) => id));
    for (const [index, { testcase: cases }] of suites.entries()) {
      const status = report.scenarios[index]?.validationStatus;
      expect(cases.some((each) => resultOf(each) === 'failed')).toBe(status !== 'SUCCESSFUL');
      expect(new Set(cases.map((each) => each['@_name'])).size).toBe(cases.length);
      if (status !== 'NOT_MEASURED') continue;
      expect(cases.find((each) => each['@_name'] === 'verdict')?.error).toBeDefined();
      // What is there after a loss that is not proven says nothing.
      for (const each of cases.filter((candidate) => !['steps', 'verdict'].includes(candidate['@_classname'].split('.').at(-1) ?? ''))) expect(resultOf(each)).toBe('skipped');
    }
  });

  it('puts each failure at its file and line', () => {
    const [suite] = suitesOf(render('backup-lied'));
    const failed = suite?.testcase.filter(({ failure }) => failure !== undefined) ?? [];
    const backup = failed.find((each) => each['@_name'] === 'backup #volume-backup');
    expect(backup).toMatchObject({ '@_file': 'docs/runbook.md', '@_line': '42' });
    expect(backup?.failure?.[0]?.['#text']).toMatch(/^at docs\.Runbook\(runbook\.md:42\)$/m);
    expect(failed.map((each) => each['@_name'])).toContain('data grafana');
  });
});
