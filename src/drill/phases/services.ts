/** Asks services: ready, seed, late, check, with the waiting that the ports leave out. */
import type { Host } from '../../ports/host.ts';
import type { ProbeAnswer, Service, ServiceContext } from '../../ports/service.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NoncePair } from '../../evidence/nonce.ts';
import { noncesInPlace } from '../../evidence/nonces-in-place.ts';
import { type ScenarioContext, Unproven, isToBeRestored, placesOf } from '../context.ts';
import type { ServiceFact } from '../journal-events.ts';
import type { PlacePlan, ServicePlan } from '../model.ts';
import { execFor } from './bounded-exec.ts';
import { workspaceOf } from './create.ts';
import { locate } from './places.ts';

/** Between two questions to a service. */
const pollMilliseconds = 250;
/** A command that asks or seeds a service and has not ended by then says nothing. */
const commandSeconds = 60;
/** A service that answers, and says that its canary is not there, may still be loading: for this long at least. */
const loadingSeconds = 10;

export function serviceOf(context: ScenarioContext, plan: ServicePlan): Service {
  const service = context.drill.services.get(plan.name);
  if (service === undefined) throw new Error(`service ${plan.name} was not built`);
  return service;
}

function contextFor(context: ScenarioContext, host: Host, plan: ServicePlan, nonce: keyof NoncePair): ServiceContext {
  const workspace = workspaceOf(context);
  const { user } = host.spec;
  const own = context.nonces.services.get(plan.name);
  if (own === undefined) throw new Error(`service ${plan.name} has no nonce`);
  const place = plan.data === null ? undefined : context.nonces.places.get(plan.data);
  return {
    host,
    nonce: own[nonce],
    placeNonce: place?.[nonce] ?? null,
    workspace,
    user,
    signal: context.signal,
    run: (command, env, stdin) => {
      const shell = ['/bin/bash', '-lc', command];
      const whole = plan.inside === null ? shell : context.drill.engine.insideCommand(plan.inside, ['sh', '-c', command]);
      return execFor(host, commandSeconds, whole, { user, cwd: workspace, env: { ...context.drill.plan.host.env, ...env }, ...(stdin === undefined ? {} : { stdin }), signal: context.signal });
    },
  };
}

async function isReady(context: ScenarioContext, host: Host, plan: ServicePlan): Promise<ProbeAnswer> {
  return serviceOf(context, plan).ready(contextFor(context, host, plan, 'early'));
}

async function seedService(context: ScenarioContext, host: Host, plan: ServicePlan): Promise<void> {
  await serviceOf(context, plan).seed(contextFor(context, host, plan, 'early'));
}

/** Globs of the kinds of the services that keep their data in this place. */
export function globsOfServices(context: ScenarioContext, place: PlacePlan, globs: 'volatile' | 'grows'): readonly string[] {
  return context.drill.plan.services.filter((service) => service.data === place.name).flatMap((service) => serviceOf(context, service)[globs] ?? []);
}

/** Globs of paths that say nothing: the place's own, and those that its services rewrite at any time. */
export const volatileOf = (context: ScenarioContext, place: PlacePlan): readonly string[] => [...place.volatile, ...globsOfServices(context, place, 'volatile')];

export async function plantLate(context: ScenarioContext, host: Host, plan: ServicePlan): Promise<void> {
  await serviceOf(context, plan).late(contextFor(context, host, plan, 'late'));
}

export async function checkService(context: ScenarioContext, host: Host, plan: ServicePlan, nonce: keyof NoncePair): Promise<ProbeAnswer> {
  return serviceOf(context, plan).check(contextFor(context, host, plan, nonce));
}

/** What it is known by; null where it does not answer, undefined where its kind has no such thing. */
export async function identityOfService(context: ScenarioContext, host: Host, plan: ServicePlan): Promise<string | null | undefined> {
  const service = serviceOf(context, plan);
  return service.identity === undefined ? undefined : service.identity(contextFor(context, host, plan, 'early'));
}

/** Asks until it answers or `seconds` are over. */
export async function waitUntilReady(context: ScenarioContext, host: Host, name: string, seconds: number): Promise<{ readonly ready: boolean; readonly seen: string }> {
  const plan = context.drill.plan.services.find((service) => service.name === name);
  if (plan === undefined) throw new Error(`no service ${name}`);
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await isReady(context, host, plan);
    if (answer.state === 'there') return { ready: true, seen: answer.seen };
    if (performance.now() >= end) return { ready: false, seen: answer.seen };
    await sleep(pollMilliseconds, undefined, { signal: context.signal });
  }
}

/** Seeds through the API, once the service is ready. */
export async function seedWhenReady(context: ScenarioContext, host: Host, plan: ServicePlan): Promise<void> {
  const ready = await waitUntilReady(context, host, plan.name, plan.readyTimeoutSeconds);
  if (!ready.ready) throw new Unproven(`service ${plan.name} was not ready after ${plan.readyTimeoutSeconds} s before the seed: ${ready.seen}`);
  if (serviceOf(context, plan).seeded) await seedService(context, host, plan);
}

