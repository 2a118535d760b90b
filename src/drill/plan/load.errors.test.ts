import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drillFile, edited, type Files, runbook, type TestRepository, testRepository } from './test-repository.ts';

let repository: TestRepository;
beforeAll(async () => {
  repository = await testRepository({ 'compose/.env': 'A=1\n', 'config/app/app.conf': 'x\n', 'images/app/Dockerfile': 'FROM scratch\n', 'data/.gitkeep': '' });
});
afterAll(() => repository[Symbol.dispose]());

const told = (edits: Files): Promise<readonly string[]> => {
  repository.write({ 'drill.yaml': edited(drillFile, edits), 'docs/runbook.md': runbook });
  return repository.told();
};

const scenario = (more: string): Files => ({ "    backup: ['#backup']": `    ${more}\n    backup: ['#backup']` });
const restore = (step: string): Files => ({ "'#restore[3]'": step });
const services = (of: string): Files => ({ 'scenarios:\n': `services: { ${of} }\nscenarios:\n` });

it('has none in the small drill file', async () => {
  expect(await told({})).toEqual([]);
});

describe('names and references that lead nowhere', () => {
  it.each<[string, Files, string]>([
    ['a block', restore("'#bakcup'"), 'drill.yaml:12:15: '],
    ['a place in a loss', { 'data: [site]': 'data: [sit]' }, 'drill.yaml:11:20: `scenarios.gone.loss.data[1]` names `sit`, which is no place | one of site | `sit` | did you mean `site`?'],
    ['a place in also', scenario('also: [nothing]'), 'drill.yaml:10:12: `scenarios.gone.also[1]` names `nothing`, which is no place | one of site | `nothing` | use one of these, or remove it'],
    ['a place in keep', { '{ data: [site], how: delete }': 'stack\n    keep: [sitee]' }, 'drill.yaml:12:12: `scenarios.gone.keep[1]` names `sitee`, which is no place | one of site | `sitee` | did you mean `site`?'],
    ['a place in expect', scenario('expect: { sit: restored }'), 'drill.yaml:10:15: `scenarios.gone.expect` names `sit`, which is no place in scope or service without a place | one of site | `sit` | did you mean `site`?'],
    ['a place in holds', { 'scenarios:\n': 'artefacts: { dump: { path: /srv/*.dump, holds: [db] } }\nscenarios:\n' }, 'drill.yaml:8:49: `artefacts.dump.holds[1]` names `db`, which is no place | one of site | `db` | use one of these, or remove it'],
    ['a service in wait', restore('{ wait: web }'), 'drill.yaml:12:23: `scenarios.gone.restore[1].wait` names `web`, which is no service | nothing: none is declared | `web` | use one of these, or remove it'],
    ['a place of a service', { 'scenarios:\n': 'services: { web: { kind: http, url: http://localhost, data: sit } }\nscenarios:\n' }, 'drill.yaml:8:61: `services.web.data` names `sit`, which is no place | one of site | `sit` | did you mean `site`?'],
    ['a key of replace', scenario('replace: { nowhere: x }'), 'drill.yaml:10:16: `replace` has `nowhere`, which stands in no block of the scenario | text that stands in a block or quote that is run | `nowhere` | correct it to what the runbook says, or remove it'],
    ['a key of replace in prose only', scenario('replace: { Owner: x }'), 'drill.yaml:10:16: `replace` has `Owner`'],
    ['a quote', restore("{ quote: 'sudo rm', in: '#restore' }"), 'drill.yaml:12:24: '],
    ['lines outside the block', restore("{ block: '#backup', lines: 90-91 }"), 'drill.yaml:12:42: '],
    ['a block to be printed', { '  workspace': "  files: { /etc/x: { block: '#twice' } }\n  workspace" }, 'drill.yaml:5:29: `#twice` selects 2 blocks, and one is wanted'],
    ['lines of several blocks', restore("{ block: '#restore', lines: 24 }"), 'drill.yaml:12:24: `lines` must lie in one block, and `#restore` selects 4 | a reference to one thing in the runbook | `#restore` | did you mean `#restore[1]` or `#restore[2]` or `#restore[3]`?'],
    ['several blocks to write', restore("{ write: '#twice', to: /x }"), 'drill.yaml:12:24: `#twice` selects 2 blocks, and one file is written | a reference to one thing in the runbook | `#twice` | did you mean `#twice[1]` or `#twice[2]`?'],
  ])('%s', async (_, edits, error) => {
    expect(await told(edits)).toEqual([expect.stringContaining(error)]);
  });

  it('has the nearest candidates for a reference', async () => {
    expect(await told(restore("'#bakcup'"))).toEqual([expect.stringMatching(/ \| a reference to one thing in the runbook \| `#bakcup` \| did you mean `#backup`/)]);
  });
});

