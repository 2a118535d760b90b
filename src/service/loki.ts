/** Service kind `loki`: two log lines, by its HTTP API (docs: "Loki HTTP API", push, flush and query_range). */
import { z } from 'zod';
import type { ServicePlan } from '../drill/model.ts';
import type { ProbeAnswer, Service, ServiceContext } from '../ports/service.ts';
import { type Api, call, callJson, expectTaken, readJson, seenIn } from './api.ts';
import { passwordSchema } from './login.ts';
import { ofParts } from './parts.ts';
import { readyAt } from './ready.ts';

export const optionsSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  tenant: z.string().optional(),
  user: z.string().optional(),
  password: passwordSchema.optional(),
});

/** One line that was written out as a chunk and one that only the write-ahead log has: real data lies in both. */
const lines = (nonce: string): readonly [string, string] => [`${nonce} in a chunk`, `${nonce} in the write-ahead log`];

/** When they were written, nanoseconds since 1970 by the host's clock; and whether after the backup. */
interface Planted {
  readonly at: bigint;
  readonly late: boolean;
}

const answerSchema = z.object({ data: z.object({ resultType: z.literal('streams'), result: z.array(z.object({ values: z.array(z.tuple([z.string(), z.string()]).rest(z.unknown())) })) }) });

export function create(plan: ServicePlan): Service {
  const { tenant, ...login } = optionsSchema.parse(plan.options);
  const api: Api = { ...login, headers: tenant === undefined ? {} : { 'X-Scope-OrgID': tenant } };
  const planted = new Map<string, Planted>();
  const plant = async (context: ServiceContext, late: boolean): Promise<void> => void planted.set(context.nonce, { at: await plantLines(context, api, plan.name), late });
  return {
    kind: 'loki',
    // Folders below the `path_prefix` that Loki rewrites: what it has not yet shipped, caches, and the compactor's work.
    volatile: [
      './wal',
      './tsdb-shipper-active',
      './tsdb-shipper-cache',
      './boltdb-shipper-active',
      './boltdb-shipper-cache',
      './boltdb-shipper-compactor',
      './compactor',
      './rules-temp',
      './chunks/index',
      './chunks/loki_cluster_seed.json',
    ],
    grows: ['./chunks'],
    seeded: true,
    legible: false,
    remedy: 'Loki keeps a line in three places: the newest in wal/, older ones in chunks/, and where a chunk is in its index (tsdb-shipper-active/ and chunks/index/). Stop it and copy all of them together.',
    ready: (context) => readyAt(context, api, '/ready'),
    seed: (context) => plant(context, false),
    late: (context) => plant(context, true),
    check: (context) => check(context, api, planted.get(context.nonce)),
  };
}

async function plantLines(context: ServiceContext, api: Api, name: string): Promise<bigint> {
  const [inChunk, inLog] = lines(context.nonce);
  const at = await hostNanoseconds(context);
  await push(context, api, name, at, inChunk);
  // Without it both lines are in the log alone, which proves less and nothing wrong.
  await call(context, api, { method: 'POST', path: '/flush' });
  await push(context, api, name, at + 1n, inLog);
  return at;
}

async function push(context: ServiceContext, api: Api, name: string, at: bigint, line: string): Promise<void> {
  const path = '/loki/api/v1/push';
  const stream = { job: 'runbook-drill', canary: context.nonce };
  expectTaken(name, { method: 'POST', path }, api, await callJson(context, api, path, { streams: [{ stream, values: [[`${at}`, line]] }] }));
}

async function hostNanoseconds({ host }: ServiceContext): Promise<bigint> {
  return BigInt((await host.exec(['/bin/date', '+%s%N'])).stdout.toString().trim());
}

async function check(context: ServiceContext, api: Api, planted: Planted | undefined): Promise<ProbeAnswer> {
  if (planted === undefined) return { state: 'absent', seen: 'nothing was written to it' };
  const { at, late } = planted;
  const query = new URLSearchParams({ query: `{canary="${context.nonce}"}`, start: `${at}`, end: `${at + 2n}` });
  const answer = await callJson(context, api, `/loki/api/v1/query_range?${query.toString()}`);
  const found = readJson(answer, answerSchema)?.data.result.flatMap(({ values }) => values.map(([, line]) => line));
  if (found === undefined) return { state: 'unproven', seen: seenIn(answer) };
  const parts = lines(context.nonce).map((line) => ({ what: `the line "${line}"`, state: found.includes(line) ? ('there' as const) : ('absent' as const), seen: 'no result' }));
  return ofParts(parts, late);
}
