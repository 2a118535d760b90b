/** Service kind `alertmanager`: a silence, by API v2 (api/v2/openapi.yaml of prometheus/alertmanager). */
import { z } from 'zod';
import { formatDuration } from '../drill/format.ts';
import type { ServicePlan } from '../drill/model.ts';
import type { ProbeAnswer, Service, ServiceContext } from '../ports/service.ts';
import { type Api, callJson, expectTaken, readJson, seenIn } from './api.ts';
import { passwordSchema } from './login.ts';
import { readyAt } from './ready.ts';

export const optionsSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  /** Seconds between two snapshots of a running one: `--data.maintenance-interval`, 15 minutes by default. */
  flush: z.int().positive().default(900),
  user: z.string().optional(),
  password: passwordSchema.optional(),
});

const path = '/api/v2/silences';
const silencesSchema = z.array(z.object({ comment: z.string(), status: z.object({ state: z.enum(['active', 'pending', 'expired']) }) }));

export function create(plan: ServicePlan): Service {
  const { flush, ...api } = optionsSchema.parse(plan.options);
  return {
    kind: 'alertmanager',
    // Both snapshots, and what they are written to before they are renamed (`silences.5f3a…`): the API tells what is in them.
    volatile: ['./silences', './silences.*', './nflog', './nflog.*'],
    seeded: true,
    remedy: `Alertmanager writes its silences to disk when it stops and, while it runs, every ${formatDuration(flush)}: stop or restart it before the copy, or what is newer than that is not in it.`,
    ready: (context) => readyAt(context, api, '/-/ready'),
    seed: (context) => plant(context, api, plan.name),
    late: (context) => plant(context, api, plan.name),
    check: (context) => check(context, api),
  };
}

/** It silences what only a drill would be named: nothing. An Alertmanager moves a start in the past to now, so no clock is asked. */
async function plant(context: ServiceContext, api: Api, name: string): Promise<void> {
  const { nonce } = context;
  const matchers = [{ name: 'runbook_drill', value: nonce, isRegex: false, isEqual: true }];
  const silence = { matchers, startsAt: '2000-01-01T00:00:00Z', endsAt: '2100-01-01T00:00:00Z', createdBy: 'runbook-drill', comment: nonce };
  expectTaken(name, { method: 'POST', path }, api, await callJson(context, api, path, silence));
}

async function check(context: ServiceContext, api: Api): Promise<ProbeAnswer> {
  const answer = await callJson(context, api, path);
  const silences = readJson(answer, silencesSchema);
  if (silences === null) return { state: 'unproven', seen: seenIn(answer) };
  const own = silences.find(({ comment }) => comment === context.nonce);
  if (own === undefined) return { state: 'absent', seen: `its silence is not among the ${silences.length} that are there` };
  return own.status.state === 'expired' ? { state: 'absent', seen: 'its silence has expired' } : { state: 'there', seen: `its silence is ${own.status.state}` };
}