describe('what makes no sense', () => {
  it.each<[string, Files, string]>([
    ['keep without a stack loss', scenario('keep: [site]'), 'drill.yaml:10:5: `keep` is for the loss of a stack | `loss: stack` | another loss | remove `keep`, or lose the stack'],
    ['expect of a place out of scope', { 'data:\n': 'data:\n  other: { volume: compose_other }\n', ...scenario('expect: { other: restored }') }, 'drill.yaml:11:15: `scenarios.gone.expect` names the place `other`, which is not in scope | a place that is lost, or named in `also` | `other` | add it to the loss or to `also`, or remove it here'],
    ['expect of a service with a place', { 'scenarios:\n': 'services: { web: { kind: http, url: http://localhost, data: site } }\nscenarios:\n', ...scenario('expect: { web: restored }') }, 'drill.yaml:11:15: `scenarios.gone.expect` names the service `web`, which has a place | a service without `data` | `web` with `data: site` | name its place'],
    ['what is compromised and comes back', { '{ data: [site], how: delete }': '{ compromise: [site] }', ...scenario('expect: { site: restored }') }, 'drill.yaml:10:21: `site` is compromised, and cannot be restored | `regenerated`, the default of what is compromised | `restored` | remove it under `expect`, or choose another loss'],
    ['nothing that could come back', { '{ data: [site], how: delete }': 'stack\n    keep: [site]' }, 'drill.yaml:9:3: the scenario `gone` proves nothing | a place that is restored or regenerated, or a service that is seeded and checked | neither | lose a place that must come back, or give a service `seed` and `check`'],
    ['a place that only services could prove', { '{ volume: compose_site }': '{ volume: compose_site, compare: service }' }, 'drill.yaml:7:42: nothing can prove the place `site`: no service seeds it | a service with `data: site` that seeds and checks | none | add `seed` and `check` to its service, or choose another `compare`'],
    ['a service that asks nothing', { 'scenarios:\n': 'services: { app: { kind: command } }\nscenarios:\n' }, 'drill.yaml:8:13: `services.app` asks nothing'],
    ['a seed without check', { 'scenarios:\n': 'services: { app: { kind: command, seed: x } }\nscenarios:\n' }, 'drill.yaml:8:13: `services.app` seeds data and has no check'],
    ['a check for a nonce that nobody plants', { 'scenarios:\n': 'services:\n  web: { kind: http, url: http://localhost, check: { path: /, contains: $DRILL_NONCE } }\nscenarios:\n' }, 'drill.yaml:9:45: `services.web` looks for a nonce that nothing plants'],
    ['a server that is nowhere', { 'scenarios:\n': 'services: { db: { kind: postgres } }\nscenarios:\n' }, 'drill.yaml:8:13: `services.db` says nowhere where its server is | `inside: CONTAINER`, or `url` | neither | add one of them'],
    ['a password in a URL', { 'scenarios:\n': "services: { db: { kind: redis, url: 'redis://:secret@localhost' } }\nscenarios:\n" }, 'drill.yaml:8:32: `services.db.url` holds a login'],
    ['a file in a container that is relative', { 'scenarios:\n': 'services: { db: { kind: sqlite, inside: app, file: app.db } }\nscenarios:\n' }, 'drill.yaml:8:52: `services.db.file` is not absolute | a path in the container app that starts with / | `app.db` | write where the container has it'],
    ["a volume's name without its pool", { '  workspace': '  engine: incus\n  workspace' }, 'drill.yaml:8:19: `compose_site` is no name of an Incus volume | pool/volume, or project:pool/volume | `compose_site` | give the pool and the name that `incus storage volume list POOL` shows'],
    ['a bucket where there are none', { '{ volume: compose_site }': '{ bucket: local/site }' }, 'drill.yaml:7:11: a Docker host has no buckets | one of volume, path, file | bucket: local/site'],
    ['an instance that is a path', { '  workspace': '  engine: lxd\n  workspace', '{ volume: compose_site }': '{ instance: local/site }' }, 'drill.yaml:8:21: `local/site` is no name of an LXD instance'],
    ['a volume that is a path', { 'volume: compose_site': 'volume: ./data' }, 'drill.yaml:7:19: `./data` is no name of a Docker volume'],
    ['a json canary without its key', { '{ volume: compose_site }': '{ file: /etc/app.json, canary: json }' }, 'drill.yaml:7:3: `data.site`: `canary: json` and `canary-key` go together'],
    ['a pair that cannot be', { '  workspace': '  environment: lxd\n  engine: lxd\n  workspace' }, 'drill.yaml:6:3: a host of the environment lxd cannot carry the engine lxd | docker hosts docker, incus, lxd; lxd hosts docker, incus; incus hosts docker, incus | lxd with lxd | choose one of these pairs'],
    ['no scenario', { "  gone:\n    backup: ['#backup']\n    loss: { data: [site], how: delete }\n    restore: ['#restore[3]']\n": '  {}\n' }, 'drill.yaml:8:1: the drill file has no scenario'],
    ['a kind of service without its URL', services('g: { kind: grafana, data: site }'), 'drill.yaml:8:13: `services.g.url` is missing | a URL such as http://localhost:3000 | nothing | add `url`'],
    ['a key of another kind of service', services('g: { kind: grafana, url: http://localhost:3000, flush: 15m }'), 'drill.yaml:8:61: unknown key `flush` in `services.g` | one of kind, url, data, user, password, ready-timeout'],
    ['what can run nothing inside', services('p: { kind: prometheus, url: http://localhost:9090, inside: p }'), 'drill.yaml:8:64: unknown key `inside` in `services.p`'],
    ['a selector with a range', services('p: { kind: prometheus, url: http://localhost:9090, selector: "up[5m]" }'), 'drill.yaml:8:74: `services.p.selector` is not what is expected here | a selector without a range'],
    ['a flush that is no duration', services('a: { kind: alertmanager, url: http://localhost:9093, flush: often }'), 'drill.yaml:8:73: `services.a.flush` is not what is expected here | a duration'],
    ['neither data nor services', { 'data:\n  site: { volume: compose_site }\n': '', '{ data: [site], how: delete }': 'host' }, 'drill.yaml:1:1: the drill file declares neither `data` nor `services` | at least one of them | neither | declare what must survive'],
  ])('%s', async (_, edits, error) => {
    expect(await told(edits)).toEqual(expect.arrayContaining([expect.stringContaining(error)]));
  });
});

