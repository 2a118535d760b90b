import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlannedStep, ScenarioPlan } from '../model.ts';
import { findDrillFile, loadPlan } from './load.ts';
import { drillFile, edited, type Files, type TestRepository, testRepository } from './test-repository.ts';

let repository: TestRepository;
beforeAll(async () => {
  repository = await testRepository({ 'compose/.env.example': 'TAG=12\n', 'compose/docker-compose.yml': 'services: { g: { image: "grafana/grafana:${TAG}" } }\n', 'images/app/Dockerfile': 'FROM scratch\n' });
});
afterAll(() => repository[Symbol.dispose]());

const scenarioOf = async (edits: Files): Promise<ScenarioPlan> => {
  repository.write({ 'drill.yaml': edited(drillFile, edits) });
  const [scenario] = (await repository.load()).scenarios;
  if (scenario === undefined) throw new Error('no scenario');
  return scenario;
};
const restore = async (step: string, more: Files = {}): Promise<{ readonly steps: readonly PlannedStep[]; readonly findings: readonly string[] }> => {
  const { steps, findings } = await scenarioOf({ "['#restore[3]']": step.startsWith('\n') ? step : `[${step}]`, ...more });
  return { steps: steps.filter(({ phase }) => phase === 'restore'), findings: findings.map(({ rule, severity, file, line, expected, actual }) => `${severity} ${rule} ${file}:${line} ${expected} | ${actual}`) };
};

