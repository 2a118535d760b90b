/** Service kind `redis`: keys in a Redis or Valkey server, through its client and TCP. https://redis.io/docs/latest/develop/tools/cli/ */
import { z } from 'zod';
import type { ServicePlan } from '../drill/model.ts';
import type { ExecResult } from '../ports/host.ts';
import type { ProbeAnswer, Service, ServiceContext } from '../ports/service.ts';
import { addressOf, type Client, runClient, said, unproven, words } from './client.ts';
import { passwordSchema } from './login.ts';

export const optionsSchema = z.strictObject({
  url: z.url({ protocol: /^redis$/ }).optional(),
  user: z.string().optional(),
  password: passwordSchema.optional(),
  /** Number of the database. */
  database: z.int().min(0).default(0),
});

const client: Client = { programs: ['redis-cli', 'valkey-cli'], debianPackage: 'redis-tools', passwordVariable: 'REDISCLI_AUTH' };

/** Written anew on every save, and while the append-only file grows or is rewritten. */
const volatile = ['*.rdb', '*.aof', 'appendonlydir', 'nodes.conf', 'temp-*'];

export function create(plan: ServicePlan): Service {
  const options = optionsSchema.parse(plan.options);
  const { host, port } = addressOf(options.url, 6379);

  /** One reply a line; an error is a line too, and the client exits 0 all the same. */
  const ask = (context: ServiceContext, command: string): Promise<ExecResult> =>
    runClient(context, client, {
      inside: plan.inside !== null,
      password: options.password,
      script: `exec "$client" ${words(['-h', host, '-p', port, ...(options.user === undefined ? [] : ['--user', options.user])])}`,
      // With a number that is too high the client itself says nothing, and asks database 0.
      input: `PING\nSELECT ${options.database}\n${command}\nPING\n`,
    });

  async function plant(context: ServiceContext): Promise<void> {
    const result = await ask(context, `SET ${key(context.nonce)} ${context.nonce}`);
    if (reply(result) !== 'OK') throw new Error(`service ${plan.name} did not take its canary: ${said(result)}`);
  }

  return {
    kind: 'redis',
    volatile,
    seeded: true,
    database: true,
    remedy: 'Redis keeps its keys in memory and writes them to disk as save and appendonly say: have it SAVE, or stop it, before its files are copied.',
    ready: async (context) => {
      const result = await ask(context, 'PING');
      return reply(result) === 'PONG' ? { state: 'there', seen: 'PONG' } : unproven(result);
    },
    seed: plant,
    late: plant,
    check: async (context) => judge(await ask(context, `GET ${key(context.nonce)}`), context.nonce),
  };
}

const key = (nonce: string): string => `drill:canary:${nonce}`;

/** What stands between what must be answered well: an error or a broken connection leaves some of it out. */
function reply(result: ExecResult): string | null {
  if (result.exitCode !== 0) return null;
  return /^PONG\nOK\n([^\n]*)\nPONG\n?$/.exec(result.stdout.toString('utf8'))?.[1] ?? null;
}

export function judge(result: ExecResult, nonce: string): ProbeAnswer {
  const value = reply(result);
  if (value === nonce) return { state: 'there', seen: `${key(nonce)} is there` };
  // A nil is an empty line; anything else is an error, such as LOADING or NOAUTH.
  return value === '' ? { state: 'absent', seen: `it has no key ${key(nonce)}` } : unproven(result);
}
