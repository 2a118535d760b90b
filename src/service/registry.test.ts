import { expect, it } from 'vitest';
import type { ServicePlan } from '../drill/model.ts';
import { createService, serviceKinds } from './registry.ts';

const http = { url: 'http://localhost' };
/** What a kind cannot be made without. */
const needed: Readonly<Record<string, ServicePlan['options']>> = {
  http,
  command: { ready: 'true' },
  grafana: http,
  prometheus: http,
  alertmanager: http,
  loki: http,
  sqlite: { file: '/srv/app.db' },
  atlantis: { file: '/srv/atlantis.db' },
  tofu: { directory: '/srv/fleet' },
  s3: { ...http, bucket: 'photos', user: 'key', password: { text: 'secret' } },
};

const planOf = (kind: string): ServicePlan => ({ name: 'app', at: { file: 'drill.yaml', line: 1 }, kind, data: null, inside: 'app', readyTimeoutSeconds: 1, options: needed[kind] ?? {} });

it('makes every kind that it lists, under its own name', async () => {
  const made = await Promise.all(serviceKinds.map((kind) => createService(planOf(kind))));
  expect(made.map(({ kind }) => kind)).toEqual(serviceKinds);
});

it('knows which kinds a dump that cannot be looked into may hold, and no other', async () => {
  const made = await Promise.all(serviceKinds.map((kind) => createService(planOf(kind))));
  expect(made.filter(({ database }) => database === true).map(({ kind }) => kind).toSorted()).toEqual(['mariadb', 'postgres', 'redis', 'sqlite']);
});
