/**
 * Service kind `tofu`: the state of an OpenTofu or Terraform configuration, through the command line alone, wherever its backend keeps it.
 * https://opentofu.org/docs/cli/commands/state/
 *
 * The canary is the lineage, an opaque word that stays with a state for good: set to the nonce it is in every copy, no plan differs for
 * it, and no apply removes it, as both would an output or a resource that the configuration does not have.
 */
import { z } from 'zod';
import type { ServicePlan } from '../drill/model.ts';
import type { ExecResult } from '../ports/host.ts';
import type { ProbeAnswer, Service, ServiceContext } from '../ports/service.ts';
import { type Client, quoted, runClient } from './client.ts';

export const optionsSchema = z.strictObject({ directory: z.string() });

const client: Client = { programs: ['tofu', 'terraform'], debianPackage: 'opentofu' };

/** The file of a local backend: each apply writes it anew. The service proves it. */
const volatile = ['*.tfstate', '*.tfstate.backup', '.*.tfstate.lock.info'];

/** The late canary is this many applies later: whatever a restore applies stays below. */
const laterBy = 1000;

/** What tells one state from another. All else in it may be secret, and is never told. */
export interface StateFacts {
  readonly lineage: string;
  readonly serial: number;
}

interface Planted {
  /** As it was pushed. */
  readonly now: StateFacts;
  readonly before: StateFacts;
}

export function create(plan: ServicePlan): Service {
  const { directory } = optionsSchema.parse(plan.options);
  const planted = new Map<string, Planted>();
  const late = new Map<string, StateFacts>();

  const ask = (context: ServiceContext, command: string, input = ''): Promise<ExecResult> =>
    runClient(context, client, { inside: plan.inside !== null, password: undefined, variables: { TF_IN_AUTOMATION: '1', TF_INPUT: '0', NO_COLOR: '1' }, script: `cd ${quoted(directory)} || exit\n${command}`, input });

  async function pull(context: ServiceContext): Promise<{ readonly text: string; readonly facts: StateFacts | null } | { readonly why: string }> {
    const result = await ask(context, '"$client" state pull < /dev/null');
    if (result.exitCode !== 0) return { why: failure(result) };
    // Warnings come first.
    const text = result.stdout.toString('utf8').replace(/^[^{]*/, '');
    return { text, facts: factsOf(text) };
  }

  async function push(context: ServiceContext, change: (text: string, facts: StateFacts) => string): Promise<{ readonly before: StateFacts; readonly now: StateFacts }> {
    const pulled = await pull(context);
    if ('why' in pulled) throw new Error(`service ${plan.name} did not take its canary: ${pulled.why}`);
    if (pulled.facts === null) throw new Error(`service ${plan.name} did not take its canary: there is no state in ${directory}; let a deploy step apply the configuration`);
    const text = change(pulled.text, pulled.facts);
    const result = await ask(context, '"$client" state push -force -', text);
    if (result.exitCode !== 0) throw new Error(`service ${plan.name} did not take its canary: ${failure(result)}`);
    const now = factsOf(text);
    if (now === null) throw new Error(`service ${plan.name}: its state is of no form that the drill knows`);
    return { before: pulled.facts, now };
  }

  async function plannedChange(context: ServiceContext): Promise<ProbeAnswer> {
    const result = await ask(context, '"$client" plan -detailed-exitcode -input=false -lock=false -no-color < /dev/null');
    if (result.exitCode === 0) return { state: 'there', seen: 'a plan shows no change' };
    if (result.exitCode !== 2) return { state: 'unproven', seen: failure(result) };
    const summary = /^Plan: .*$/m.exec(result.stdout.toString('utf8'))?.[0] ?? 'changes to outputs alone';
    return { state: 'absent', seen: `a plan shows changes: ${summary}` };
  }

  async function check(context: ServiceContext): Promise<ProbeAnswer> {
    const pulled = await pull(context);
    if ('why' in pulled) return { state: 'unproven', seen: pulled.why };
    const wasLate = late.get(context.nonce);
    if (wasLate !== undefined) return checkLate(pulled, wasLate, context.nonce);
    const wanted = planted.get(context.nonce);
    const judged = judge(pulled.facts, wanted ?? null);
    return judged.state === 'there' ? plannedChange(context).then((change) => (change.state === 'there' ? judged : { ...change, seen: `${judged.seen}; ${change.seen}` })) : judged;
  }

  return {
    kind: 'tofu',
    volatile,
    seeded: true,
    remedy: 'Save the newest state (`tofu state pull`, or its object), restore that very one, and apply only then: an apply without a state makes another one and manages nothing of what is there.',
    ready: async (context) => {
      const pulled = await pull(context);
      return 'why' in pulled ? { state: 'unproven', seen: pulled.why } : { state: 'there', seen: 'its state can be read' };
    },
    seed: async (context) => {
      planted.set(context.nonce, await push(context, (text, facts) => withFacts(text, { lineage: context.nonce, serial: facts.serial + 1 })));
    },
    late: async (context) => {
      const { now } = await push(context, (text, facts) => withOutput(withFacts(text, { ...facts, serial: facts.serial + laterBy }), context.nonce));
      late.set(context.nonce, now);
    },
    identityIs: 'the lineage of its state',
    identity: async (context) => {
      const pulled = await pull(context);
      return 'why' in pulled ? null : (pulled.facts?.lineage ?? null);
    },
    check,
  };
}

/** Its error alone: standard output may be the state. */
function failure({ exitCode, stderr }: ExecResult): string {
  const text = stderr.replaceAll(/[\s╷│╵]+/g, ' ').trim();
  return `exit ${exitCode}${text === '' ? '' : `: ${text.slice(0, 300)}`}`;
}

/** The first of each is the state's own: both programs write them in this order, before any output and resource. */
const lineagePattern = /("lineage":\s*)"([^"\n]*)"/;
const serialPattern = /("serial":\s*)(\d+)/;
const outputsPattern = /("outputs":\s*\{)(\s*\}?)/;

