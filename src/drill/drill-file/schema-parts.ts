/**
 * Small builders that give every part of the schema one sentence: it is the description in the JSON Schema
 * and what an error says was expected.
 */
import { z } from 'zod';
import { durationPattern, parseDuration, parseSize, sizePattern } from './quantities.ts';

/** Told to the registry, in place: `meta` would build a second schema, and most of what a schema costs is to build it. */
function described<T extends z.ZodType>(schema: T, about: string): T {
  z.globalRegistry.add(schema, { description: about });
  return schema;
}

export const text = (about: string) => described(z.string({ error: about }).min(1, { error: about }), about);

export const pattern = (regex: RegExp, about: string) => described(z.string({ error: about }).regex(regex, { error: about }), about);

export const flag = (about: string) => described(z.boolean({ error: about }), about);

export const oneOf = <const T extends readonly [string, ...string[]]>(values: T, about = anyOf(values)) => described(z.enum(values, { error: about }), about);

export const list = <T extends z.ZodType>(item: T, about: string) => described(z.array(item, { error: about }).min(1, { error: about }), about);

/** For an unknown key the message is the known keys, with spaces between: `explain.ts` makes the sentence. */
export const mapping = <T extends z.ZodRawShape>(shape: T, about: string) =>
  described(z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : about) }), about);

export const either = <const T extends readonly [z.ZodType, ...z.ZodType[]]>(options: T, about: string) => described(z.union(options, { error: about }), about);

/** A mapping whose keys the drill file chooses. For a key that is not allowed, the message says what is. */
export const named = <K extends z.core.$ZodRecordKey, V extends z.ZodType>(key: K, value: V, about: string) => described(z.record(key, value, { error: about }), about);

export const name = pattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'a name of letters, digits, dots, dashes and underscores, at most 100');
export const key = z.string().min(1);

const durationText = 'a duration: a whole number and s, m, h or d, such as 15m';
export const duration = (about: string) => described(pattern(durationPattern, durationText).transform(parseDuration), about);

const sizeText = 'a size: a whole number and a unit, such as 100MB, 10GB or 4GiB';
export const size = (about: string) => described(pattern(sizePattern, sizeText).transform(parseSize), about);

export const mode = pattern(/^[0-7]{3,4}$/, "an octal mode in quotes, such as '0644'");

export const environmentVariables = named(pattern(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name of an environment variable'), z.string({ error: 'text (in quotes, if it is a number, true or false)' }), 'environment variables: name and text');

export const reference = pattern(/^[^#]*#.+$/, "a reference as one links to it: '#name', '#heading', '#heading[2]' or 'file.md#heading'");

export const expectation = oneOf(['restored', 'regenerated', 'lost']);

/** `a, b or c`. */
export function anyOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
