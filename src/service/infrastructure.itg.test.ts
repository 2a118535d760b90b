/** A certificate authority, OpenTofu and Atlantis' store in one host: what their probes say of good copies and of bad ones. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestHost } from '../../tests/test-host.ts';
import type { ServicePlan } from '../drill/model.ts';
import { makeNonce } from '../evidence/nonce.ts';
import type { Host } from '../ports/host.ts';
import type { ProbeAnswer } from '../ports/service.ts';
import { check, type Subject, subjectOn } from './itg-subject.ts';

let host: Host;
beforeAll(async () => {
  host = await makeTestHost(['smallstep/step-ca', 'ghcr.io/runatlantis/atlantis'], { packages: ['opentofu', 'step-cli', 'atlantis-store'] });
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

async function sh(script: string, user = 'root'): Promise<string> {
  const result = await host.exec(['/bin/bash', '-euo', 'pipefail', '-c', script], { user, cwd: '/srv' });
  if (result.exitCode !== 0) throw new Error(`${script}\nexit ${result.exitCode}: ${result.stderr}${result.stdout.toString()}`);
  return result.stdout.toString('utf8');
}

const subject = (kind: string, options: ServicePlan['options'], inside: string | null = null): Promise<Subject> => subjectOn(host, kind, options, inside);

async function untilReady({ service, context }: Subject): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const answer = await service.ready(context(makeNonce()));
    if (answer.state === 'there') return;
    if (tries === 60) throw new Error(`not ready: ${answer.seen}`);
    await sleep(250);
  }
}

async function planted(subjected: Subject): Promise<string> {
  const nonce = makeNonce();
  await subjected.service.seed(subjected.context(nonce));
  expect(await check(subjected, nonce)).toMatchObject({ state: 'there' });
  return nonce;
}

const states = async (subjected: Subject, ...nonces: string[]): Promise<readonly string[]> => {
  const answers: string[] = [];
  for (const nonce of nonces) answers.push((await check(subjected, nonce)).state);
  return answers;
};
const asSeeded = ['there', 'absent'];

describe.concurrent('what a fleet is made with', () => {
  const volumes = '/var/lib/docker/volumes';
  const run = `docker run -d --name ca -p 9000:9000 -v ca:/home/step -v ca-values:/values -e DOCKER_STEPCA_INIT_NAME=Test -e DOCKER_STEPCA_INIT_DNS_NAMES=localhost -e DOCKER_STEPCA_INIT_PASSWORD=correct-horse smallstep/step-ca`;
  /** As a lost place: killed, emptied, and started on what `fill` leaves in its volumes. */
  const again = (fill: string): Promise<string> => sh(`docker rm -f ca; cd ${volumes}; find ca/_data ca-values/_data -mindepth 1 -delete; ${fill}; ${run}`);
  const unpack = `tar xf /srv/ca.tar`;

  it('step-ca: comes back with its root, its keys, its password and all of its database, and with nothing less', async () => {
    // Badger's values in a folder of their own, as ca.json may say.
    await sh(`${run}; until docker exec ca curl -ks https://localhost:9000/health; do sleep 0.2; done; docker rm -f ca; rm ${volumes}/ca/_data/db/*
chown 1000:1000 ${volumes}/ca-values/_data; sed -i 's|"badgerFileLoadingMode": ""|"valueDir": "/values"|' ${volumes}/ca/_data/config/ca.json; ${run}`);
    const ca = await subject('step-ca', {}, 'ca');
    const fromHost = await subject('step-ca', { password: { text: 'correct-horse' } });
    await untilReady(ca);
    expect(await check(ca, makeNonce())).toMatchObject({ state: 'absent' });
    const early = await planted(ca);
    const identity = await ca.service.identity?.(ca.context(early));
    expect(identity).toMatch(/^[0-9a-f]{64}$/);
    expect(await ca.service.identity?.(ca.context(early))).toBe(identity);
    const other = await planted(fromHost);
    const stranger = await subject('step-ca', { password: { text: 'wrong' } });
    await expect(stranger.service.seed(stranger.context(makeNonce()))).rejects.toThrow(/did not take its canary: .*(decrypt|password)/);

    await sh(`docker stop ca; tar cf ca.tar -C ${volumes} ca ca-values; ! grep -c ${early} <(tar xOf ca.tar ca/_data/config); grep -aq ${early} ca.tar; docker start ca`);
    await untilReady(ca);
    const late = makeNonce();
    await ca.service.late(ca.context(late));
    expect(await states(ca, early, late)).toEqual(['there', 'there']);

    await again(unpack);
    await untilReady(ca);
    expect(await states(ca, early, late)).toEqual(asSeeded);
    expect(await states(fromHost, other)).toEqual(['there']);

    await again(`${unpack}; rm ca-values/_data/*`);
    await untilReady(ca);
    const withoutValues = await check(ca, early);
    expect(withoutValues).toMatchObject({ state: 'absent', seen: expect.stringMatching(/^a revocation in its database: its database (cannot read it|has the entry without)/) });
    // What it writes since may lie where the old values did: they stay gone.
    expect(await states(ca, early, early)).toEqual(['absent', 'absent']);

    await again(`${unpack}; rm ca/_data/db/* ca-values/_data/*`);
    await untilReady(ca);
    expect(await check(ca, early)).toMatchObject({ state: 'absent', seen: expect.stringContaining('it renews the certificate that was revoked') });

    for (const lost of ['secrets', 'secrets/password']) {
      await again(`${unpack}; rm -r ca/_data/${lost}`);
      await sleep(500);
      expect(await ca.service.ready(ca.context(early)), lost).toMatchObject({ state: 'unproven' });
      expect(await states(ca, early)).toEqual(['unproven']);
    }

    await again('true');
    await untilReady(ca);
    expect(await check(ca, early)).toMatchObject({ state: 'absent', seen: expect.stringContaining(`its fingerprint was ${identity} and is `) });
    expect(await states(ca, late)).toEqual(['absent']);
    const anew = await ca.service.identity?.(ca.context(early));
    expect(anew).toMatch(/^[0-9a-f]{64}$/);
    expect(anew).not.toBe(identity);
    // A new root, and the old one still handed out as trusted.
    await sh(`docker stop ca; tar xf ca.tar -O ca/_data/certs/root_ca.crt > ${volumes}/ca/_data/certs/old.crt; chmod a+r ${volumes}/ca/_data/certs/old.crt
sed -i 's|"root": "\\([^"]*\\)"|"root": ["\\1", "/home/step/certs/old.crt"]|' ${volumes}/ca/_data/config/ca.json; docker start ca`);
    await untilReady(ca);
    expect(await ca.service.identity?.(ca.context(early))).toBe(identity);
  }, 180_000);

  it('tofu: the newest state of the same lineage, and a plan without changes', async () => {
    const configuration = `resource "terraform_data" "one" {\n  input = "value"\n}\noutput "secret" {\n  value     = "s3cret-in-the-state"\n  sensitive = true\n}\n`;
    await host.writeFile('/srv/fleet/main.tf', configuration, { user: 'ops', mode: '0644' });
    const inFleet = (script: string): Promise<string> => sh(`cd fleet; ${script}`, 'ops');
    const tofu = await subject('tofu', { directory: '/srv/fleet' });
    await sh('chown ops fleet');
    expect(await states(tofu, makeNonce())).toEqual(['absent']);
    await expect(tofu.service.seed(tofu.context(makeNonce()))).rejects.toThrow('there is no state');
    await inFleet('tofu init; tofu apply -auto-approve; cp terraform.tfstate before');
    await untilReady(tofu);
    const early = await planted(tofu);
    expect(await tofu.service.identity?.(tofu.context(early))).toBe(early);
    await inFleet(`tofu plan -detailed-exitcode; cp terraform.tfstate saved; grep -q ${early} saved`);
    const late = makeNonce();
    await tofu.service.late(tofu.context(late));
    expect(await states(tofu, late)).toEqual(['there']);
    await inFleet('cp terraform.tfstate later');

    const restored = async (script: string): Promise<readonly ProbeAnswer[]> => {
      await inFleet(`rm -f terraform.tfstate*; ${script}`);
      return [await check(tofu, early), await check(tofu, late)];
    };
    expect(await restored('cp saved terraform.tfstate')).toMatchObject([{ state: 'there' }, { state: 'absent' }]);
    expect(await restored('cp saved terraform.tfstate; tofu apply -auto-approve -replace=terraform_data.one')).toMatchObject([{ state: 'there' }, { state: 'absent' }]);
    expect(await restored('cp later terraform.tfstate; tofu apply -auto-approve')).toMatchObject([{ state: 'there' }, { state: 'there' }]);
    const [none] = await restored('true');
    expect(none).toMatchObject({ state: 'absent', seen: expect.stringMatching(/^there is no state; it was serial \d+ of lineage/) });
    const [older] = await restored('cp before terraform.tfstate');
    expect(older).toMatchObject({ state: 'absent', seen: expect.stringMatching(/^serial \d+ of lineage [0-9a-f-]{36}, an older one, as it was before the seed; it was serial \d+ of lineage drill/) });
    const [another] = await restored('tofu apply -auto-approve');
    expect(another).toMatchObject({ state: 'absent', seen: expect.stringContaining(', another state; it was') });
    const [drifted] = await restored(`cp saved terraform.tfstate; tofu state rm terraform_data.one`);
    expect(drifted).toMatchObject({ state: 'absent', seen: expect.stringContaining('a plan shows changes: Plan: 1 to add, 0 to change, 0 to destroy.') });
    const [broken] = await restored('echo "{ s3cret" > terraform.tfstate');
    expect(broken).toMatchObject({ state: 'unproven' });
    expect(JSON.stringify([none, older, another, drifted, broken])).not.toContain('s3cret');
  }, 120_000);

  it('atlantis: the lock, in its store and by the server', async () => {
    const file = `${volumes}/atlantis/_data/atlantis.db`;
    const store = await subject('atlantis', { file });
    const start = 'docker run -d --name atlantis -p 4141:4141 -v atlantis:/home/atlantis/.atlantis ghcr.io/runatlantis/atlantis';
    expect(await store.service.ready(store.context(makeNonce()))).toMatchObject({ state: 'unproven', seen: expect.stringContaining('there is no /var/lib') });
    await sh(`docker volume create atlantis; chown 100:1000 ${volumes}/atlantis/_data; ${start}`);
    const server = await subject('atlantis', { file, url: 'http://localhost:4141' });
    const inside = await subject('atlantis', { file: '/home/atlantis/.atlantis/atlantis.db' }, 'atlantis');
    await untilReady(server);
    expect([await states(store, makeNonce()), await states(server, makeNonce())]).toEqual([['absent'], ['absent']]);
    const early = await planted(store);
    expect([await states(server, early), await states(inside, early)]).toEqual([['there'], ['there']]);
    await sh(`docker stop atlantis; cp ${file} atlantis.saved; docker start atlantis`);
    await untilReady(server);
    const late = await planted(server);
    for (const [fill, expected] of [
      ['cp /srv/atlantis.saved atlantis.db', asSeeded],
      // Made anew by the server.
      ['true', ['absent', 'absent']],
      // A copy that was cut off.
      ['head -c 9000 /srv/atlantis.saved > atlantis.db', ['absent', 'absent']],
    ] as const) {
      await sh(`docker rm -f atlantis; cd ${volumes}/atlantis/_data; rm -f atlantis.db; ${fill}; chown 100:1000 .  *.db || true; ${start}`);
      if (!fill.startsWith('head')) await untilReady(server);
      expect(await states(store, early, late), fill).toEqual(expected);
      if (!fill.startsWith('head')) expect(await states(server, early, late), fill).toEqual(expected);
    }
    // Somebody who holds it, as the real server does.
    await sh(`cp atlantis.saved held.db; flock -x held.db sleep 6 > /dev/null 2>&1 &`);
    const held = await subject('atlantis', { file: '/srv/held.db' });
    await expect(held.service.seed(held.context(makeNonce()))).rejects.toThrow(/did not take its canary: .*timeout/);
    expect(held.service.notice).toContain('in the store of Atlantis alone');
  }, 120_000);
});