const place = (declared: string, more: Files = {}): Files => ({ '{ volume: compose_site }': declared, ...more });
const offsite = (path: string): Files => ({ 'data:\n': `offsite: ['${path}']\ndata:\n` });

describe('side doors', () => {
  it.each<[string, Files, string]>([
    ['equals an offsite path', place('{ path: /srv/site }', offsite('/srv/site')), 'drill.yaml:8:17: the place `site` would come back through offsite | a place that does not lie in, equal or contain `/srv/site` | `/srv/site` | move the place or the entry of offsite: the restore must be what brings it back'],
    ['lies in an offsite path', place('{ path: ~/data/site }', offsite('/home/ops/data')), 'drill.yaml:8:17: the place `site` would come back through offsite'],
    ['contains an offsite path', place('{ path: /srv }', offsite('/srv/backups/*.tgz')), 'drill.yaml:8:17: the place `site` would come back through offsite'],
    ['is a volume in an offsite path', place('{ volume: compose_site }', offsite('/var/lib/docker')), 'drill.yaml:8:19: the place `site` would come back through offsite'],
    ['is a file that the operator carries', place('{ file: compose/app.env }', { '  workspace': "  files: { '~/site/compose/app.env': { text: x } }\n  workspace" }), 'drill.yaml:8:17: the place `site` would come back through host.files'],
    ['is a tracked file', place('{ file: compose/.env }'), 'drill.yaml:7:17: the place `site` is tracked in Git: a clone would bring it back | a place that Git does not track | `compose/.env` is tracked | take it out of Git (`git rm --cached`), or do not declare it as data'],
    ['is a tracked file by its absolute path', place('{ file: /home/ops/site/compose/.env }'), 'drill.yaml:7:17: the place `site` is tracked in Git'],
    ['is a folder with tracked files', place('{ path: config }'), 'drill.yaml:7:17: the place `site` is tracked in Git: a clone would bring it back | a place that Git does not track | `config/app/app.conf` is tracked'],
    ['contains the workspace', place('{ path: /home/ops }'), 'drill.yaml:7:17: the place `site` is tracked in Git'],
    ['is all of the host, from the workspace upwards', place('{ path: ../../../.. }'), 'drill.yaml:7:17: the place `site` is tracked in Git'],
  ])('%s', async (_, edits, error) => {
    expect(await told(edits)).toEqual([expect.stringContaining(error)]);
  });

  it.each<[string, Files]>([
    ['a place beside an offsite path', place('{ path: /srv/site }', offsite('/srv/site-backups'))],
    ['a file that an offsite glob beside it does not match', place('{ file: compose/app.env }', offsite('compose/*.gpg'))],
    ['a folder that Git only keeps empty', place('{ path: data }')],
    ['a file that is not tracked', place('{ file: compose/app.env }')],
  ])('are none: %s', async (_, edits) => {
    expect(await told(edits)).toEqual([]);
  });
});

