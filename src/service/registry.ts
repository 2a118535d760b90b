/** Every kind of service that there is: a new one is a file of its own and one line here. Loaded when first used. */
import type { z } from 'zod';
import type { ServicePlan } from '../drill/model.ts';
import type { Service } from '../ports/service.ts';

/** What the file of a kind exports. */
export interface ServiceKind {
  /** Its options in the drill file, besides those that every service has. */
  readonly optionsSchema: z.ZodType;
  create(plan: ServicePlan): Service;
}

const kinds: Readonly<Record<string, () => Promise<ServiceKind>>> = {
  http: () => import('./http.ts'),
  command: () => import('./command.ts'),
  grafana: () => import('./grafana.ts'),
  prometheus: () => import('./prometheus.ts'),
  alertmanager: () => import('./alertmanager.ts'),
  loki: () => import('./loki.ts'),
  mosquitto: () => import('./mosquitto.ts'),
  sqlite: () => import('./sqlite.ts'),
  postgres: () => import('./postgres.ts'),
  mariadb: () => import('./mariadb.ts'),
  redis: () => import('./redis.ts'),
  s3: () => import('./s3.ts'),
  'step-ca': () => import('./step-ca.ts'),
  tofu: () => import('./tofu.ts'),
  atlantis: () => import('./atlantis.ts'),
};

export const serviceKinds: readonly string[] = Object.keys(kinds);

/** Rejects for a kind that is not there, and for options that are not of its kind. */
export async function createService(plan: ServicePlan): Promise<Service> {
  const load = Object.hasOwn(kinds, plan.kind) ? kinds[plan.kind] : undefined;
  if (load === undefined) throw new Error(`service ${plan.name}: there is no kind ${plan.kind}; there are ${serviceKinds.join(', ')}`);
  return (await load()).create(plan);
}
