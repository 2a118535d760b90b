/**
 * Service kind `prometheus`: samples that it has from before the loss, by its HTTP API (docs: "HTTP API", instant queries).
 * A stock Prometheus takes no writes, so nothing is planted: what it has scraped on this host in these minutes is remembered, and
 * no other run can have the same. Timestamps are milliseconds, and the default series holds seconds to the nanosecond.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ServicePlan } from '../drill/model.ts';
import type { ProbeAnswer, Service, ServiceContext } from '../ports/service.ts';
import { type Api, callJson, readJson, seenIn } from './api.ts';
import type { HttpAnswer } from './curl.ts';
import { passwordSchema } from './login.ts';
import { readyAt } from './ready.ts';

export const optionsSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  /** The series to remember. Every target has this one, also one that does not answer. */
  selector: z.string().default('scrape_duration_seconds'),
  user: z.string().optional(),
  password: passwordSchema.optional(),
});

/** Prometheus scrapes once a minute unless told otherwise. */
const longestWaitSeconds = 150;
const pollMilliseconds = 500;

/** `series timestamp value` of each sample, and the time of the newest, seconds since 1970. */
interface Samples {
  readonly known: ReadonlySet<string>;
  readonly newest: number;
}

interface Remembered extends Samples {
  /** They are younger than the backup. */
  readonly late: boolean;
}

const matrixSchema = z.object({
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), values: z.array(z.tuple([z.number(), z.string()])).default([]) })),
  }),
});
const scalarSchema = z.object({ data: z.object({ resultType: z.literal('scalar'), result: z.tuple([z.number(), z.string()]) }) });

export function create(plan: ServicePlan): Service {
  const { selector, ...api } = optionsSchema.parse(plan.options);
  const remembered = new Map<string, Remembered>();
  const remember = async (context: ServiceContext, after: number, late: boolean): Promise<void> =>
    void remembered.set(context.nonce, { ...(await awaitSamples(context, api, selector, after, plan.name)), late });
  return {
    kind: 'prometheus',
    // Below `storage.tsdb.path`: the head block (write-ahead logs, its mapped chunks), locks, and blocks half made.
    volatile: ['./wal', './wbl', './chunks_head', './chunk_snapshot.*', './queries.active', './lock', './*.tmp-for-creation', './*.tmp-for-deletion'],
    // A block's folder bears a ULID.
    grows: [`./${'[0-9A-Z]'.repeat(26)}`],
    seeded: true,
    legible: false,
    remedy:
      'Prometheus keeps the samples of its last two to three hours in wal/ and chunks_head/ alone: copy them with the blocks, from a stopped Prometheus, or take a TSDB snapshot without skip_head. The snapshot API answers only with --web.enable-admin-api, and curl tells a refusal only with --fail.',
    ready: (context) => readyAt(context, api, '/-/ready'),
    seed: (context) => remember(context, 0, false),
    late: async (context) => remember(context, await now(context, api, plan.name), true),
    check: (context) => check(context, api, selector, remembered.get(context.nonce)),
  };
}

/** Samples newer than `after`, which is 0 or seconds since 1970. Waits for the next scrape where there is none yet. */
async function awaitSamples(context: ServiceContext, api: Api, selector: string, after: number, name: string): Promise<Samples> {
  const end = performance.now() + longestWaitSeconds * 1000;
  for (;;) {
    const answer = await query(context, api, `${selector}[5m]`);
    const samples = samplesOf(answer, after);
    if (samples !== null && samples.known.size > 0) return samples;
    if (samples === null || performance.now() > end) {
      const seen = samples === null ? seenIn(answer) : `none in ${longestWaitSeconds} s: it scrapes nothing, or has no such series (see \`selector\`)`;
      throw new Error(`service ${name} has no sample that could come back: ${api.url}: expected samples of ${selector}, got ${seen}`);
    }
    await sleep(pollMilliseconds, undefined, { signal: context.signal });
  }
}

/** By its own clock, seconds since 1970. */
async function now(context: ServiceContext, api: Api, name: string): Promise<number> {
  const answer = await query(context, api, 'time()');
  const read = readJson(answer, scalarSchema);
  if (read === null) throw new Error(`service ${name} does not tell its time: ${api.url}: expected the answer to time(), got ${seenIn(answer)}`);
  return read.data.result[0];
}

async function check(context: ServiceContext, api: Api, selector: string, samples: Remembered | undefined): Promise<ProbeAnswer> {
  if (samples === undefined) return { state: 'absent', seen: 'none of its samples was remembered' };
  // A minute more than was asked for then: newer versions leave out a sample at the very beginning of a range.
  const answer = await query(context, api, `${selector}[6m]`, samples.newest);
  const found = samplesOf(answer, 0);
  if (found === null) return { state: 'unproven', seen: seenIn(answer) };
  const missing = [...samples.known].filter((sample) => !found.known.has(sample)).length;
  const back = samples.late ? missing < samples.known.size : missing === 0;
  return { state: back ? 'there' : 'absent', seen: `${samples.known.size - missing} of ${samples.known.size} remembered samples are there` };
}

function query(context: ServiceContext, api: Api, promql: string, time?: number): Promise<HttpAnswer> {
  const parameters = new URLSearchParams({ query: promql, ...(time === undefined ? {} : { time: time.toFixed(3) }) });
  return callJson(context, api, `/api/v1/query?${parameters.toString()}`);
}

/** Null where the answer is no matrix. */
function samplesOf(answer: HttpAnswer, after: number): Samples | null {
  const read = readJson(answer, matrixSchema);
  if (read === null) return null;
  const newer = read.data.result.flatMap(({ metric, values }) => values.filter(([at]) => at > after).map(([at, value]) => ({ series: seriesOf(metric), at, value })));
  return { known: new Set(newer.map(({ series, at, value }) => `${series} ${at} ${value}`)), newest: Math.max(0, ...newer.map(({ at }) => at)) };
}

function seriesOf(metric: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(metric).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
