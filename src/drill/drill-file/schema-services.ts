/** The services of a drill file: programs whose API is used to seed and to check data. */
import { z } from 'zod';
import { databaseFacts, databases } from './schema-databases.ts';
import { infrastructure, infrastructureFacts } from './schema-infrastructure.ts';
import { monitoring } from './schema-monitoring.ts';
import { either, key, mapping, named, text } from './schema-parts.ts';
import { common, type KindFacts, url } from './schema-service-parts.ts';

const command = (about: string) => text(`a command: ${about}`);

/** What is asked over HTTP or by a command of the drill file's own. */
function general() {
  const request = mapping(
    {
      method: text('an HTTP method').default('PUT'),
      path: text('path of the URL'),
      body: z.string({ error: 'text' }).optional(),
      headers: named(key, z.string({ error: 'text' }), 'HTTP headers').optional(),
    },
    'a request: { method, path, body, headers }',
  );

  const statusText = 'an HTTP status such as 200';
  const status = z.int({ error: statusText }).min(100, { error: statusText }).max(599, { error: statusText });

  const check = mapping(
    {
      method: text('an HTTP method').default('GET'),
      path: text('path of the URL'),
      contains: text('what the answer must contain').optional(),
      status: status.optional(),
      headers: named(key, z.string({ error: 'text' }), 'HTTP headers').optional(),
    },
    'a check: { path, contains, status, method, headers }',
  );

  const http = mapping(
    {
      kind: z.literal('http'),
      url,
      ready: either([status, z.literal(true)], 'an HTTP status such as 200, or true for any below 500').default(200),
      seed: request.optional(),
      late: request.optional(),
      check: check.optional(),
      ...common,
    },
    'a service of kind http',
  );

  const commandKind = mapping(
    {
      kind: z.literal('command'),
      url: url.optional(),
      ready: command('exit 0 when ready').optional(),
      seed: command('plants $DRILL_NONCE').optional(),
      late: command('plants $DRILL_LATE_NONCE').optional(),
      check: command('exit 0 there, 1 not there, other: not proven').optional(),
      identity: command('prints what it is known by, such as a fingerprint, and what must be another once it is regenerated').optional(),
      ...common,
    },
    'a service of kind command',
  );

  return [http, commandKind] as const;
}

/** One line a kind, or a file of kinds. */
const kinds = () => [...general(), ...monitoring(), ...databases(), ...infrastructure()] as const;

function anyKind() {
  const schemas = kinds();
  const known = schemas.flatMap(({ shape: { kind } }) => [...kind.values]);
  return z.discriminatedUnion('kind', schemas, { error: `a service with a kind: ${known.join(' ')}` });
}

/** Built for a drill file that has services: half of what all schemas cost to build is theirs. */
export const service = z.lazy(anyKind).meta({ id: 'service', description: 'a program whose API is used to seed and to check data' });
export type DrillService = z.output<typeof service>;
export const kindFacts: Readonly<Partial<Record<DrillService['kind'], KindFacts>>> = { ...databaseFacts, ...infrastructureFacts };
