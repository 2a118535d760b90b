/** Who a service is asked as. */
import { z } from 'zod';
import type { ServiceContext } from '../ports/service.ts';

/** `{ env }` is text by now: only the door reads the environment. */
export const passwordSchema = z.union([z.strictObject({ text: z.string() }), z.strictObject({ file: z.string(), key: z.string() })]);
export type Password = z.output<typeof passwordSchema>;

/** The password, from the host's own file where it is kept in one: the file may be lost, and restored, while the drill runs. */
export async function readPassword(context: ServiceContext, password: Password): Promise<string> {
  if ('text' in password) return password.text;
  const result = await context.host.exec(['/bin/cat', '--', password.file], { user: 'root' });
  if (result.exitCode !== 0) throw new Error(`the password of a service is in ${password.file}, which cannot be read: ${result.stderr.trim()}`);
  const value = keyValue(result.stdout.toString('utf8'), password.key);
  if (value === null) throw new Error(`the password of a service is ${password.key} in ${password.file}, which has no such line`);
  return value;
}

/** The last `KEY=value` of a `.env` file, `export` and quotes taken off. */
export function keyValue(text: string, key: string): string | null {
  let found: string | null = null;
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (match?.[1] === key) found = unquoted(match[2] ?? '');
  }
  return found;
}

function unquoted(value: string): string {
  const quoted = /^(["'])(.*?)\1(?:\s+#.*)?$/.exec(value);
  return quoted ? (quoted[2] ?? '') : value.replace(/\s+#.*$/, '');
}
