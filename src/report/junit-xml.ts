/**
 * `junit.xml`: one testsuite a scenario, one testcase for its verdict, each step, place, service and objective.
 * Files and lines stand where dorny/test-reporter (lines `at folder(file:line)`), mikepenz/action-junit-report
 * (attributes of a testcase) and Jenkins (text) look for them. What was not measured is `error` or `skipped`, never a pass.
 */
import { XMLBuilder } from 'fast-xml-parser';
import type { Finding, SourceLine } from '../drill/model.ts';
import type { Report, ScenarioReport } from '../drill/report-model.ts';
import { xmlText } from './escape.ts';
import { formatPlace } from './format.ts';
import type { ReportFormat, ReportInput } from './formats.ts';
import { type TestCase, testCasesOf } from './junit-cases.ts';

export const junitXml: ReportFormat = { file: 'junit.xml', render: renderJunit };

function renderJunit({ report, entries }: ReportInput): string {
  const suites = report.scenarios.map((scenario) => suite(report, scenario, testCasesOf(scenario, entries)));
  const total = (name: 'tests' | 'failures' | 'errors'): number => suites.reduce((sum, each) => sum + each[`@_${name}`], 0);
  const root = { '@_name': line(report.drill), '@_tests': total('tests'), '@_failures': total('failures'), '@_errors': total('errors'), testsuite: suites };
  const builder = new XMLBuilder({ ignoreAttributes: false, format: true, suppressEmptyNode: true });
  return builder.build({ '?xml': { '@_version': '1.0', '@_encoding': 'UTF-8' }, testsuites: root });
}

/** One line of text, with nothing that XML 1.0 does not allow. */
const line = (text: string): string => xmlText(text.replaceAll(/\r?\n/g, ' '));

function suite(report: Report, scenario: ScenarioReport, cases: readonly TestCase[]) {
  const count = (outcome: TestCase['outcome']): number => cases.filter((each) => each.outcome === outcome).length;
  const warnings = scenario.findings.filter(({ severity }) => severity === 'warning');
  return {
    '@_name': line(scenario.id),
    '@_tests': cases.length,
    '@_failures': count('failure'),
    '@_errors': count('error'),
    '@_skipped': count('skipped'),
    ...(scenario.started === null || scenario.ended === null
      ? {}
      : { '@_timestamp': scenario.started.replace(/\.\d+Z$/, ''), '@_time': seconds((Date.parse(scenario.ended) - Date.parse(scenario.started)) / 1000) }),
    properties: { property: properties(report, scenario).map(([name, value]) => ({ '@_name': name, '@_value': line(value) })) },
    testcase: cases.map((each) => testcase(scenario, each)),
    ...(warnings.length === 0 ? {} : { 'system-out': warnings.map(findingText).join('\n\n') }),
  };
}

function properties(report: Report, { title, validationStatus, liar, fidelity }: ScenarioReport): readonly (readonly [string, string])[] {
  const { environment, engine, network, user } = report.host;
  return [
    ['title', title],
    ['validationStatus', validationStatus],
    ...(liar === null ? [] : [['liar', liar] as const]),
    ...(fidelity === null ? [] : [['fidelity', String(fidelity)] as const]),
    ...(report.control === null ? [] : [['control', report.control] as const]),
    ['host', `${engine} in a ${environment} host, network ${network}, user ${user}`],
    ...report.runbooks.map(({ file, sha256 }) => ['runbook', `${file} ${sha256}`] as const),
    ...report.standIns.map((standIn) => ['stand-in', `${standIn.for} is ${standIn.is}`] as const),
    ...report.notMeasured.map(({ what, why }) => ['not measured', `${what}: ${why}`] as const),
    ['tool', `runbook-drill ${report.tool}`],
  ];
}

const seconds = (value: number): string => String(Math.round(value * 1000) / 1000);

function testcase({ id }: ScenarioReport, { group, name, at, time, outcome, message, findings }: TestCase) {
  const [first] = findings;
  const where = first ?? at;
  const told = { '@_type': line(first?.rule ?? message.split(':')[0] ?? ''), '@_message': line(message), '#text': details(message, where, findings) };
  return {
    '@_name': line(name),
    '@_classname': line(`${id}.${group}`),
    '@_file': line(where.file),
    '@_line': where.line,
    ...(time === null ? {} : { '@_time': seconds(time) }),
    ...(outcome === 'passed' ? {} : outcome === 'skipped' ? { skipped: { '@_message': line(message) } } : { [outcome]: told }),
  };
}

function details(message: string, where: SourceLine, findings: readonly Finding[]): string {
  const text = findings.length === 0 ? [xmlText(`${formatPlace(where)}: ${message}`)] : findings.map(findingText);
  return `${text.join('\n\n')}\n${line(stackLine(where))}`;
}

function findingText({ severity, rule, message, expected, actual, help, ...at }: Finding): string {
  return [`${formatPlace(at)}: ${severity} ${rule}: ${message}`, `expected: ${expected}`, `actual: ${actual}`, `help: ${help}`].map((text) => text.split(/\r?\n/).map(xmlText).join('\n')).join('\n');
}

/** As a Java stack trace names a place: its reader takes folders for packages, which begin with small letters and hold no dots. */
function stackLine({ file, line: number }: SourceLine): string {
  const folders = file.split('/');
  const name = folders.pop() ?? file;
  const last = folders.findLastIndex((folder) => folder === '' || folder.includes('.') || (folder[0] ?? '') <= 'Z');
  return `at ${[...folders.slice(last + 1), 'Runbook'].join('.')}(${name}:${number})`;
}