describe('what the drill file takes from elsewhere', () => {
  it.each<[string, Files, string]>([
    ['a variable', { '  workspace': '  gpg-passphrase: { env: NOT_SET }\n  workspace' }, 'drill.yaml:5:26: the variable NOT_SET is not set | NOT_SET in the environment that the drill is started in | nothing | set NOT_SET; in a workflow, from a secret'],
    ['a file', { '  workspace': '  files: { /etc/x: { copy: etc/x } }\n  workspace' }, 'drill.yaml:5:28: `etc/x` cannot be read | a file of the repository | no such file | correct the path: it is relative to the repository root'],
    ["the runner's own file", { '  workspace': '  files: { /etc/x: { copy: /etc/passwd } }\n  workspace' }, 'drill.yaml:5:28: `host.files./etc/x.copy` leads out of the repository'],
    ['a file above the repository', { '  workspace': '  files: { /etc/x: { copy: ../secret } }\n  workspace' }, 'drill.yaml:5:28: `host.files./etc/x.copy` leads out of the repository'],
    ['a block', { '  workspace': "  files: { /etc/x: { block: '#nothing' } }\n  workspace" }, 'drill.yaml:5:29: '],
    ['an image by what is no name', { '  workspace': "  images: ['alpine; id']\n  workspace" }, 'drill.yaml:5:12: `alpine; id` is no name of an image'],
    ['an image by an option', { '  workspace': '  images: [{ name: --privileged }]\n  workspace' }, 'drill.yaml:5:20: `--privileged` is no name of an image'],
    ['an image', { '  workspace': '  images: [{ name: app, build: images/ap }]\n  workspace' }, 'drill.yaml:5:32: `images/ap` has no Dockerfile | a folder with a Dockerfile, relative to the repository root | no such folder | correct the path'],
    ['the runbook', { 'docs/runbook.md': 'runbook.md' }, 'drill.yaml:3:10: the runbook `runbook.md` cannot be read | a Markdown file, relative to the repository root | no such file | did you mean `docs/runbook.md`?'],
  ])('%s', async (_, edits, error) => {
    expect(await told(edits)).toEqual([expect.stringContaining(error)]);
  });

  it('a runbook with a fence that is never closed', async () => {
    repository.write({ 'drill.yaml': drillFile, 'docs/runbook.md': `${runbook}\n\`\`\`bash\ndate\n` });
    expect(await repository.told()).toEqual([expect.stringMatching(/^docs\/runbook\.md:56:1: this fence is never closed \| /)]);
  });

  it("a block's timeout", async () => {
    repository.write({ 'drill.yaml': drillFile, 'docs/runbook.md': runbook.replace('"5m"', '"soon"') });
    expect(await repository.told()).toEqual(['docs/runbook.md:11:1: the timeout of #backup is no duration | a whole number and s, m, h or d, such as 10m | `soon` | correct the block\'s `timeout` attribute']);
  });
});

