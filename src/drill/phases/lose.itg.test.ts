import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestHost } from '../../../tests/test-host.ts';
import { dockerEngine } from '../../engine/docker.ts';
import { PlaceIndex } from '../../evidence/artefact/places-within.ts';
import type { Host } from '../../ports/host.ts';
import { drillFile, edited, testRepository } from '../plan/test-repository.ts';
import { testContext } from '../test-context.ts';
import { inspectionOf } from './inspection.ts';
import { lose } from './lose.ts';

let host: Host;
beforeAll(async () => {
  host = await makeTestHost();
});
afterAll(() => host[Symbol.asyncDispose]());

describe('a volume that is a folder in disguise is lost with its content', () => {
  it.each(['{ data: [site], how: delete }', '{ data: [site], how: remove }', '{ data: [site], how: corrupt }', 'stack'])('by %s', async (loss) => {
    using repository = await testRepository({ 'drill.yaml': edited(drillFile, { '{ data: [site], how: delete }': loss }) });
    const context = testContext(await repository.load(), { engine: dockerEngine });
    const nonce = context.nonces.places.get('site')?.early ?? '';
    await host.exec(['sh', '-ec', 'mkdir -p /srv/data; echo "$1" > /srv/data/file; docker volume create --opt type=none --opt o=bind --opt device=/srv/data compose_site', 'sh', nonce]);
    await lose(context, { host, since: 0 }, new Map());
    const left = await host.exec(['grep', '-r', nonce, '/srv/data']);
    expect(left.stdout.toString()).toBe('');
    await host.exec(['sh', '-c', 'docker volume rm compose_site; rm -rf /srv/data']);
  });
});

it('a volume that is a folder in disguise is not looked into as if it were a backup of itself', async () => {
  using repository = await testRepository({ 'drill.yaml': drillFile });
  const context = testContext(await repository.load(), { engine: dockerEngine });
  await host.exec(['sh', '-ec', 'mkdir -p /srv/data; docker volume create --opt type=none --opt o=bind --opt device=/srv/data compose_site; docker volume create other']);
  const { volumes } = await inspectionOf(context, host, { since: 0, volumes: [] }, { places: new PlaceIndex([]), needles: [] }, { failed: false, limit: null, spans: [], endedAt: 0 });
  expect(volumes).toMatchObject([{ name: 'other', born: true }]);
});
