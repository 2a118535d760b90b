/** The services of a drill file: programs whose API is used to seed and to check data. */
import { z } from 'zod';
import { duration, either, key, mapping, name, named, text } from './schema-parts.ts';

/** Kinds whose names are known, though nothing asks them yet: `not-yet.ts` refuses them. */
export const laterKinds = ['grafana', 'prometheus', 'alertmanager', 'loki', 'mosquitto', 'sqlite', 'postgres', 'mariadb', 'redis', 's3', 'step-ca', 'atlantis', 'tofu'] as const;

const url = z.url({ protocol: /^https?$/, error: 'a URL such as http://localhost:3000' });

const password = either(
  [
    mapping({ file: text('a file in the host with lines KEY=VALUE'), key: text('the key in that file') }, 'a key of a file in the host'),
    mapping({ env: text('a variable of the environment that the drill is started in') }, 'a variable of the environment'),
    mapping({ text: text('the password itself') }, 'the password itself'),
  ],
  'a password: { file, key }, { env } or { text }',
);

const common = {
  data: name.optional(),
  inside: text('the container or instance in which its commands run').optional(),
  user: text('the user to log in as').optional(),
  password: password.optional(),
  'ready-timeout': duration('longest time until it is ready; default 120s').default(120),
};

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

const command = (about: string) => text(`a command: ${about}`);
const commandKind = mapping(
  {
    kind: z.literal('command'),
    url: url.optional(),
    ready: command('exit 0 when ready').optional(),
    seed: command('plants $DRILL_NONCE').optional(),
    late: command('plants $DRILL_LATE_NONCE').optional(),
    check: command('exit 0 there, 1 not there, other: not proven').optional(),
    ...common,
  },
  'a service of kind command',
);

const laterKind = mapping(
  {
    kind: z.enum(laterKinds),
    url: url.optional(),
    database: text('name of the database').optional(),
    flush: duration('how often it writes its memory to disk').optional(),
    ...common,
  },
  'a service',
);

const kinds = ['http', 'command', ...laterKinds];
export const service = z.discriminatedUnion('kind', [http, commandKind, laterKind], { error: `a service with a kind: ${kinds.join(' ')}` }).meta({ id: 'service', description: 'a program whose API is used to seed and to check data' });
export const serviceKinds: readonly string[] = kinds;
export type DrillService = z.output<typeof service>;
