/** Services that are databases, brokers and object stores: each kind with its own options. */
import { z } from 'zod';
import { duration, mapping, pattern, text } from './schema-parts.ts';
import { common, type KindFacts, url } from './schema-service-parts.ts';

const serverUrl = (protocol: RegExp, example: string) => z.url({ protocol, error: `a URL such as ${example}` });

export function databases() {
  const database = text('the database that is dumped; default: each that the server has');
  const { inside: _inside, ...withoutInside } = common;
  const { user: _user, password: _password, ...withoutLogin } = common;

  const postgres = mapping(
    {
      kind: z.literal('postgres'),
      url: serverUrl(/^postgres(ql)?$/, 'postgresql://localhost:5432').optional(),
      database: database.optional(),
      schema: pattern(/^[a-z_][a-z0-9_]*$/, 'the schema that is dumped; default: one of its own, drill').optional(),
      ...common,
    },
    'a service of kind postgres',
  );

  const mariadb = mapping({ kind: z.literal('mariadb'), url: serverUrl(/^(mariadb|mysql)$/, 'mariadb://localhost:3306').optional(), database: database.optional(), ...common }, 'a service of kind mariadb');

  const redisDatabase = 'number of the database; default 0';
  const redis = mapping(
    {
      kind: z.literal('redis'),
      url: serverUrl(/^redis$/, 'redis://localhost:6379').optional(),
      database: z.int({ error: redisDatabase }).min(0, { error: redisDatabase }).meta({ description: redisDatabase }).optional(),
      ...common,
    },
    'a service of kind redis',
  );

  const mosquitto = mapping(
    {
      kind: z.literal('mosquitto'),
      url: serverUrl(/^mqtt$/, 'mqtt://localhost:1883').optional(),
      flush: duration('autosave_interval: how often it writes its memory to disk; default 30m').optional(),
      ...common,
    },
    'a service of kind mosquitto',
  );

  const sqlite = mapping({ kind: z.literal('sqlite'), file: text('the database file in the host or, with inside, in the container'), ...withoutLogin }, 'a service of kind sqlite');

  const s3 = mapping(
    {
      kind: z.literal('s3'),
      url,
      bucket: text('the bucket'),
      region: text('the region; default us-east-1').optional(),
      ...withoutInside,
      user: text('the access key'),
      password: common.password.unwrap(),
    },
    'a service of kind s3',
  );

  return [mosquitto, sqlite, postgres, mariadb, redis, s3] as const;
}

export const databaseFacts = {
  mosquitto: { isServer: true },
  sqlite: { path: 'file' },
  postgres: { isServer: true },
  // Each folder is a database to it: with a canary tree there `mariadb-dump --all-databases` fails ("Incorrect database name
  // '#mysql50#.drill-canary'", 11.8).
  mariadb: { isServer: true, ownsFolders: true },
  redis: { isServer: true },
} as const satisfies Readonly<Record<string, KindFacts>>;