describe('steps', () => {
  it('are one for each block that a reference selects', async () => {
    const { steps, findings } = await restore("'#restore'");
    expect(steps.map(({ name, at }) => `${name} ${at.file}:${at.line}`)).toEqual(['#restore[1] docs/runbook.md:23', '#restore[2] docs/runbook.md:27', '#restore[3] docs/runbook.md:31', '#script docs/runbook.md:41']);
    expect(steps.map((step) => 'refused' in step && step.refused)).toEqual(['placeholder', 'empty-block', null, null]);
    expect(steps.map((step) => 'shell' in step && step.shell.runs)).toEqual(['shell', 'shell', 'shell', 'script']);
    expect(findings).toEqual(['error placeholder docs/runbook.md:24 text that can be run as it stands | /path/to/', 'error empty-block docs/runbook.md:27 commands | no command']);
  });

  it('have the file line of each of their lines, and those that count', async () => {
    const { steps } = await scenarioOf({});
    expect(steps[0]).toMatchObject({ phase: 'backup', kind: 'block', name: '#backup', timeoutSeconds: 300, shell: { inRunbook: true, lines: [12, 13, 14, 15], sourceLines: [13, 15], replacedLines: [], substitutions: 0 } });
    expect(steps[1]).toMatchObject({ name: '#restore[3]', timeoutSeconds: 600, shell: { text: 'docker compose up -d\necho ok', lines: [32, 34], sourceLines: [32, 34] } });
  });

  it('take options', async () => {
    const { steps } = await restore(`{ block: '#restore[3]', cwd: compose, env: { A: b }, user: root, timeout: 5m, input: "yes\\n" }, { block: '#restore[3]', cwd: '~', user: root, terminal: false }, { block: '#restore[3]', cwd: '~', terminal: true }`);
    expect(steps[0]).toMatchObject({ cwd: '/home/ops/site/compose', env: { A: 'b' }, user: 'root', timeoutSeconds: 300, input: { to: 'typed', text: 'yes\n' } });
    expect(steps[1]).toMatchObject({ cwd: '/root', env: {}, input: { to: 'stdin', text: '' } });
    expect(steps[2]).toMatchObject({ cwd: '/home/ops', user: null, input: null });
  });

  it('may be the built-in ones', async () => {
    const { steps, findings } = await restore('{ archive: [site, site], to: ~/b, encrypt: gpg-passphrase, timeout: 5m }, { unarchive: [site], from: kept }');
    expect(steps).toMatchObject([
      { kind: 'archive', name: 'archive site', at: { file: 'drill.yaml' }, timeoutSeconds: 300, places: ['site'], to: '/home/ops/b', encrypt: 'gpg-passphrase' },
      { kind: 'unarchive', name: 'unarchive site', timeoutSeconds: 600, places: ['site'], from: '/home/ops/site/kept' },
    ]);
    expect(findings).toEqual([expect.stringContaining('warning not-in-runbook drill.yaml:12'), expect.stringContaining('| unarchive site')]);
  });

  it('may be lines of a block', async () => {
    const { steps } = await restore("{ block: '#backup', lines: 15 }, { block: '#restore[3]', lines: 33-34 }");
    expect(steps).toMatchObject([
      { name: '#backup', at: { line: 15 }, shell: { text: 'date', lines: [15] } },
      { name: '#restore[3]', at: { line: 33 }, shell: { text: 'echo ok', lines: [34] } },
    ]);
  });

  it('may be a quote of the prose', async () => {
    const { steps, findings } = await restore("{ quote: 'sudo chown 472 /srv/x', in: '#restore' }");
    expect(steps).toMatchObject([{ kind: 'quote', name: 'sudo chown 472 /srv/x', at: { file: 'docs/runbook.md', line: 20 }, shell: { inRunbook: true, sourceLines: [20] } }]);
    expect(findings).toEqual([]);
  });

  it('may be written in the drill file, which is a finding', async () => {
    const { steps, findings } = await restore('\n      - { run: ./a.sh, why: no command is named }\n      - run: |\n          # first\n          ./b.sh\n\n          ./c.sh\n');
    expect(steps).toMatchObject([
      { kind: 'run', name: './a.sh', at: { file: 'drill.yaml', line: 13 }, shell: { text: './a.sh', lines: [13], sourceLines: [13], inRunbook: false } },
      { kind: 'run', name: '# first', at: { file: 'drill.yaml', line: 14 }, shell: { text: '# first\n./b.sh\n\n./c.sh', lines: [15, 16, 17, 18], sourceLines: [16, 18] } },
    ]);
    expect(findings).toEqual(['warning not-in-runbook drill.yaml:13 every command in the runbook | ./a.sh', 'warning not-in-runbook drill.yaml:14 every command in the runbook | # first']);
  });

  it('may wait for a service', async () => {
    const services = { 'scenarios:\n': 'services: { web: { kind: http, url: http://localhost, data: site, ready-timeout: 45s } }\nscenarios:\n' };
    const { steps } = await restore('{ wait: web }, { wait: web, timeout: 5s }', services);
    expect(steps).toMatchObject([
      { kind: 'wait', name: 'wait web', service: 'web', at: { file: 'drill.yaml', line: 13 }, timeoutSeconds: 45 },
      { kind: 'wait', timeoutSeconds: 5 },
    ]);
  });

  it('may save a block, of any language', async () => {
    const { steps, findings } = await restore("{ write: '#script', to: /usr/local/bin/x.sh, mode: '0755' }, { write: '#config', to: ~/x.ini, user: root }");
    expect(steps).toMatchObject([
      { kind: 'write', name: '#script', to: '/usr/local/bin/x.sh', mode: '0755', user: null, refused: null },
      { kind: 'write', name: '#config', to: '/root/x.ini', mode: '0644', user: 'root', refused: 'placeholder' },
    ]);
    expect(findings).toEqual(['error placeholder docs/runbook.md:38 text that can be run as it stands | <value>']);
  });

  it('may be skipped, and then nothing is found in them', async () => {
    const { steps, findings } = await restore("{ skip: '#restore', why: by hand }, '#restore[3]'");
    expect(steps.slice(0, 2)).toMatchObject([{ kind: 'skip', name: '#restore[1]', why: 'by hand', shell: { sourceLines: [24] } }, { kind: 'skip', name: '#restore[2]' }]);
    expect(findings).toEqual([]);
  });

  it('are in the order of their phases', async () => {
    const { steps } = await scenarioOf({
      'scenarios:\n': "deploy: ['#deploy']\nscenarios:\n",
      '{ data: [site], how: delete }': "{ steps: [{ run: rm -rf x }], data: [site] }\n    check: { backup: ['#twice[1]'], restore: ['#twice[2]'] }",
    });
    expect(steps.map(({ phase, before, name }) => `${phase} ${name}${before === null ? '' : ` before ${before}`}`)).toEqual(['deploy #deploy[1]', 'backup #backup', 'check #twice[1] before loss', 'lose rm -rf x', 'restore #restore[3]', 'check #twice[2]']);
  });
});

