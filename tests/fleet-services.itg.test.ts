/** Whole drills of a certificate authority and of OpenTofu's state: backups and restores that look good, and their good twins. */
import { describe, expect, it } from 'vitest';
import { type Pair, itCatches } from './pairs.ts';
import { explained, runSmallDrill, type SmallDrill } from './small-drill.ts';
import { thorough } from './thorough.ts';

const start = `docker run -d --name ca --restart unless-stopped -v ca:/home/step -v ca-values:/values -e DOCKER_STEPCA_INIT_NAME=Fleet -e DOCKER_STEPCA_INIT_DNS_NAMES=localhost -e DOCKER_STEPCA_INIT_PASSWORD=correct-horse smallstep/step-ca
until docker exec ca curl -ks https://localhost:9000/health; do sleep 0.2; done`;
const withTools = (command: string): string => `docker run --rm -v ca:/ca -v ca-values:/values -v /srv/backups:/b alpine sh -c '${command}'`;
const archive = (what: string): string => `docker stop ca\n${withTools(`tar czf /b/ca.tar.gz -C / ${what}`)}\ndocker start ca`;
const without = (path: string): string => `docker stop ca\n${withTools(`cp -a /ca /values /tmp; rm /tmp/ca/${path}; tar czf /b/ca.tar.gz -C /tmp ca values`)}\ndocker start ca`;
const restore = `docker stop ca\n${withTools('find /ca /values -mindepth 1 -delete; tar xzf /b/ca.tar.gz -C /')}\ndocker start ca`;

/** Badger keeps its values in a volume of their own. */
const authority = (blocks: Readonly<Record<string, string>>, more: Partial<SmallDrill> = {}): SmallDrill => ({
  host: { images: ['alpine', 'smallstep/step-ca'] },
  blocks: {
    deploy: `docker volume create ca; docker volume create ca-values
${withTools('chown 1000:1000 /ca /values')}
${start}
docker stop ca
${withTools(`rm /ca/db/*; sed -i "s|.badgerFileLoadingMode.: ..|\\"valueDir\\": \\"/values\\"|" /ca/config/ca.json`)}
docker start ca`,
    backup: archive('ca values'),
    restore,
    ...blocks,
  },
  drill: { data: { ca: { volume: 'ca' }, values: { volume: 'ca-values' } }, services: { ca: { kind: 'step-ca', inside: 'ca', data: 'ca', 'ready-timeout': '15s' } } },
  scenario: { loss: { data: ['ca', 'values'], how: 'delete' } },
  ...more,
});
const good = authority({});

const state = '/srv/state/terraform.tfstate';
const fleet = (blocks: Readonly<Record<string, string>>): SmallDrill => ({
  host: { packages: ['opentofu'] },
  files: { 'fleet/main.tf': `terraform {\n  backend "local" {\n    path = "${state}"\n  }\n}\nresource "terraform_data" "one" {\n  input = "value"\n}\n` },
  blocks: {
    deploy: `sudo install -d -o ops /srv/state\ntofu -chdir=fleet init\ntofu -chdir=fleet apply -auto-approve\ncp ${state} /srv/backups/last-week`,
    backup: `cp ${state} /srv/backups/today`,
    restore: `cp /srv/backups/today ${state}\ntofu -chdir=fleet apply -auto-approve`,
    ...blocks,
  },
  drill: { data: { state: { path: '/srv/state', compare: 'service' } }, services: { state: { kind: 'tofu', directory: 'fleet', data: 'state', 'ready-timeout': '5s' } } },
  scenario: { loss: { data: ['state'], how: 'delete' } },
});

const pairs: readonly Pair[] = [
  { onlyThorough: true, name: 'a database without the keys', good, bad: authority({ backup: without('secrets/*_key') }), rules: ['service-not-ready', 'data-missing'] },
  { onlyThorough: true, name: 'keys without the password', good, bad: authority({ backup: without('secrets/password') }), rules: ['service-not-ready', 'data-missing'] },
  { onlyThorough: true, name: 'a database without its values', good, bad: authority({ backup: archive('ca') }), rules: ['uncovered-data', 'service-data-missing'] },
  { onlyThorough: true, name: 'a database without its authority, which is made anew', good, bad: authority({ restore: `${restore.replace('docker start ca', withTools('rm -r /ca/certs /ca/secrets /ca/config'))}\ndocker rm ca\n${start}` }), rules: ['service-data-missing'] },
  { name: 'an older state', good: fleet({}), bad: fleet({ restore: `cp /srv/backups/last-week ${state}` }), rules: ['service-data-missing'] },
  { onlyThorough: true, name: 'a state of another lineage', good: fleet({}), bad: fleet({ restore: 'tofu -chdir=fleet apply -auto-approve' }), rules: ['service-data-missing'] },
];

describe.concurrent('what a fleet is made with', { timeout: 600_000 }, () => {
  itCatches(pairs);

  it.skipIf(!thorough)('a compromised authority that is made anew, and one that is restored', async () => {
    const compromised = (blocks: Readonly<Record<string, string>>): SmallDrill => authority({ deploy: `docker volume create ca\n${start}`, backup: archive('ca'), ...blocks }, {
      drill: { data: { ca: { volume: 'ca' } }, services: { ca: { kind: 'step-ca', inside: 'ca', data: 'ca', 'ready-timeout': '15s' } } },
      scenario: { loss: { compromise: ['ca'] } },
    });
    const anew = await runSmallDrill(compromised({ restore: `docker rm -f ca\n${withTools('find /ca -mindepth 1 -delete')}\n${start}` }));
    expect([anew.scenario.validationStatus, anew.scenario.data[0]?.status, anew.scenario.services[0]?.status], explained(anew)).toEqual(['SUCCESSFUL', 'regenerated', 'regenerated']);
    const restored = await runSmallDrill(compromised({ restore }));
    expect([restored.scenario.validationStatus, restored.errors], explained(restored)).toEqual(['FAILED', ['not-regenerated']]);
    expect(restored.scenario.findings.map(({ actual }) => actual)).toContainEqual(expect.stringMatching(/^it has the same identity as before: the fingerprint of its root is [0-9a-f]{64}, as it was$/));
  });
});
