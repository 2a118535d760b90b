/**
 * Service kind `step-ca`: certificates that it issued, and that its database knows as revoked, through its API and the client `step`.
 * https://smallstep.com/docs/step-ca/ and https://smallstep.com/docs/step-cli/reference/
 */
import { z } from 'zod';
import type { ServicePlan } from '../drill/model.ts';
import type { ExecResult } from '../ports/host.ts';
import type { ProbeAnswer, Service, ServiceContext } from '../ports/service.ts';
import { type Client, expectTaken, runClient, unproven } from './client.ts';
import { passwordSchema } from './login.ts';
import { ofParts, type Part } from './parts.ts';
import { plantedBy } from './planting.ts';
import { asking, identifying, planting, ready } from './step-ca-scripts.ts';

export const optionsSchema = z.strictObject({
  url: z.url({ protocol: /^https$/ }).default('https://localhost:9000'),
  provisioner: z.string().default('admin'),
  password: passwordSchema.optional(),
  'password-file': z.string().optional(),
});

const client: Client = { programs: ['step'], debianPackage: 'step-cli' };

/** Badger's own files: all of them change while it runs, and the service proves what is in them. */
const volatile = ['*.vlog', '*.sst', 'MANIFEST', 'MANIFEST-REWRITE', 'KEYREGISTRY', 'LOCK'];

/** What was planted with one nonce, which the drill keeps itself. */
interface Planted {
  /** SHA-256 of the roots that it served. */
  readonly roots: string;
  /** Lines `NAME BASE64`: a certificate that it issued, and some that it revoked, with their keys. */
  readonly files: readonly string[];
  /** How many of the revoked ones a question has revoked anew, because their values were gone: they prove nothing any more. */
  spent: number;
  /** The serving certificate, new at each start, of a process whose database could not read what it has: what it writes since may look like it. */
  broken: string | null;
}

export function create(plan: ServicePlan): Service {
  const options = optionsSchema.parse(plan.options);
  const server = { url: options.url.replace(/\/+$/, ''), provisioner: options.provisioner, passwordFile: options['password-file'] ?? null, hasPassword: options.password !== undefined };
  const ask = (context: ServiceContext, script: string, files: readonly string[] = []): Promise<ExecResult> =>
    runClient(context, client, { inside: plan.inside !== null, password: options.password, script, input: files.map((line) => `${line}\n`).join('') });

  const kept = new Map<string, Planted>();
  const identities = new Map<string, string>();

  const planters = plantedBy(async (context) => {
    const result = await ask(context, planting(server, context.nonce));
    expectTaken(plan.name, result);
    const told = answers(result);
    const files = told.filter(([name]) => name === 'file').map(([, , text]) => text);
    kept.set(context.nonce, { roots: textOf(told, 'roots'), files, spent: 0, broken: null });
  });

  async function check(context: ServiceContext): Promise<ProbeAnswer> {
    const planted = kept.get(context.nonce);
    if (planted === undefined) return { state: 'absent', seen: 'no certificate was issued for it' };
    const late = planters.isLate(context.nonce);
    const result = await ask(context, asking(server, { late, spent: planted.spent, broken: planted.broken }), planted.files);
    const told = answers(result);
    const entry = textOf(told, 'entry');
    if (entry.startsWith('revoke 2')) planted.spent += 1;
    if (/^(?:revoke [25]|renew 5)/.test(entry)) planted.broken = textOf(told, 'leaf');
    if (result.exitCode !== 0) return unproven(result);
    const known = revocation(told);
    return late ? known : ofParts([...authority(told, planted.roots), known], false);
  }

  return {
    kind: 'step-ca',
    volatile,
    seeded: true,
    remedy:
      'A certificate authority is its certificates, its encrypted keys, the password that opens them and its database with all of its files (also those in a valueDir of its own): stop it before they are copied, and restore them together.',
    ready: async (context) => {
      const result = await ask(context, ready(server));
      return result.exitCode === 0 ? { state: 'there', seen: 'it is healthy, by its own root' } : unproven(result);
    },
    seed: planters.seed,
    late: planters.late,
    identityIs: 'the fingerprint of its root',
    identity: async (context) => {
      const before = identities.get(context.nonce);
      const result = await ask(context, identifying(server, before === undefined ? [] : before.split(' ')));
      if (result.exitCode !== 0) return null;
      const told = answers(result);
      // An old root that is still served is still trusted, whatever is served beside it.
      if (before !== undefined && textOf(told, 'trusted') !== '') return before;
      const now = textOf(told, 'roots');
      if (before === undefined) identities.set(context.nonce, now);
      return now;
    },
    check,
  };
}

type Answer = readonly [name: string, status: number, text: string];

/** Lines `NAME STATUS TEXT`. */
function answers({ stdout }: ExecResult): readonly Answer[] {
  return stdout.toString('utf8').split('\n').filter((line) => line !== '').map((line) => {
    const [, name = '', status = '', text = ''] = /^(\S+) (\d+) ?(.*)$/.exec(line) ?? [];
    return [name, Number(status), text.trim()];
  });
}

const textOf = (told: readonly Answer[], wanted: string): string => told.find(([name]) => name === wanted)?.[2] ?? '';

function partOf(told: readonly Answer[], name: string, what: string): Part {
  const answer = told.find((each) => each[0] === name);
  if (answer === undefined) return { what, state: 'unproven', seen: 'it was not asked' };
  return { what, state: answer[1] === 0 ? 'there' : 'absent', seen: answer[2] };
}

/** What makes it the authority that it was, and lets it go on: root, keys and password. It was healthy before and after these questions. */
function authority(told: readonly Answer[], roots: string): readonly Part[] {
  const now = textOf(told, 'roots');
  return [
    { what: 'its root', state: now === roots ? 'there' : 'absent', seen: `its fingerprint was ${roots} and is ${now}` },
    partOf(told, 'verify', 'the certificate that it had issued, verified against its root'),
    partOf(told, 'issue', 'a new certificate'),
  ];
}

/** Of the certificates that it had revoked. */
function revocation(told: readonly Answer[]): Part {
  const what = 'a revocation in its database';
  if (partOf(told, 'verify', '').state === 'absent') return { what, state: 'absent', seen: 'the revoked certificate is of another authority' };
  const control = textOf(told, 'control');
  if (!control.startsWith('2')) return { what, state: 'unproven', seen: `it renews no certificate at all: HTTP ${control || 'nothing'}` };
  const entry = textOf(told, 'entry');
  if (entry === 'known') return { what, state: 'there', seen: 'it refuses the certificate that was revoked' };
  if (entry === 'broken') return { what, state: 'absent', seen: 'its database could not read it' };
  const [asked = '', status = ''] = entry.split(' ');
  if (status.startsWith('2')) return { what, state: 'absent', seen: asked === 'renew' ? 'it renews the certificate that was revoked' : 'its database has the entry without its value' };
  // It answers for other certificates, and not for this one.
  return { what, state: status.startsWith('5') ? 'absent' : 'unproven', seen: `its database cannot read it: ${asked}: HTTP ${entry.slice(asked.length + 1) || 'nothing'}` };
}
