/** Service kind `command`: shell commands of the drill file's own that seed and check. */
import { z } from 'zod';
import type { ServicePlan } from '../drill/model.ts';
import { makeNonce } from '../evidence/nonce.ts';
import type { ExecResult } from '../ports/host.ts';
import type { ProbeAnswer, Service, ServiceContext } from '../ports/service.ts';
import { passwordSchema } from './login.ts';

const command = z.string().min(1);

export const optionsSchema = z.strictObject({
  /** Exit 0: ready. Without it the service is taken for ready. */
  ready: command.optional(),
  seed: command.optional(),
  /** Default: as `seed`, with the late nonce. */
  late: command.optional(),
  /** Exit 0: there; 1: not there; any other: not proven. */
  check: command.optional(),
  /** Prints what it is known by, and what it is no longer known by once it was made anew. */
  identity: command.optional(),
  url: z.string().optional(),
  user: z.string().optional(),
  password: passwordSchema.optional(),
});

export function create(plan: ServicePlan): Service {
  const { ready, seed, check, identity, ...options } = optionsSchema.parse(plan.options);
  const late = options.late ?? seed;
  return {
    kind: 'command',
    volatile: [],
    seeded: seed !== undefined,
    ready: (context) => (ready === undefined ? Promise.resolve({ state: 'there', seen: 'nothing asks whether it is ready' }) : ask(context, ready, context.nonce)),
    seed: (context) => (seed === undefined ? Promise.resolve() : plant(context, seed, plan.name)),
    late: (context) => (late === undefined ? Promise.resolve() : plant(context, late, plan.name)),
    ...(identity === undefined ? {} : { identity: (context: ServiceContext) => printed(context, identity) }),
    check: (context) => {
      const asked = check ?? ready;
      if (asked === undefined) return Promise.resolve({ state: 'unproven', seen: 'it has no check' });
      return seed === undefined ? ask(context, asked, context.nonce) : askWithControl(context, asked);
    },
  };
}

function run(context: ServiceContext, text: string, nonce: string): Promise<ExecResult> {
  return context.run(text, { DRILL_NONCE: nonce, DRILL_LATE_NONCE: nonce });
}

async function ask(context: ServiceContext, text: string, nonce: string): Promise<ProbeAnswer> {
  const result = await run(context, text, nonce);
  return { state: stateOf(result.exitCode), seen: told(result) };
}

/** A check that finds what was never planted does not look, and proves nothing. */
async function askWithControl(context: ServiceContext, text: string): Promise<ProbeAnswer> {
  const found = await ask(context, text, context.nonce);
  if (found.state !== 'there') return found;
  const control = await ask(context, text, makeNonce());
  return control.state === 'there' ? { state: 'unproven', seen: `${found.seen}, and the same for a nonce that was never planted` } : found;
}

function stateOf(exitCode: number): ProbeAnswer['state'] {
  if (exitCode === 0) return 'there';
  return exitCode === 1 ? 'absent' : 'unproven';
}

/** Null where it fails or says nothing. */
async function printed(context: ServiceContext, text: string): Promise<string | null> {
  const { exitCode, stdout } = await run(context, text, context.nonce);
  const said = stdout.toString('utf8').trim();
  return exitCode === 0 && said !== '' ? said : null;
}

async function plant(context: ServiceContext, text: string, name: string): Promise<void> {
  const result = await run(context, text, context.nonce);
  if (result.exitCode !== 0) throw new Error(`service ${name} did not take its canary: \`${text}\`: expected exit 0, got ${told(result)}`);
}

function told({ exitCode, stdout, stderr }: ExecResult): string {
  const said = (stderr.trim() || stdout.toString('utf8').trim()).replaceAll(/\s+/g, ' ');
  return `exit ${exitCode}${said === '' ? '' : `: ${said.slice(-300)}`}`;
}
