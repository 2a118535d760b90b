import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readDrillFile } from './read.ts';

const base = `version: 1
name: small
runbook: runbook.md
host:
  workspace: ~/site
data:
  site: { volume: compose_site }
services:
  web: { kind: http, url: http://localhost, data: site }
scenarios:
  gone:
    backup: ['#backup']
    loss: { data: [site], how: delete }
    restore: ['#restore[1]']
`;

const read = (source: string) => readDrillFile('drill.yaml', source);
const told = (source: string) => read(source).errors.map(({ file, line, column, message, expected, got, help }) => `${file}:${line}:${column}: ${message} | ${expected} | ${got} | ${help}`);
const edited = (from: string, to: string): string => {
  expect(base).toContain(from);
  return base.replace(from, to);
};

const placeKeys = 'volume, size, ballast, compare, volatile, secret';
const stepForms = "a step: '#reference', or a mapping with one of block, quote, run, wait, write, skip, archive, unarchive";

describe('a drill file that is wrong', () => {
  it.each<[string, string, string, string]>([
    ['an unknown key', 'name: small', 'nmae: small\nname: small', 'drill.yaml:2:1: unknown key `nmae` | one of version, name, repository, runbook, min-fidelity, host, offsite, artefacts, data, services, ignore, deploy, scenarios | `nmae` | did you mean `name`?'],
    ['an unknown key of a place', 'volume: compose_site', 'volume: compose_site, compar: exact', `drill.yaml:7:33: unknown key \`compar\` in \`data.site\` | one of ${placeKeys} | \`compar\` | did you mean \`compare\`?`],
    ['an unknown key far from any', 'volume: compose_site', 'volume: compose_site, colour: red', `drill.yaml:7:33: unknown key \`colour\` in \`data.site\` | one of ${placeKeys} | \`colour\` | use one of these, or remove it`],
    ['a place that is nowhere', '{ volume: compose_site }', '{ size: 10GB }', 'drill.yaml:7:9: `data.site` is not what is expected here | a place: a mapping with one of volume, path, file, bucket, instance | a mapping with size | write what is expected here'],
    ['a place that is in two', 'volume: compose_site', 'volume: compose_site, path: /srv', 'drill.yaml:7:9: `data.site` is not what is expected here | a place: a mapping with one of volume, path, file, bucket, instance | a mapping with volume, path | write what is expected here'],
    ['a size', 'volume: compose_site', 'volume: compose_site, size: 10G', "drill.yaml:7:39: `data.site.size` is not what is expected here | a size: a whole number and a unit, such as 100MB, 10GB or 4GiB | '10G' | write what is expected here"],
    ['another version', 'version: 1', 'version: 2', 'drill.yaml:1:10: `version` is not what is expected here | the number 1 | 2 | write what is expected here; text that looks like a number, true or false goes in quotes'],
    ['no runbook', 'runbook: runbook.md\n', '', 'drill.yaml:1:1: `runbook` is missing | the runbook: a Markdown file or a list of them | nothing | add `runbook`'],
    ['no workspace', 'workspace: ~/site', 'user: ops', 'drill.yaml:4:1: `host.workspace` is missing | where the repository is inside the host: a path that is absolute or starts with ~/, or { path, clone: runbook } | nothing | add `workspace`'],
    ['a relative workspace', '~/site', 'site', "drill.yaml:5:14: `host.workspace` is not what is expected here | a path that is absolute or starts with ~/ | 'site' | write what is expected here"],
    ['an environment', '  workspace', '  environment: podman\n  workspace', "drill.yaml:5:16: `host.environment` is not what is expected here | docker, lxd or incus | 'podman' | write what is expected here"],
    ['a bare ~', '~/site', '~', "drill.yaml:5:14: `host.workspace` is null | where the repository is inside the host: a path that is absolute or starts with ~/, or { path, clone: runbook } | null | a bare ~ (or nothing) is null in YAML; the home directory must be quoted: '~'"],
    ['a bare ~ as cwd', "'#restore[1]'", "{ block: '#restore[1]', cwd: ~ }", "drill.yaml:14:44: `scenarios.gone.restore[1].cwd` is null | working directory: absolute, ~, or relative to the workspace | null | a bare ~ (or nothing) is null in YAML; the home directory must be quoted: '~'"],
    ['an env value that is a number', "'#restore[1]'", "{ block: '#restore[1]', env: { A: 1 } }", "drill.yaml:14:49: `scenarios.gone.restore[1].env.A` is not what is expected here | text (in quotes, if it is a number, true or false) | 1 | write what is expected here; text that looks like a number, true or false goes in quotes"],
    ['a mode that YAML takes for a number', "'#restore[1]'", "{ write: '#restore[1]', to: /x, mode: 0755 }", "drill.yaml:14:53: `scenarios.gone.restore[1].mode` is not what is expected here | an octal mode in quotes, such as '0644' | 755 | write what is expected here; text that looks like a number, true or false goes in quotes"],
    ['a duration without a unit', 'backup:', 'rto: 15\n    backup:', "drill.yaml:12:10: `scenarios.gone.rto` is not what is expected here | a duration: a whole number and s, m, h or d, such as 15m | 15 | write what is expected here; text that looks like a number, true or false goes in quotes"],
    ['an rpo', 'backup:', 'rpo: soon\n    backup:', "drill.yaml:12:10: `scenarios.gone.rpo` is not what is expected here | a duration such as 24h, last-backup or none | 'soon' | write what is expected here"],
    ['no restore', "    restore: ['#restore[1]']\n", '', 'drill.yaml:11:3: `scenarios.gone.restore` is missing | a list of steps: the restore | nothing | add `restore`'],
    ['steps that are no list', "['#backup']", "'#backup'", "drill.yaml:12:13: `scenarios.gone.backup` is not what is expected here | a list of steps: the backup | '#backup' | write what is expected here"],
    ['a reference without #', "'#backup'", 'backup', `drill.yaml:12:14: \`scenarios.gone.backup[1]\` is not what is expected here | a reference as one links to it: '#name', '#heading', '#heading[2]' or 'file.md#heading' | 'backup' | write what is expected here`],
    ['a step of no form', "'#backup'", '{ blok: x }', `drill.yaml:12:14: \`scenarios.gone.backup[1]\` is not what is expected here | ${stepForms} | a mapping with blok | write what is expected here`],
    ['a step of two forms', "'#backup'", '{ run: x, wait: web }', `drill.yaml:12:14: \`scenarios.gone.backup[1]\` is not what is expected here | ${stepForms} | a mapping with run, wait | write what is expected here`],
    ['an unknown key of a step', "'#backup'", "{ block: '#backup', line: 3 }", 'drill.yaml:12:34: unknown key `line` in `scenarios.gone.backup[1]` | one of block, lines, cwd, env, user, timeout, input, terminal | `line` | did you mean `lines`?'],
    ['lines', "'#backup'", "{ block: '#backup', lines: 9-x }", "drill.yaml:12:41: `scenarios.gone.backup[1].lines` is not what is expected here | lines of the runbook's file: 80 or 80-82 | '9-x' | write what is expected here"],
    ['a loss without how', ', how: delete', '', 'drill.yaml:13:11: `scenarios.gone.loss` is not what is expected here | a loss: stack, host, { data, how: delete | remove | corrupt }, { compromise } or { steps, data } | a mapping with data | write what is expected here'],
    ['a loss that is not known', '{ data: [site], how: delete }', 'fire', "drill.yaml:13:11: `scenarios.gone.loss` is not what is expected here | a loss: stack, host, { data, how: delete | remove | corrupt }, { compromise } or { steps, data } | 'fire' | write what is expected here"],
    ['a kind that is not known', 'kind: http', 'kind: htp', 'drill.yaml:9:16: `services.web.kind` is `htp`, which is not known | one of http, command, grafana, prometheus, alertmanager, loki, mosquitto, sqlite, postgres, mariadb, redis, s3, step-ca, tofu, atlantis | `htp` | did you mean `http`?'],
    ['a service without url', 'url: http://localhost, ', '', 'drill.yaml:9:3: `services.web.url` is missing | a URL such as http://localhost:3000 | nothing | add `url`'],
    ['an option of another kind', 'kind: http, url: http://localhost', 'kind: postgres, inside: db, bucket: x', 'drill.yaml:9:38: unknown key `bucket` in `services.web` | one of kind, url, database, schema, data, inside, user, password, ready-timeout | `bucket` | use one of these, or remove it'],
    ['a URL of another kind', 'kind: http, url: http://localhost', 'kind: redis, url: http://localhost', "drill.yaml:9:28: `services.web.url` is not what is expected here | a URL such as redis://localhost:6379 | 'http://localhost' | write what is expected here"],
    ['a login where there is none', 'kind: http, url: http://localhost', 'kind: sqlite, file: /srv/app.db, user: app', 'drill.yaml:9:43: unknown key `user` in `services.web` | one of kind, file, data, inside, ready-timeout | `user` | use one of these, or remove it'],
    ['a bucket that is missing', 'kind: http, url: http://localhost', 'kind: s3, url: http://localhost:9000, user: key, password: { text: secret }', 'drill.yaml:9:3: `services.web.bucket` is missing | the bucket | nothing | add `bucket`'],
    ['a scenario id', '  gone:', '  gone away:', 'drill.yaml:11:3: `gone away` cannot be a name in `scenarios` | a name of letters, digits, dots, dashes and underscores, at most 100 | `gone away` | rename it'],
    ['a long scenario id', '  gone:', `  ${'g'.repeat(101)}:`, `drill.yaml:11:3: \`${'g'.repeat(101)}\` cannot be a name in \`scenarios\` | a name of letters, digits, dots, dashes and underscores, at most 100 | \`${'g'.repeat(101)}\` | rename it`],
    ['min-fidelity out of range', 'host:', 'min-fidelity: 90\nhost:', "drill.yaml:4:15: `min-fidelity` is not what is expected here | a share from 0 to 1, such as 0.9 | 90 | write what is expected here; text that looks like a number, true or false goes in quotes"],
    ['a scenario given twice', "    restore: ['#restore[1]']\n", "    restore: ['#restore[1]']\n  gone: {}\n", 'drill.yaml:15:3: a key is given twice | each key once in a mapping | the same key again | rename or remove one of them'],
    ['a tag of another program', '~/site', '!vault ~/site', 'drill.yaml:5:14: not YAML: Unresolved tag: !vault | a YAML file | TAG_RESOLVE_FAILED | correct the YAML; often a quote, a colon or the indentation'],
    ['an alias of nothing', '~/site', '*home', 'drill.yaml:1:1: the YAML cannot be read | aliases (*name) of anchors (&name) in this file | Unresolved alias (the anchor must be set before the alias): home | write the value itself'],
  ])('%s', (_, from, to, error) => {
    expect(told(edited(from, to))).toEqual([error]);
  });

  it('tells everything at once', () => {
    const source = edited('name: small', 'name: 5\ncolour: red').replace('how: delete', 'how: drop').replace('kind: http', 'kind: ftp');
    expect(read(source).errors.map(({ line, column }) => `${line}:${column}`).toSorted()).toEqual(['10:16', '14:32', '2:7', '3:1']);
  });

  it('tells what is no YAML, and what is no mapping', () => {
    expect(told('version: 1\nname: "open\n')[0]).toMatch(/^drill\.yaml:\d+:\d+: not YAML: /);
    expect(told('- version: 1\n')).toEqual(['drill.yaml:1:1: the drill file is not what is expected here | a drill file | a list | write what is expected here']);
    expect(told('')).toHaveLength(1);
  });

  it('goes on without what is wrong, and with the key that was meant', () => {
    const { drill, errors } = read(edited('data:\n', 'dta:\n'));
    expect(errors).toHaveLength(1);
    expect(Object.keys(drill?.data ?? {})).toEqual(['site']);
    expect(read(edited('backup:', 'rto: 15\n    backup:')).drill?.scenarios['gone']).not.toHaveProperty('rto');
    expect(read(edited('workspace: ~/site', 'workspace: 5')).drill).toBeNull();
    expect(read(edited("'#backup'", '7')).drill).toBeNull();
  });
});

