/** Services that are asked through their own command-line client: in their container where `inside` names one, else in the host. */
import type { ExecResult } from '../ports/host.ts';
import type { ProbeAnswer, ServiceContext } from '../ports/service.ts';
import { type Password, readPassword } from './login.ts';

export interface Client {
  /** Names of the program, best first. */
  readonly programs: readonly [string, ...string[]];
  /** The Debian package that brings it to a host. */
  readonly debianPackage: string;
  /** The variable that holds a password while it runs, for those that take one: in no process list. */
  readonly passwordVariable?: string;
}

export interface Asked {
  /** True: in the container, with its programs; false: in the host, with Debian's. */
  readonly inside: boolean;
  readonly password: Password | undefined;
  readonly variables?: Readonly<Record<string, string>>;
  /** For a POSIX shell, in which `$client` is the program. Seen by all who list processes. */
  readonly script: string;
  /** The script's standard input. */
  readonly input: string;
}

const notRun = 125;

/** Never rejects for what a service may do. Exit 125 where nothing was run, 127 without the program. */
export async function runClient(context: ServiceContext, client: Client, asked: Asked): Promise<ExecResult> {
  const password = asked.password === undefined ? '' : await readPassword(context, asked.password).catch((error: unknown) => error);
  if (typeof password !== 'string') return { exitCode: notRun, stdout: Buffer.alloc(0), stderr: String(password) };
  return context.run(clientScript(client, asked), {}, `${password}\n${asked.input}`);
}

/** The password is the first line of standard input. */
export function clientScript({ programs, debianPackage, passwordVariable }: Client, { inside, password, variables = {}, script }: Asked): string {
  const missing = `there is no ${programs.join(' or ')}${inside ? ' in the container' : `: name ${debianPackage} in host.packages, or its container in inside`}`;
  return [
    ...(inside ? [] : ['PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin']),
    'IFS= read -r password',
    ...(passwordVariable === undefined ? [] : [`unset ${passwordVariable}`]),
    ...(passwordVariable === undefined || password === undefined ? [] : [`export ${passwordVariable}="$password"`]),
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`),
    `client=$(${programs.map((name) => `command -v ${name}`).join(' || ')}) || { echo ${quoted(missing)} >&2; exit 127; }`,
    script,
  ].join('\n');
}

export const words = (args: readonly string[]): string => args.map(quoted).join(' ');

/** As one word of a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Where a server listens: what its URL says, else on this very machine. */
export function addressOf(url: string | undefined, port: number): { readonly host: string; readonly port: string } {
  if (url === undefined) return { host: '127.0.0.1', port: String(port) };
  const { hostname, port: named } = new URL(url);
  return { host: hostname.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1', port: named || String(port) };
}

/** What it said, on one line. */
export function said({ exitCode, stdout, stderr }: ExecResult): string {
  const text = (stderr.trim() || stdout.toString('utf8').trim()).replaceAll(/\s+/g, ' ');
  return text === '' ? `exit ${exitCode}` : text.slice(-300);
}

export const lines = ({ stdout }: ExecResult): readonly string[] => stdout.toString('utf8').split('\n').filter((line) => line !== '');

export const unproven = (result: ExecResult): ProbeAnswer => ({ state: 'unproven', seen: said(result) });

export function expectTaken(name: string, result: ExecResult): void {
  if (result.exitCode !== 0) throw new Error(`service ${name} did not take its canary: ${said(result)}`);
}

/**
 * What a server with several databases keeps of a canary: each row tells in how many databases it was planted.
 * It came back when it is in all of them, and a late one already when it is in one.
 * @param found database → that number, or null where the canary is not in it.
 */
export function judgeDatabases(found: ReadonlyMap<string, number | null>, late: boolean): ProbeAnswer {
  const holding = [...found].filter(([, plantedIn]) => plantedIn !== null);
  const names = holding.map(([name]) => name).join(', ');
  const wanted = Math.max(0, ...holding.map(([, plantedIn]) => plantedIn ?? 0));
  if (wanted === 0) return { state: 'absent', seen: `its canary is in none of its databases (${[...found.keys()].join(', ') || 'it has none'})` };
  if (!late && holding.length < wanted) return { state: 'absent', seen: `its canary is in ${names}, and was planted in ${wanted} databases` };
  return { state: 'there', seen: `its canary is in ${names}` };
}
