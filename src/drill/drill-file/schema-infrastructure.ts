/** Services that a fleet is made with: a certificate authority, the state of its infrastructure, the locks on it. */
import { z } from 'zod';
import { mapping, text } from './schema-parts.ts';
import { common, type KindFacts, url } from './schema-service-parts.ts';

export function infrastructure() {
  const { user: _user, ...withoutUser } = common;

  const stepCa = mapping(
    {
      kind: z.literal('step-ca'),
      url: z.url({ protocol: /^https$/, error: 'a URL such as https://localhost:9000' }).meta({ description: 'with a name that is in its certificate; default https://localhost:9000' }).optional(),
      provisioner: text('the JWK provisioner that issues; default admin').optional(),
      'password-file': text('the file beside it that holds the provisioner’s password, without `password`; default: secrets/password of its own folder').optional(),
      ...withoutUser,
    },
    'a service of kind step-ca',
  );

  const { password: _password, ...withoutLogin } = withoutUser;
  const tofu = mapping({ kind: z.literal('tofu'), directory: text('where the configuration lies, a path in the host or, with inside, in the container'), ...withoutLogin }, 'a service of kind tofu');

  const atlantis = mapping(
    { kind: z.literal('atlantis'), file: text('its atlantis.db, in the host or, with inside, in the container'), url: url.optional(), ...withoutLogin },
    'a service of kind atlantis',
  );

  return [stepCa, tofu, atlantis] as const;
}

export const infrastructureFacts = { tofu: { path: 'directory' }, atlantis: { path: 'file' } } as const satisfies Readonly<Record<string, KindFacts>>;