describe('replace', () => {
  it('is told at each hit, takes placeholders away, and its lines no longer count as written', async () => {
    const { steps, findings } = await restore("'#restore[1]'", { "    backup: ['#backup']": "    replace: { /path/to/: ~/, compose_site: site }\n    backup: ['#backup']" });
    expect(findings).toEqual([
      'warning substituted docs/runbook.md:13 docker run --rm -v compose_site:/v:ro -v /srv/backups:/b alpine tar czf /b/site.tgz -C /v . | docker run --rm -v site:/v:ro -v /srv/backups:/b alpine tar czf /b/site.tgz -C /v .',
      'warning substituted docs/runbook.md:24 cd /path/to/site | cd ~/site',
    ]);
    expect(steps).toMatchObject([{ refused: null, shell: { text: 'cd ~/site', sourceLines: [24], replacedLines: [24], substitutions: 1 } }]);
  });
});

describe('scenarios', () => {
  const two = { 'data:\n': 'data:\n  other: { path: /srv/other }\n', 'scenarios:\n': "services:\n  app: { kind: command, data: other, seed: x, check: y }\n  free: { kind: http, url: http://localhost }\nscenarios:\n" };

  it('have their defaults', async () => {
    expect(await scenarioOf({})).toMatchObject({ id: 'gone', title: 'gone', rtoSeconds: null, rpo: null, everySeconds: null, timeoutSeconds: 1800, loss: { type: 'data', how: 'delete' }, lost: ['site'], afterLoss: 'restarted', onFailure: 'skip', late: 'absent', at: { file: 'drill.yaml', line: 9 }, lossAt: { line: 11 } });
  });

  it('have their objectives in seconds', async () => {
    const more = 'rto: 1h\n    rpo: 24h\n    every: 1d\n    late: any\n    manual: { install: 20m }\n    title: The site is gone\n    also: [other]\n    on-failure: continue';
    expect(await scenarioOf({ ...two, "    backup: ['#backup']": `    ${more}\n    backup: ['#backup']` })).toMatchObject({ title: 'The site is gone', rtoSeconds: 3600, timeoutSeconds: 10_800, rpo: 86_400, everySeconds: 86_400, late: 'any', manual: { install: 1200 }, scope: { places: ['other', 'site'], services: ['app', 'free'] }, lost: ['site'], also: ['other'], onFailure: 'continue' });
  });

  it.each<[string, string, Partial<ScenarioPlan>]>([
    ['a host', 'host', { loss: { type: 'host' }, lost: ['other', 'site'], afterLoss: 'stopped' }],
    ['a stack', 'stack\n    keep: [other]', { loss: { type: 'stack' }, lost: ['site'], keep: ['other'], afterLoss: 'stopped', scope: { places: ['site'], services: ['free'] } }],
    ['corrupt data', '{ data: [other], how: corrupt }', { loss: { type: 'data', how: 'corrupt' }, lost: ['other'], afterLoss: 'restarted', scope: { places: ['other'], services: ['app', 'free'] } }],
    ['removed data', '{ data: [other], how: remove }', { afterLoss: 'stopped' }],
    ["the runbook's own", '{ steps: [{ run: rm x }], data: [site] }\n    after-loss: deployed\n    rpo: last-backup', { loss: { type: 'steps' }, lost: ['site'], afterLoss: 'deployed', rpo: 'last-backup' }],
  ])('lose %s', async (_, loss, expected) => {
    expect(await scenarioOf({ ...two, '{ data: [site], how: delete }': loss })).toMatchObject(expected);
  });
});

