/** Service kind `http`: any program with a URL that can be written and read, or only asked whether it lives. */
import { z } from 'zod';
import { asksForNonce, withNonce } from '../drill/drill-file/nonce-text.ts';
import type { ServicePlan } from '../drill/model.ts';
import type { ProbeAnswer, Service, ServiceContext } from '../ports/service.ts';
import { makeNonce } from '../evidence/nonce.ts';
import { call, expectTaken, isSuccess, seenIn } from './api.ts';
import type { HttpAnswer } from './curl.ts';
import { passwordSchema } from './login.ts';

const headers = z.record(z.string(), z.string()).optional();
const requestSchema = z.strictObject({ method: z.string().default('PUT'), path: z.string(), body: z.string().optional(), headers });
const status = z.int().min(100).max(599);

export const optionsSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  /** The status that says it is ready; `true`: any below 500. */
  ready: z.union([status, z.literal(true)]).default(200),
  seed: requestSchema.optional(),
  /** Default: as `seed`, with the late nonce. */
  late: requestSchema.optional(),
  check: z.strictObject({ method: z.string().default('GET'), path: z.string(), contains: z.string().optional(), status: status.optional(), headers }).optional(),
  user: z.string().optional(),
  password: passwordSchema.optional(),
});

type Options = z.output<typeof optionsSchema>;
type Request = z.output<typeof requestSchema>;
type Check = NonNullable<Options['check']>;

export function create(plan: ServicePlan): Service {
  const options = optionsSchema.parse(plan.options);
  const { seed, check } = options;
  const late = options.late ?? seed;
  const seeded = asksForNonce(check);
  return {
    kind: 'http',
    volatile: [],
    seeded,
    ready: (context) => ready(options, context),
    seed: (context) => (seed === undefined ? Promise.resolve() : plant(options, seed, context, plan.name)),
    late: (context) => (late === undefined ? Promise.resolve() : plant(options, late, context, plan.name)),
    check: (context) => {
      if (check === undefined) return ready(options, context);
      // What it serves without a seed of its own is its place's canary.
      return probe(options, check, seed === undefined ? context.placeNonce : context.nonce, context, seeded);
    },
  };
}

async function ready(options: Options, context: ServiceContext): Promise<ProbeAnswer> {
  const answer = await send(options, { method: 'GET', path: '' }, '', context);
  if (!answer.answered) return { state: 'unproven', seen: answer.why };
  const good = options.ready === true ? answer.status < 500 : answer.status === options.ready;
  const seen = `HTTP ${answer.status}`;
  return good ? { state: 'there', seen } : { state: 'absent', seen: `${seen}, expected ${options.ready === true ? 'any below 500' : options.ready}` };
}

async function plant(options: Options, planted: Request, context: ServiceContext, name: string): Promise<void> {
  expectTaken(name, planted, options, await send(options, planted, context.nonce, context));
}

async function probe(options: Options, check: Check, nonce: string | null, context: ServiceContext, seeded: boolean): Promise<ProbeAnswer> {
  if (seeded && nonce === null) return { state: 'unproven', seen: 'it has neither a seed nor a place whose canary it could serve' };
  const found = await askFor(options, check, nonce ?? '', context, seeded);
  if (!seeded || found.state !== 'there') return found;
  // A page that says yes to everything (an application that serves its index for any path) proves nothing.
  const control = await askFor(options, check, makeNonce(), context, seeded);
  return control.state === 'there' ? { state: 'unproven', seen: `${found.seen}, and the same for a nonce that was never planted` } : found;
}

async function askFor(options: Options, check: Check, nonce: string, context: ServiceContext, seeded: boolean): Promise<ProbeAnswer> {
  const answer = await send(options, check, nonce, context);
  return judge(answer, { status: check.status ?? null, contains: check.contains === undefined ? null : withNonce(check.contains, nonce), seeded });
}

/**
 * `there`: the status is the expected one (any 2xx by default) and the body has what it must have. `absent`: a working service
 * says that it has not: another 2xx answer, 404 or 410. All else says nothing of the data. One asked for life only is never `absent`.
 */
export function judge(answer: HttpAnswer, wanted: { readonly status: number | null; readonly contains: string | null; readonly seeded: boolean }): ProbeAnswer {
  if (!answer.answered) return { state: 'unproven', seen: answer.why };
  const success = isSuccess(answer);
  const statusGood = wanted.status === null ? success : answer.status === wanted.status;
  const contentGood = wanted.contains === null || answer.body.includes(wanted.contains);
  const seen = seenIn(answer);
  if (statusGood && contentGood) return { state: 'there', seen };
  const definite = wanted.seeded && (success || statusGood || answer.status === 404 || answer.status === 410);
  return { state: definite ? 'absent' : 'unproven', seen };
}

async function send(options: Options, asked: { readonly method: string; readonly path: string; readonly body?: string | undefined; readonly headers?: Record<string, string> | undefined }, nonce: string, context: ServiceContext): Promise<HttpAnswer> {
  const filled = Object.entries(asked.headers ?? {}).map(([name, value]) => [name, withNonce(value, nonce)] as const);
  const body = asked.body === undefined ? undefined : withNonce(asked.body, nonce);
  return call(context, { url: options.url, user: options.user, password: options.password }, { method: asked.method, path: withNonce(asked.path, nonce), headers: Object.fromEntries(filled), body });
}