describe('built-in steps', () => {
  it.each<[string, Files, string]>([
    ['name a place', restore('{ unarchive: [sit], from: /b }'), 'drill.yaml:12:29: `scenarios.gone.restore[1].unarchive[1]` names `sit`, which is no place'],
    ['write outside what they hold', { ...place('{ path: /srv/site }'), "'#backup'": '{ archive: [site], to: /srv/site/backups }' }, 'drill.yaml:10:37: the archive of `site` would lie in `site` itself | a folder outside `/srv/site` | `/srv/site/backups` | write to a folder of `offsite`'],
  ])('%s', async (_, edits, error) => {
    expect(await told(edits)).toEqual([expect.stringContaining(error)]);
  });

  it('know no buckets and instances', async () => {
    const edits = { ...place('{ bucket: pool/site }'), ...restore('{ unarchive: [site], from: /b }') };
    expect(await told(edits)).toContainEqual(expect.stringContaining('the built-in steps cannot hold `site` | a place that is a volume, a folder or a file | the bucket `site`'));
  });
});

describe('options', () => {
  it('names scenarios that are there', async () => {
    repository.write({ 'drill.yaml': `${drillFile}  later: { backup: [], loss: host, restore: [] }\n` });
    expect(await repository.told({ scenarios: ['gon'] })).toEqual(['drill.yaml:8:1: there is no scenario `gon` | one of gone, later | `gon` | did you mean `gone`?']);
  });
  it('refuses environments and shares that are not', async () => {
    repository.write({ 'drill.yaml': drillFile });
    expect(await repository.told({ environment: 'podman' })).toEqual([expect.stringContaining('drill.yaml:4:1: there is no environment `podman` | one of docker, lxd, incus')]);
    expect(await repository.told({ minFidelity: 90 })).toEqual([expect.stringContaining('min-fidelity is out of range | a share from 0 to 1, such as 0.9 | 90')]);
  });
});

it('tells the errors of all parts at once', async () => {
  const errors = await told({ 'name: small': 'name: small\ncolour: red', "    backup:": '    rto: 15\n    backup:', 'data: [site]': 'data: [sit]', "'#backup'": "'#bakcup'", '  workspace': '  gpg-passphrase: { env: NOT_SET }\n  workspace' });
  expect(errors.map((error) => error.split(': ')[0])).toEqual(['drill.yaml:3:1', 'drill.yaml:6:26', 'drill.yaml:12:10', 'drill.yaml:13:14', 'drill.yaml:14:20']);
});
