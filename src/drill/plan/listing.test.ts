import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Plan } from '../model.ts';
import { planJson, planMatrix, planText } from './listing.ts';
import { drillFile, edited, type TestRepository, testRepository } from './test-repository.ts';

let repository: TestRepository;
let plan: Plan;
beforeAll(async () => {
  const scenario = "title: The site is gone\n    rto: 90m\n    rpo: last-backup\n    manual: { install-os: 20m }\n    replace: { date: 'date -u' }\n    check: { backup: [{ run: ./check.sh, why: nothing is named }] }";
  const source = edited(drillFile, { 'scenarios:\n': 'services: { web: { kind: http, url: http://localhost, data: site } }\nscenarios:\n', "    backup: ['#backup']": `    ${scenario}\n    backup: ['#backup', { skip: '#twice', why: by hand }]`, "'#restore[3]'": "'#restore[2]', { wait: web }, { write: '#script', to: /x.sh }" });
  repository = await testRepository({ 'drill.yaml': `${source}  host: { backup: [], loss: host, restore: ['#restore[3]'] }\n` });
  plan = await repository.load();
});
afterAll(() => repository[Symbol.dispose]());

it('plan prints what would run', () => {
  expect(planText(plan)).toBe(`small: 2 scenarios from docs/runbook.md
host: docker, engine docker, network isolated, user ops

gone: The site is gone
  loss data (delete): site | RTO 90m, RPO last-backup, timeout 270m, by hand: install-os 20m
  backup             #backup      docs/runbook.md:11
  backup             #twice[1]    docs/runbook.md:48  skipped: by hand
  backup             #twice[2]    docs/runbook.md:52  skipped: by hand
  check before loss  ./check.sh   drill.yaml:16  not in the runbook
  restore            #restore[2]  docs/runbook.md:27  not run: empty-block
  restore            wait web     drill.yaml:19
  restore            #script      docs/runbook.md:41  written to /x.sh
  warning docs/runbook.md:15 substituted: not run as written: \`date\` was replaced
  error docs/runbook.md:27 empty-block: #restore[2] is empty
  warning drill.yaml:16 not-in-runbook: the drill needs a command that the runbook does not have: ./check.sh (nothing is named)

host
  loss host: site | RTO none, RPO none, timeout 30m
  restore  #restore[3]  docs/runbook.md:31

in no scenario, so never tried:
  #deploy[1]   docs/runbook.md:5
  #restore[1]  docs/runbook.md:23
`);
});

it('plan prints a title of several lines in one: a line that began with `warning:` would be told as one', () => {
  const [first, ...others] = plan.scenarios;
  if (first === undefined) throw new Error('no scenario');
  expect(planText({ ...plan, scenarios: [{ ...first, title: 'One\nwarning: two' }, ...others] })).toContain('\ngone: One warning: two\n');
});

it('plan --json has what the contract names', () => {
  const { scenarios, ...head } = JSON.parse(planJson(plan));
  expect(head).toEqual({ format: 1, drill: 'small' });
  expect(Object.keys(scenarios[0])).toEqual(['id', 'title', 'rto', 'rpo', 'loss', 'how', 'lost', 'steps', 'findings']);
  expect(scenarios[0]).toMatchObject({ id: 'gone', title: 'The site is gone', rto: 5400, rpo: 'last-backup', loss: 'data', how: 'delete', lost: ['site'] });
  expect(scenarios[0].steps[0]).toEqual({ phase: 'backup', name: '#backup', file: 'docs/runbook.md', line: 11, kind: 'block', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(scenarios[0].steps[5]).toEqual({ phase: 'restore', name: 'wait web', file: 'drill.yaml', line: 19, kind: 'wait', sha256: null });
  expect(scenarios[0].findings.map((finding: { readonly rule: string; readonly line: number }) => `${finding.line} ${finding.rule}`)).toEqual(['15 substituted', '27 empty-block', '16 not-in-runbook']);
  expect(scenarios[1]).toMatchObject({ id: 'host', title: 'host', rto: null, rpo: null, loss: 'host', findings: [] });
});

it('plan --matrix is one line', () => {
  expect(planMatrix(plan)).toBe('{"include":[{"scenario":"gone"},{"scenario":"host"}]}\n');
});