describe('the plan', () => {
  it('has the host, the places and the services ready to be used', async () => {
    const host = `  workspace: { path: ~/site, clone: runbook }
  images: [alpine, { name: 'vendor/app:2', build: images/app, stand-in: true }]
  limits: { cpu: 2, memory: 4GiB, disk: 20GiB }
  gpg-passphrase: { env: PASS }
  files: { ~/token: { env: TOKEN }, /etc/x.ini: { block: '#config', mode: '0640' }, /etc/y: { copy: compose/.env.example } }`;
    const data = `  env: { file: compose/.env, secret: true, initial: { copy: compose/.env.example } }
  conf: { file: /etc/c.json, canary: json, canary-key: id, compare: stable }
  dir: { path: ~/dir, size: 10GB, ballast: 100MB, volatile: ['*.log'] }`;
    const services = "services:\n  web: { kind: http, url: http://localhost, user: a, password: { env: PASS }, check: { path: /x, contains: $DRILL_NONCE }, data: dir }\n";
    repository.write({ 'drill.yaml': edited(drillFile, { '  workspace: ~/site': host, 'data:\n': `offsite: [/srv/backups, 'out/*.gpg']\nartefacts: { dump: { path: out/dump, holds: [dir] } }\nignore: [cache]\ndata:\n${data}\n`, 'scenarios:\n': `${services}scenarios:\n` }) });
    const plan = await repository.load({ env: { PASS: 'secret', TOKEN: 't' }, network: 'open', minFidelity: 0.5 });
    expect(plan.host).toEqual({
      environment: 'docker', engine: 'docker', workspace: { path: '/home/ops/site', clone: 'runbook' }, user: 'ops', network: 'open',
      images: [{ name: 'alpine', engine: 'docker', build: null, standIn: false }, { name: 'vendor/app:2', engine: 'docker', build: join(repository.folder, 'images/app'), standIn: true }],
      foundImages: ['grafana/grafana:12'],
      packages: [], pool: null, env: {}, limits: { cpu: 2, memoryBytes: 4 * 2 ** 30, diskBytes: 20 * 2 ** 30 }, date: null, gpgPassphrase: 'secret',
      files: [
        { path: '/home/ops/token', content: 't', mode: '0600', secret: true },
        { path: '/etc/x.ini', content: 'key=<value>\n', mode: '0640', secret: false },
        { path: '/etc/y', content: 'TAG=12\n', mode: '0644', secret: false },
      ],
    });
    expect(plan.places).toMatchObject([
      { name: 'env', location: { type: 'file', path: '/home/ops/site/compose/.env' }, compare: 'exact', secret: true, initial: { text: 'TAG=12\n' }, canary: { type: 'line' } },
      { name: 'conf', compare: 'stable', canary: { type: 'json', key: 'id' }, initial: null },
      { name: 'dir', location: { type: 'path', path: '/home/ops/dir' }, compare: 'stable', volatile: ['*.log'], sizeBytes: 1e10, ballastBytes: 1e8 },
      { name: 'site', location: { type: 'volume', name: 'compose_site' }, compare: 'stable', secret: false },
    ]);
    expect(plan.services).toMatchObject([{ name: 'web', kind: 'http', data: 'dir', inside: null, readyTimeoutSeconds: 120, options: { url: 'http://localhost', ready: 200, user: 'a', password: { text: 'secret' } } }]);
    expect(plan).toMatchObject({ name: 'small', minFidelity: 0.5, ignore: ['cache'], offsite: ['/srv/backups', '/home/ops/site/out/*.gpg'], artefacts: [{ name: 'dump', path: '/home/ops/site/out/dump', holds: ['dir'] }] });
  });

  it('plants nothing among the files of MariaDB, which would take it for a database', async () => {
    const services = "services: { db: { kind: mariadb, inside: db, data: my }, own: { kind: mariadb, inside: db, data: said } }\n";
    repository.write({ 'drill.yaml': edited(drillFile, { 'data:\n': 'data:\n  my: { volume: app_my }\n  said: { volume: app_other, compare: canary }\n', 'scenarios:\n': `${services}scenarios:\n` }) });
    expect((await repository.load()).places.map(({ name, compare }) => [name, compare])).toEqual([['my', 'service'], ['said', 'canary'], ['site', 'stable']]);
  });

  it('says what the repository is, and when it has uncommitted changes', async () => {
    using clean = await testRepository();
    await clean.git('remote', 'add', 'origin', 'https://token@example.org/o/r.git');
    const plan = await clean.load();
    expect(plan).toMatchObject({ warnings: [], drillFile: { file: 'drill.yaml' }, repository: { gitRoot: clean.folder, folder: '', head: await clean.git('rev-parse', 'HEAD'), uncommitted: false, remotes: ['https://example.org/o/r.git'] } });
    expect(plan.runbooks).toMatchObject([{ file: 'docs/runbook.md' }]);
    clean.write({ 'drill-report/report.json': '{}' });
    expect((await clean.load()).repository.uncommitted).toBe(false);
    clean.write({ 'new.sh': 'date\n' });
    expect((await clean.load()).warnings).toEqual([expect.stringContaining('uncommitted changes')]);
  });

  it('may be about a folder that stands for a repository of its own', async () => {
    using mono = await testRepository({ 'apps/site/drill.yaml': drillFile.replace('name: small', 'name: small\nrepository: .'), 'apps/site/docs/runbook.md': '# B\n\n```bash {"name":"backup"}\ndate\n```\n\n# Restore\n\n```sh\ntrue\n```\n\n```sh\ntrue\n```\n\n```sh\ntrue\n```\n' });
    const plan = await mono.load({ drillFile: 'apps/site/drill.yaml' });
    expect(plan).toMatchObject({ drillFile: { file: 'drill.yaml' }, repository: { gitRoot: mono.folder, folder: 'apps/site' }, runbooks: [{ file: 'docs/runbook.md' }] });
    expect(plan.scenarios[0]?.steps[1]?.at).toEqual({ file: 'docs/runbook.md', line: 17 });
    mono.write({ 'apps/drill.yaml': drillFile.replace('name: small', 'name: small\nrepository: sites') });
    expect(await mono.told({ drillFile: 'apps/drill.yaml' })).toEqual(['apps/drill.yaml:3:13: `repository: sites` is no folder of this Git repository | a folder, relative to the drill file | no such folder | correct the path']);
    mono.write({ 'apps/drill.yaml': drillFile.replace('name: small', 'name: small\nrepository: ../..') });
    expect(await mono.told({ drillFile: 'apps/drill.yaml' })).toEqual([expect.stringContaining('apps/drill.yaml:3:13: `repository: ../..` is no folder of this Git repository | a folder, relative to the drill file | a folder outside')]);
    mkdirSync(join(mono.folder, 'apps/empty'));
    mono.write({ 'apps/drill.yaml': drillFile.replace('name: small', 'name: small\nrepository: ./empty') });
    expect((await mono.told({ drillFile: 'apps/drill.yaml' }))[0]).toContain('apps/drill.yaml:3:13: the repository is empty');
  });

  it('is of one scenario where only that is wanted', async () => {
    repository.write({ 'drill.yaml': `${drillFile}  also:\n    backup: []\n    loss: host\n    restore: ['#restore[1]']\n` });
    expect((await repository.load({ scenarios: ['also'] })).scenarios.map(({ id }) => id)).toEqual(['also']);
    expect((await repository.load()).scenarios.map(({ id }) => id)).toEqual(['gone', 'also']);
  });
});

