/**
 * Service kind `mariadb`: rows in a MariaDB or MySQL server, through its client and TCP (while an image initialises itself, its
 * server listens on a socket alone). https://mariadb.com/docs/server/clients-and-utilities/mariadb-client/mariadb-command-line-client
 */
import { z } from 'zod';
import type { ServicePlan } from '../drill/model.ts';
import type { ExecResult } from '../ports/host.ts';
import type { ProbeAnswer, Service, ServiceContext } from '../ports/service.ts';
import { addressOf, type Client, expectTaken, judgeDatabases, lines, runClient, unproven, words } from './client.ts';
import { passwordSchema } from './login.ts';
import { plantedBy } from './planting.ts';

export const optionsSchema = z.strictObject({
  url: z.url({ protocol: /^(mariadb|mysql)$/ }).optional(),
  user: z.string().default('root'),
  password: passwordSchema.optional(),
  /** The database that is dumped; without it the canary is planted in each that the user sees. */
  database: z.string().optional(),
});

const client: Client = { programs: ['mariadb', 'mysql'], debianPackage: 'mariadb-client', passwordVariable: 'MYSQL_PWD' };

/** The server's own databases, which dumps treat apart. */
const own = ['information_schema', 'mysql', 'performance_schema', 'sys'];

/**
 * Tables, and what the server keeps by itself. Of an idle MariaDB 11.8, stop, start and kill changed *.ibd, ib*, undo*, aria_log*,
 * tc.log and ddl_recovery*.log; the definitions of tables and databases (*.frm, *.opt) stay as they are.
 */
const volatile = [
  '*.ibd', '*.MYD', '*.MYI', '*.MAD', '*.MAI', '*.CSV', '*.CSM', 'ib*', 'undo*', 'aria_log*',
  'ddl_recovery*.log', 'multi-master.info', 'tc.log', '*-bin.*', '*relay*', 'binlog.*', '*.pid', '*.err', '*.log', 'mariadb_upgrade_info', 'mysql_upgrade_info', 'auto.cnf', '.my-healthcheck.cnf',
];

export function create(plan: ServicePlan): Service {
  const options = optionsSchema.parse(plan.options);
  const { host, port } = addressOf(options.url, 3306);

  const ask = (context: ServiceContext, input: string): Promise<ExecResult> =>
    runClient(context, client, {
      inside: plan.inside !== null,
      password: options.password,
      // Without a password a self-signed certificate cannot be verified, and the client would refuse the server.
      script: `exec "$client" ${words(['--no-defaults', '--protocol=TCP', `--host=${host}`, `--port=${port}`, `--user=${options.user}`, '--connect-timeout=5', '--batch', '--skip-column-names', '--default-character-set=utf8mb4', '--loose-disable-ssl-verify-server-cert'])}`,
      input,
    });

  async function plant(context: ServiceContext): Promise<void> {
    const listed = await ask(context, listDatabases);
    expectTaken(plan.name, listed);
    const names = options.database === undefined ? unhex(listed) : [options.database];
    if (names.length === 0) throw new Error(`service ${plan.name} did not take its canary: ${options.user} sees no database: make one, or name it in \`database\``);
    // Twice: where a copy has it in the redo log alone, one of them may be cut by the edge of a block, and never both.
    const rows = names.map((name) => `CREATE TABLE IF NOT EXISTS ${table(name)} (nonce VARCHAR(64) PRIMARY KEY, again VARCHAR(64), planted_in INT NOT NULL);\nINSERT INTO ${table(name)} VALUES ('${context.nonce}', '${context.nonce}', ${names.length});\n`);
    expectTaken(plan.name, await ask(context, rows.join('')));
  }

  async function check(context: ServiceContext): Promise<ProbeAnswer> {
    const listed = await ask(context, listDatabases);
    if (listed.exitCode !== 0) return unproven(listed);
    const databases = unhex(listed);
    if (options.database !== undefined && !databases.includes(options.database)) return { state: 'absent', seen: `it has no database ${options.database}` };
    const wanted = options.database === undefined ? databases : [options.database];
    const tables = await ask(context, "SELECT HEX(table_schema) FROM information_schema.tables WHERE table_name = 'drill_canary';\n");
    if (tables.exitCode !== 0) return unproven(tables);
    const planted = unhex(tables).filter((name) => wanted.includes(name));
    const rows = await ask(context, planted.map((name, index) => `SELECT ${index}, planted_in FROM ${table(name)} WHERE nonce = '${context.nonce}';\n`).join(''));
    if (rows.exitCode !== 0) return unproven(rows);
    const counts = new Map(lines(rows).map((line) => line.split('\t').map(Number)).map(([index = -1, plantedIn = 0]) => [planted[index], plantedIn] as const));
    return judgeDatabases(new Map(wanted.map((name) => [name, counts.get(name) ?? null])), isLate(context.nonce));
  }

  const { seed, late, isLate } = plantedBy(plant);
  return {
    kind: 'mariadb',
    volatile,
    seeded: true,
    database: true,
    remedy: 'mariadb-dump holds the databases that it names: name each of them, or --all-databases. Copy files only of a stopped server, or by mariadb-backup.',
    ready: async (context) => {
      const answer = await ask(context, 'SELECT 1;\n');
      return answer.exitCode === 0 ? { state: 'there', seen: 'it answers over TCP' } : unproven(answer);
    },
    seed,
    late,
    check,
  };
}

/** In hexadecimal: no name can be mistaken for two. A folder that is no database shows with `#mysql50#`. */
const listDatabases = `SELECT HEX(schema_name) FROM information_schema.schemata WHERE schema_name NOT IN (${own.map((name) => `'${name}'`).join(', ')}) AND schema_name NOT LIKE '#mysql50#%';\n`;

const unhex = (result: ExecResult): readonly string[] => lines(result).map((line) => Buffer.from(line, 'hex').toString('utf8'));

const table = (database: string): string => `\`${database.replaceAll('`', '``')}\`.drill_canary`;