/** Read and changed as text: a number of a state may be too large for JavaScript's. Null where there is none. */
export function factsOf(text: string): StateFacts | null {
  const lineage = lineagePattern.exec(text)?.[2];
  const serial = serialPattern.exec(text)?.[2];
  return lineage === undefined || serial === undefined ? null : { lineage, serial: Number(serial) };
}

export function withFacts(text: string, { lineage, serial }: StateFacts): string {
  return text.replace(lineagePattern, `$1"${lineage}"`).replace(serialPattern, `$1${serial}`);
}

/** With one more output, which no configuration has. */
export function withOutput(text: string, nonce: string): string {
  const output = `"drill_late": { "value": "${nonce}", "type": "string" }`;
  return text.replace(outputsPattern, (_all, start: string, rest: string) => `${start} ${output}${rest.includes('}') ? ' }' : `,${rest}`}`);
}

const words = ({ lineage, serial }: StateFacts): string => `serial ${serial} of lineage ${lineage}`;

export function judge(seen: StateFacts | null, wanted: Planted | null): ProbeAnswer {
  if (wanted === null) return { state: 'absent', seen: 'no state was seeded with it' };
  const expected = `it was serial ${wanted.now.serial} of lineage ${wanted.now.lineage}`;
  if (seen === null) return { state: 'absent', seen: `there is no state; ${expected}` };
  if (seen.lineage === wanted.now.lineage && seen.serial >= wanted.now.serial) return { state: 'there', seen: words(seen) };
  const older = seen.lineage === wanted.before.lineage ? ', an older one, as it was before the seed' : seen.lineage === wanted.now.lineage ? ', an older one' : ', another state';
  return { state: 'absent', seen: `${words(seen)}${older}; ${expected}` };
}

function checkLate({ text, facts }: { readonly text: string; readonly facts: StateFacts | null }, wanted: StateFacts, nonce: string): ProbeAnswer {
  if (facts === null) return { state: 'absent', seen: 'there is no state' };
  const there = text.includes(nonce) || (facts.lineage === wanted.lineage && facts.serial >= wanted.serial);
  return { state: there ? 'there' : 'absent', seen: words(facts) };
}
