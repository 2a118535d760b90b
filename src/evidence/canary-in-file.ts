/** The canary of a `file` place: the file itself carries the nonce, and keeps its inode, owner and mode. */
import type { PlacePlan } from '../drill/model.ts';
import type { Host } from '../ports/host.ts';
import { shellInHost } from './in-host.ts';

export type FileCanary = PlacePlan['canary'];

/**
 * Plants a nonce, also a late one, in the file at `path`: `line` appends a comment line, `json` sets the string
 * or extends the array under a dotted key, `none` does nothing.
 */
export async function plantInFile(host: Host, path: string, canary: FileCanary, nonce: string): Promise<void> {
  if (canary.type === 'none') return;
  const read = await shellInHost(host, `reading ${path}`, 'cat -- "$1"', [path]);
  const content = read.stdout;
  const changed = canary.type === 'line' ? withLine(content, nonce) : withJsonKey(content.toString('utf8'), canary.key, nonce, path);
  // Written in place: a new file in its stead would have another owner, and a bind mount would not see it.
  await shellInHost(host, `planting the canary in ${path}`, 'cat >"$1"', [path], { stdin: changed });
}

/** A comment in .env files, shell, YAML, TOML and most other configuration. */
export function withLine(content: Buffer, nonce: string): Buffer {
  const open = content.length > 0 && content.at(-1) !== 0x0a;
  return Buffer.concat([content, Buffer.from(`${open ? '\n' : ''}# ${nonce}\n`)]);
}

type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** The document with the nonce under `key` (`a.b.c`): a string is replaced, an array extended, what is absent made. Two spaces deep. */
export function withJsonKey(text: string, key: string, nonce: string, path: string): string {
  const document = parse(text, path);
  const keys = key.split('.');
  const last = keys.pop() ?? '';
  let parent: JsonValue = document;
  for (const step of keys) parent = child(parent, step, key, path);
  if (!isObject(parent)) throw cannotCarry(path, key, 'what holds it is no object');
  const old = own(parent, last);
  if (Array.isArray(old)) old.push(nonce);
  else if (old === undefined || typeof old === 'string') define(parent, last, nonce);
  else throw cannotCarry(path, key, `it is ${old === null ? 'null' : `a ${typeof old}`}, and neither text nor an array`);
  return `${JSON.stringify(document, null, 2)}\n`;
}

function parse(text: string, path: string): JsonValue {
  try {
    const document: JsonValue = JSON.parse(text);
    return document;
  } catch (error) {
    throw new Error(`${path} cannot carry a canary: \`canary: json\` expects JSON, and it is not: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function child(parent: JsonValue, step: string, key: string, path: string): JsonValue {
  if (!isObject(parent)) throw cannotCarry(path, key, `"${step}" is sought in what is no object`);
  const found = own(parent, step);
  if (found !== undefined) return found;
  const made: JsonValue = {};
  define(parent, step, made);
  return made;
}

function own(parent: { [key: string]: JsonValue }, key: string): JsonValue | undefined {
  return Object.hasOwn(parent, key) ? parent[key] : undefined;
}

function define(parent: { [key: string]: JsonValue }, key: string, value: JsonValue): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

function isObject(value: JsonValue): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function cannotCarry(path: string, key: string, why: string): Error {
  return new Error(`${path} cannot carry a canary under \`canary-key: ${key}\`: ${why}; name a key with text or an array, or use \`canary: none\``);
}