/** Sees that the canary is there: what was never there cannot be proven lost. */
export async function seeCanary(context: ScenarioContext, host: Host, plan: ServicePlan): Promise<void> {
  if (!serviceOf(context, plan).seeded) return;
  const start = performance.now();
  for (;;) {
    const answer = await checkService(context, host, plan, 'early');
    if (answer.state === 'there') return;
    const seconds = (performance.now() - start) / 1000;
    // What is written may take its time until it can be read; a question that is not answered is not asked better by waiting.
    if (seconds >= (answer.state === 'absent' ? Math.max(loadingSeconds, plan.readyTimeoutSeconds) : loadingSeconds)) throw new Unproven(`the canary of service ${plan.name} is not there after its seed: ${answer.seen}`);
    await sleep(pollMilliseconds, undefined, { signal: context.signal });
  }
}

/**
 * Follows one service after a restore until its canary is there, or it is clear that it will not be: its ready-timeout is over, or its
 * place lacks what it would load. A service that is not to be restored has only to answer.
 */
async function awaitCanary(context: ScenarioContext, host: Host, plan: ServicePlan, start: number): Promise<ServiceFact> {
  const service = serviceOf(context, plan);
  const elapsed = (): number => (performance.now() - start) / 1000;
  let readySeconds: number | null = null;
  let answer: ProbeAnswer = { state: 'unproven', seen: 'never asked' };
  let lookedAtPlace = false;
  for (;;) {
    if (readySeconds === null) {
      const ready = await isReady(context, host, plan);
      if (ready.state === 'there') readySeconds = elapsed();
      else answer = { state: 'unproven', seen: ready.seen };
    }
    if (readySeconds !== null) {
      answer = await checkService(context, host, plan, 'early');
      if (answer.state === 'there') return fact(plan, service, readySeconds, elapsed(), answer);
      if (answer.state === 'absent' && !isToBeRestored(context, plan.data ?? plan.name)) break;
      if (answer.state === 'absent' && !lookedAtPlace && elapsed() > readySeconds + loadingSeconds) {
        lookedAtPlace = true;
        if (await hasNothingToLoad(context, host, plan)) break;
      }
    }
    if (elapsed() > plan.readyTimeoutSeconds) break;
    await sleep(pollMilliseconds, undefined, { signal: context.signal });
  }
  return fact(plan, service, readySeconds, null, answer);
}

/** Their data is where the drill file says and as their own programs write it: no kind of ours knows how. */
const ownPrograms: ReadonlySet<string> = new Set(['command', 'http']);

/** The place that it keeps its data in came back without the canary that must stand in it in plain bytes: so no waiting will help. */
async function hasNothingToLoad(context: ScenarioContext, host: Host, plan: ServicePlan): Promise<boolean> {
  const [place] = placesOf(context, plan.data === null ? [] : [plan.data]);
  if (place === undefined) return false;
  const planted = place.compare !== 'service' && place.canary.type !== 'none';
  const written = !ownPrograms.has(plan.kind) && serviceOf(context, plan).legible !== false;
  const nonces = [...(planted ? [context.nonces.places.get(place.name)] : []), ...(written ? [context.nonces.services.get(plan.name)] : [])].flatMap((pair) => pair?.early ?? []);
  const root = await locate(context, host, place);
  if (root === null) return true;
  const found = await noncesInPlace(host, root, nonces);
  return nonces.some((nonce) => !found.has(nonce));
}

function fact(plan: ServicePlan, service: Service, readySeconds: number | null, canarySeconds: number | null, answer: ProbeAnswer): ServiceFact {
  return {
    name: plan.name,
    kind: plan.kind,
    seeded: service.seeded,
    ready: readySeconds !== null,
    readySeconds,
    canarySeconds,
    canary: answer.state,
    lateCanary: 'unproven',
    seen: answer.seen,
  };
}

/** The ready clock, from the end of the last restore step: all services at once, since a person waits for all of them together. */
export async function awaitServices(context: ScenarioContext, host: Host, plans: readonly ServicePlan[], since = performance.now()): Promise<readonly ServiceFact[]> {
  return Promise.all(plans.map((plan) => awaitCanary(context, host, plan, since)));
}

/** Asked once more at the end: what the checks of the runbook did must not have changed the answer. */
export async function verifyService(context: ScenarioContext, host: Host, plan: ServicePlan, before: ServiceFact): Promise<ServiceFact> {
  const ready = await isReady(context, host, plan);
  if (ready.state !== 'there') return { ...before, ready: false, canary: 'unproven', seen: ready.seen };
  const readyFact = { ...before, ready: true };
  const canary = await checkService(context, host, plan, 'early');
  if (!before.seeded) return { ...readyFact, ready: canary.state === 'there', canary: canary.state, seen: canary.seen };
  const late = await checkService(context, host, plan, 'late');
  return { ...readyFact, canary: canary.state, lateCanary: late.state, seen: canary.seen };
}
