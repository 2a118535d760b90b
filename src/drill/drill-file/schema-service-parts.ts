/** What the schemas of all kinds of service share. */
import { z } from 'zod';
import { duration, either, mapping, name, text } from './schema-parts.ts';

export const url = z.url({ protocol: /^https?$/, error: 'a URL such as http://localhost:3000' });

const password = either(
  [
    mapping({ file: text('a file in the host with lines KEY=VALUE'), key: text('the key in that file') }, 'a key of a file in the host'),
    mapping({ env: text('a variable of the environment that the drill is started in') }, 'a variable of the environment'),
    mapping({ text: text('the password itself') }, 'the password itself'),
  ],
  'a password: { file, key }, { env } or { text }',
).meta({ id: 'password' });

export type DrillPassword = z.output<typeof password>;

/** Of every kind. */
export const common = {
  data: name.optional(),
  inside: text('the container or instance in which its commands run').optional(),
  user: text('the user to log in as').optional(),
  password: password.optional(),
  'ready-timeout': duration('longest time until it is ready; default 120s').default(120),
};

/** What a plan must know of a kind besides its options. */
export interface KindFacts {
  /** Option with the path of what it works on, in the host or, with `inside`, in the container. */
  readonly path?: 'file' | 'directory';
  /** A server of a protocol of its own: it is asked in its container or at its URL, and one of them must be given. */
  readonly isServer?: true;
  /** It takes any folder in its data for something of its own. */
  readonly ownsFolders?: true;
}
