/** What the phases of a scenario share. Nothing here is global: a drill is told what it needs. */
import type { NonceSet } from '../evidence/nonce.ts';
import type { Engine } from '../ports/engine.ts';
import type { Environment, Host, ProvidedImage } from '../ports/host.ts';
import type { Service } from '../ports/service.ts';
import type { DrillEvent, ScenarioEvent } from './journal-events.ts';
import type { Expectation, Plan, PlacePlan, ScenarioPlan, ServicePlan } from './model.ts';
import type { Secrets } from './secrets.ts';
import type { RepositoryBundle } from './repository.ts';
import { underName } from './under-name.ts';

export type Emit = (event: DrillEvent | ScenarioEvent) => void;

/** The output of the runbook's commands as it comes, with every secret already masked. */
export type OutputListener = (scenario: string, stream: 'stdout' | 'stderr', chunk: Buffer) => void;

export interface Drill {
  /** Unique for this run; lower-case letters and digits. */
  readonly run: string;
  readonly plan: Plan;
  readonly environment: Environment;
  readonly engine: Engine;
  readonly services: ReadonlyMap<string, Service>;
  /** Provided once, when the first host needs them. */
  readonly images: () => Promise<readonly ProvidedImage[]>;
  readonly bundle: Promise<RepositoryBundle>;
  readonly gpgPassphrase: string;
  /** All that must never be read in an output. */
  readonly secrets: Secrets;
  readonly keep: boolean;
  readonly emit: Emit;
  readonly progress: (message: string) => void;
  readonly onOutput: OutputListener;
}

type WithoutScenario<T> = T extends unknown ? Omit<T, 'scenario'> : never;

export interface ScenarioContext {
  readonly drill: Drill;
  readonly scenario: ScenarioPlan;
  readonly signal: AbortSignal;
  readonly nonces: NonceSet;
  readonly emit: (event: WithoutScenario<ScenarioEvent>) => void;
}

/** The scenario can prove nothing: set-up, seed or loss failed, or the host cannot give what is needed. */
export class Unproven extends Error {
  override readonly name = 'Unproven';
}

export function placesOf(context: ScenarioContext, names: readonly string[]): readonly PlacePlan[] {
  return context.drill.plan.places.filter((place) => names.includes(place.name));
}

export function servicesOf(context: ScenarioContext, names: readonly string[]): readonly ServicePlan[] {
  return context.drill.plan.services.filter((service) => names.includes(service.name));
}

/** Of a place, or of a service without one. */
const expectationOf = ({ scenario }: ScenarioContext, name: string): Expectation => underName(scenario.expect, name) ?? 'restored';
export const isToBeRestored = (context: ScenarioContext, name: string): boolean => expectationOf(context, name) === 'restored';
export const isToBeRegenerated = (context: ScenarioContext, name: string): boolean => expectationOf(context, name) === 'regenerated';

/** `~` is the home of the host's user. */
export function inHost(path: string, user: string): string {
  if (path === '~') return homeOf(user);
  return path.startsWith('~/') ? `${homeOf(user)}${path.slice(1)}` : path;
}

export const homeOf = (user: string): string => (user === 'root' ? '/root' : `/home/${user}`);

export async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly seconds: number }> {
  const start = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - start) / 1000 };
}

/** Runs a phase and writes its beginning and its end down, also when it throws. */
export async function inPhase<T>(context: ScenarioContext, phase: Extract<ScenarioEvent, { event: 'phase-started' }>['phase'], work: () => Promise<T>): Promise<T> {
  context.signal.throwIfAborted();
  context.emit({ event: 'phase-started', phase });
  const start = performance.now();
  try {
    return await work();
  } finally {
    context.emit({ event: 'phase-ended', phase, seconds: (performance.now() - start) / 1000 });
  }
}

/** The host of a scenario: a lost one is replaced. */
export interface HostSlot {
  host: Host;
  /** When the making of the first one began, by `performance.now()`. */
  readonly since: number;
}
