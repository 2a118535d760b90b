/**
 * Service kind `sqlite`: a row in a database file, and that the file is whole, through sqlite3. The program that owns the file goes
 * on using it meanwhile. https://sqlite.org/cli.html
 */
import { basename } from 'node:path';
import { z } from 'zod';
import type { ServicePlan } from '../drill/model.ts';
import type { ExecResult } from '../ports/host.ts';
import type { ProbeAnswer, Service, ServiceContext } from '../ports/service.ts';
import { clientScript, type Client, expectTaken, lines, quoted, said, unproven } from './client.ts';
import { plantedBy } from './planting.ts';

export const optionsSchema = z.strictObject({
  /** Absolute: in the host or, with `inside`, in the container. */
  file: z.string().regex(/^\//),
});

const client: Client = { programs: ['sqlite3'], debianPackage: 'sqlite3' };

/** Seconds that it waits for the lock of a program that writes. */
const patience = 10;
const mostSeconds = 60;
const noFile = 66;

export function create(plan: ServicePlan): Service {
  const { file } = optionsSchema.parse(plan.options);

  /** As root in the host: whose file it is, is nobody's business; SQLite gives what it makes beside a file to the file's owner. */
  function ask(context: ServiceContext, input: string): Promise<ExecResult> {
    const script = clientScript(client, { inside: plan.inside !== null, password: undefined, script: sqlite(file), input });
    if (plan.inside !== null) return context.run(script, {}, `\n${input}`);
    return context.host.exec(['/usr/bin/timeout', '--kill-after=1', String(mostSeconds), '/bin/sh', '-c', script], { user: 'root', cwd: '/', stdin: `\n${input}`, signal: context.signal });
  }

  async function plant(context: ServiceContext): Promise<void> {
    const rows = `CREATE TABLE IF NOT EXISTS drill_canary (nonce TEXT PRIMARY KEY);\nINSERT INTO drill_canary VALUES ('${context.nonce}');\n`;
    expectTaken(plan.name, await ask(context, rows));
  }

  const { seed, late, isLate } = plantedBy(plant);
  const name = basename(file);
  return {
    kind: 'sqlite',
    volatile: [name, `${name}-wal`, `${name}-shm`, `${name}-journal`],
    seeded: true,
    database: true,
    remedy: `A database in use is more than its file: copy it with \`sqlite3 ${name} ".backup COPY"\` or VACUUM INTO, or stop its program first, and leave no old ${name}-wal or ${name}-journal beside what is restored.`,
    ready: async (context) => {
      const result = await ask(context, 'SELECT 1;\n');
      return result.exitCode === 0 ? { state: 'there', seen: 'it can be read' } : unproven(result);
    },
    seed,
    late,
    check: async (context) => judge(await ask(context, `SELECT 'canary ' || count(*) FROM drill_canary WHERE nonce = '${context.nonce}';\nPRAGMA integrity_check(5);\n`), file, isLate(context.nonce)),
  };
}

/** sqlite3 would make a file that is not there. */
const sqlite = (file: string): string => `
if [ ! -f ${quoted(file)} ]; then echo ${quoted(`there is no file ${file}`)} >&2; exit ${noFile}; fi
exec "$client" -batch -bail -init /dev/null -cmd '.timeout ${patience * 1000}' ${quoted(file)}`;

/** SQLite's own words: https://sqlite.org/rescode.html (11 and 26). */
const damaged = /database disk image is malformed|file is not a database/;

/** A file that is damaged is a definite answer: what its program needs did not come back. A late row is back in a damaged file too. */
export function judge(result: ExecResult, file: string, late: boolean): ProbeAnswer {
  if (result.exitCode === noFile || damaged.test(result.stderr)) return { state: 'absent', seen: said(result) };
  if (result.stderr.includes('no such table: drill_canary')) return { state: 'absent', seen: `${file} has no table drill_canary` };
  const [canary, ...integrity] = lines(result);
  if (result.exitCode !== 0 || canary === undefined || integrity.length === 0) return unproven(result);
  const planted = canary === 'canary 1';
  const whole = integrity.length === 1 && integrity[0] === 'ok';
  return { state: planted && (whole || late) ? 'there' : 'absent', seen: `its canary is ${planted ? 'there' : 'not there'}, and PRAGMA integrity_check says: ${integrity.join('; ')}` };
}