describe('a drill file that is right', () => {
  it('may have every key', () => {
    const { drill, errors } = read(readFileSync(new URL('every-key.yaml', import.meta.url), 'utf8'));
    expect(errors).toEqual([]);
    expect(drill?.scenarios['service-failure']).toMatchObject({ rto: 900, rpo: 86_400, every: 86_400, timeout: 2700, manual: { 'install-os': 1200 }, expect: { ca: 'regenerated' } });
  });

  it('has its defaults', () => {
    const { drill, errors } = read(base);
    expect(errors).toEqual([]);
    expect(drill).toMatchObject({
      'min-fidelity': 0,
      host: { environment: 'docker', engine: 'docker', user: 'ops', network: 'isolated' },
      scenarios: { gone: { 'on-failure': 'skip', late: 'absent', keep: [], also: [], replace: {}, manual: {}, 'repeat-restore': false } },
      services: { web: { ready: 200, 'ready-timeout': 120 } },
    });
  });

  it('may use anchors, CRLF and a byte order mark', () => {
    const source = edited("backup: ['#backup']", "backup: &steps ['#backup']").replace("restore: ['#restore[1]']", 'restore: *steps');
    expect(read(`\uFEFF${source.replaceAll('\n', '\r\n')}`).drill?.scenarios['gone']?.restore).toEqual(['#backup']);
    expect(told(source.replace("['#backup']", "['#backup', 7]"))).toEqual([expect.stringMatching(/^drill\.yaml:12:32: /), expect.stringMatching(/^drill\.yaml:12:32: /)]);
  });
});

it.each([
  ['empty', '', 'd.yaml:1: the drill file is empty'],
  ['only a comment', '# later\n', 'd.yaml:1: the drill file is empty'],
  ['not UTF-8', `version: 1\nname: ${Buffer.from([0x63, 0xe9]).toString()}\n`, 'd.yaml:2: the drill file is not UTF-8'],
  ['two documents', 'version: 1\n---\nversion: 1\n', 'd.yaml:2: a second document begins here'],
])('says what a file is that is no drill file: %s', (_what, source, message) => {
  const { drill, errors } = readDrillFile('d.yaml', source);
  expect(drill).toBeNull();
  expect(errors.map((error) => `${error.file}:${error.line}: ${error.message}`)).toEqual([message]);
});

it('quotes little of a file that is no YAML', () => {
  const { errors } = readDrillFile('d.yaml', `a: 1\n"b": "c" ${'x'.repeat(10_000)}\n`);
  for (const error of errors) expect(error.message.length).toBeLessThan(300);
  expect(errors.length).toBeGreaterThan(0);
});
