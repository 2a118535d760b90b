/**
 * Service kind `postgres`: rows in a PostgreSQL server, through psql and TCP (while an image initialises itself, its server
 * listens on a socket alone). https://www.postgresql.org/docs/current/app-psql.html
 */
import { z } from 'zod';
import type { ServicePlan } from '../drill/model.ts';
import type { ExecResult } from '../ports/host.ts';
import type { ProbeAnswer, Service, ServiceContext } from '../ports/service.ts';
import { addressOf, type Client, expectTaken, judgeDatabases, lines, runClient, unproven, words } from './client.ts';
import { passwordSchema } from './login.ts';
import { plantedBy } from './planting.ts';

export const optionsSchema = z.strictObject({
  url: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  user: z.string().default('postgres'),
  password: passwordSchema.optional(),
  /** The database that is dumped; without it the canary is planted in each that its user may connect to. */
  database: z.string().optional(),
  /** The schema that is dumped; without it the canary has one of its own. */
  schema: z.string().default('drill'),
});

const psql: Client = { programs: ['psql'], debianPackage: 'postgresql-client', passwordVariable: 'PGPASSWORD' };

/** Where the databases of a server are listed: every server has it unless somebody dropped it. */
const maintenance = 'postgres';

/**
 * What the server keeps by itself: https://www.postgresql.org/docs/current/storage-file-layout.html. Of an idle PostgreSQL 17, stop,
 * start and kill changed files in base, global, pg_stat, pg_wal and pg_xact. The configuration, PG_VERSION and pg_hba.conf stay as they are.
 */
const volatile = [
  'base', 'global', 'pg_commit_ts', 'pg_dynshmem', 'pg_logical', 'pg_multixact', 'pg_notify', 'pg_replslot', 'pg_serial', 'pg_snapshots', 'pg_stat',
  'pg_stat_tmp', 'pg_subtrans', 'pg_tblspc', 'pg_twophase', 'pg_wal', 'pg_xact', 'postmaster.pid', 'postmaster.opts', 'current_logfiles', 'log',
  'backup_label*', 'backup_manifest', 'tablespace_map*', 'recovery.signal', 'standby.signal',
];

export function create(plan: ServicePlan): Service {
  const options = optionsSchema.parse(plan.options);
  const { host, port } = addressOf(options.url, 5432);
  const table = `"${options.schema}".drill_canary`;

  const ask = (context: ServiceContext, database: string, input: string): Promise<ExecResult> =>
    runClient(context, psql, {
      inside: plan.inside !== null,
      password: options.password,
      script: `exec "$client" ${words(['--no-psqlrc', '--no-align', '--tuples-only', '--quiet', '--no-password', '--set=ON_ERROR_STOP=1'])}`,
      variables: { PGHOST: host, PGPORT: port, PGUSER: options.user, PGDATABASE: database, PGCONNECT_TIMEOUT: '5', PGAPPNAME: 'runbook-drill' },
      input,
    });

  async function plant(context: ServiceContext): Promise<void> {
    const listed = await ask(context, maintenance, listDatabases);
    expectTaken(plan.name, listed);
    const names = options.database === undefined ? databasesWithData(listed) : [options.database];
    for (const name of names) expectTaken(plan.name, await ask(context, name, plantRow(context.nonce, names.length)));
  }

  // Twice: where a copy has it in the log alone, one of them may be cut by the edge of a block, and never both.
  const plantRow = (nonce: string, plantedIn: number): string => `BEGIN;
SELECT to_regnamespace('"${options.schema}"') IS NULL AS missing \\gset
\\if :missing
CREATE SCHEMA "${options.schema}";
\\endif
SET client_min_messages = warning;
CREATE TABLE IF NOT EXISTS ${table} (nonce text PRIMARY KEY, again text, planted_in integer NOT NULL);
INSERT INTO ${table} VALUES ('${nonce}', '${nonce}', ${plantedIn});
COMMIT;
`;

  const findRow = (nonce: string): string => `SELECT to_regclass('${table}') IS NOT NULL AS planted \\gset
\\if :planted
SELECT planted_in FROM ${table} WHERE nonce = '${nonce}';
\\endif
`;

  async function check(context: ServiceContext): Promise<ProbeAnswer> {
    const listed = await ask(context, maintenance, listDatabases);
    if (listed.exitCode !== 0) return unproven(listed);
    const { databases } = readList(listed);
    if (options.database !== undefined && !databases.includes(options.database)) return { state: 'absent', seen: `it has no database ${options.database}` };
    const found = new Map<string, number | null>();
    for (const name of options.database === undefined ? databases : [options.database]) {
      const answer = await ask(context, name, findRow(context.nonce));
      if (answer.exitCode !== 0) return unproven(answer);
      found.set(name, lines(answer).map(Number)[0] ?? null);
    }
    return judgeDatabases(found, isLate(context.nonce));
  }

  const { seed, late, isLate } = plantedBy(plant);
  return {
    kind: 'postgres',
    volatile,
    seeded: true,
    database: true,
    remedy: 'pg_dump holds one database: dump each of them, or all by pg_dumpall, with a client that is no newer than the server. Copy files only of a stopped server, or by pg_basebackup.',
    ready: async (context) => {
      const answer = await ask(context, maintenance, listDatabases);
      return answer.exitCode === 0 ? { state: 'there', seen: 'it answers over TCP' } : unproven(answer);
    },
    seed,
    late,
    check,
  };
}

const listDatabases = `SELECT json_build_object(
  'databases', (SELECT json_agg(datname ORDER BY datname) FROM pg_database WHERE datallowconn AND NOT datistemplate AND has_database_privilege(datname, 'CONNECT')),
  'tables', (SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')));
`;

const listSchema = z.object({ databases: z.array(z.string()), tables: z.number() });

const readList = ({ stdout }: ExecResult): z.output<typeof listSchema> => listSchema.parse(JSON.parse(stdout.toString('utf8')));

/** All that are no template, but `postgres` only where somebody put a table there, or there is no other: it is there by itself. */
function databasesWithData(listed: ExecResult): readonly string[] {
  const { databases, tables } = readList(listed);
  const others = databases.filter((name) => name !== maintenance);
  return others.length === 0 || tables > 0 ? databases : others;
}