describe('a checkout that cannot be used', () => {
  it('is shallow', async () => {
    using source = await testRepository();
    await source.commit({ 'more.txt': 'x' });
    await source.git('clone', '-q', '--depth', '1', `file://${source.folder}`, 'shallow');
    expect(await source.told({ drillFile: 'shallow/drill.yaml' })).toEqual(['shallow/drill.yaml:1:1: the checkout is shallow: it cannot be cloned into a host | the whole history | a shallow checkout | set `fetch-depth: 0` for actions/checkout, or run `git fetch --unshallow`']);
  });

  it('has no commit, or is none', async () => {
    using source = await testRepository();
    const bare = join(source.folder, 'bare');
    mkdirSync(bare);
    writeFileSync(join(bare, 'drill.yaml'), drillFile);
    await execa('git', ['init', '-q'], { cwd: bare });
    expect(await source.told({ drillFile: 'bare/drill.yaml' })).toEqual([expect.stringContaining('bare/drill.yaml:1:1: the repository has no commit')]);
    await execa('rm', ['-r', join(source.folder, '.git'), join(bare, '.git')]);
    expect(await source.told()).toEqual([expect.stringContaining('drill.yaml:1:1: the drill file lies in no Git repository')]);
  });

  it('has no drill file', async () => {
    using source = await testRepository({ 'docs/drill.yaml': drillFile });
    expect(findDrillFile(source.folder)).toBe(join(source.folder, 'drill.yaml'));
    expect(findDrillFile(join(source.folder, 'docs'))).toBe(join(source.folder, 'docs/drill.yaml'));
    await source.git('rm', '-q', 'drill.yaml');
    expect(findDrillFile(source.folder)).toBe(join(source.folder, 'docs/drill.yaml'));
    expect(() => findDrillFile(join(source.folder, 'none'))).toThrow('there is no drill file');
    await expect(loadPlan({ drillFile: 'none.yaml', env: {}, cwd: source.folder })).rejects.toThrow('none.yaml:1:1: the drill file cannot be read');
  });
});
