/** A drill: its scenarios in turns, each on hosts of its own, and a journal of what happened. */
import { randomBytes } from 'node:crypto';
import { totalmem } from 'node:os';
import type { Engine } from '../ports/engine.ts';
import { CannotRun, type Environment, type ImageRequest, type ProvidedImage } from '../ports/host.ts';
import type { Service } from '../ports/service.ts';
import type { Drill, Emit, OutputListener } from './context.ts';
import { declareDrill } from './declare.ts';
import { faultOf } from './faults.ts';
import { secretsIn } from './mask.ts';
import type { Plan, ServicePlan } from './model.ts';
import { Secrets } from './secrets.ts';
import { bundleRepository } from './repository.ts';
import { runScenario } from './scenario.ts';
import { inTurns } from './turns.ts';

/** The adapters that a door has chosen for this plan. */
export interface Adapters {
  readonly environment: Environment;
  readonly engine: Engine;
  readonly createService: (plan: ServicePlan) => Promise<Service>;
}

export interface RunOptions {
  readonly plan: Plan;
  readonly adapters: Adapters;
  readonly emit: Emit;
  readonly progress: (message: string) => void;
  readonly onOutput: OutputListener;
  readonly interrupt: AbortSignal;
  /** Hosts stay for a look inside. */
  readonly keep: boolean;
  readonly tool: string;
}

/** What the drill makes for itself before it starts, so that its caller can mask it. */
export interface DrillSecrets {
  readonly gpgPassphrase: string;
  readonly secrets: Secrets;
}

/** The passphrase that gpg is answered with, and all that a plan carries in secret. */
export function secretsOf(plan: Plan): DrillSecrets {
  const gpgPassphrase = plan.host.gpgPassphrase ?? randomBytes(18).toString('base64url');
  const files = plan.host.files.filter((file) => file.secret).flatMap((file) => [file.content, ...secretsIn(file.content)]);
  const places = plan.places.flatMap((place) => (place.secret && place.initial !== null ? secretsIn(place.initial.text) : []));
  return { gpgPassphrase, secrets: new Secrets([gpgPassphrase, ...plan.secrets, ...files, ...places]) };
}

/**
 * Runs every scenario of the plan. Resolves once all hosts are gone. What happened, faults of the drill itself included, is in the journal alone.
 */
export async function runDrill(options: RunOptions, run: string, secrets: DrillSecrets): Promise<void> {
  const { plan, adapters, emit, interrupt } = options;
  const services = await createServices(options);
  emit(declareDrill(plan, options.tool, services));
  for (const message of plan.warnings) emit({ event: 'warning', message });
  let fault: string | null = null;
  try {
    await using folder = await adapters.environment.temporaryFolder({ run, scenario: 'all' });
    // Made while the first host is made.
    const bundle = bundleRepository(plan.repository, folder.path);
    bundle.catch(() => undefined); // told where it is waited for
    let provided: Promise<readonly ProvidedImage[]> | null = null;
    const drill: Drill = {
      run,
      plan,
      environment: adapters.environment,
      engine: adapters.engine,
      services,
      images: () => (provided ??= provideImages(options)),
      bundle,
      gpgPassphrase: secrets.gpgPassphrase,
      secrets: secrets.secrets,
      emit,
      keep: options.keep,
      progress: options.progress,
      onOutput: options.onOutput,
    };
    for (const [name, { notice }] of services) if (notice !== undefined) emit({ event: 'not-measured', what: name, why: notice });
    await inTurns(plan.scenarios, { ahead: maySetUpAhead(plan, { keep: options.keep, memory: totalmem() }) }, async (scenario, turn) => {
      interrupt.throwIfAborted();
      await runScenario(drill, scenario, interrupt, turn);
    });
  } catch (error) {
    if (!interrupt.aborted) fault = faultOf(error);
  } finally {
    emit({ event: 'drill-ended', interrupted: interruptedBy(interrupt), fault });
  }
}

/**
 * Whether the next scenario may be set up while one is timed: kept hosts pile up as it is, and a lost host stands beside the one that replaces it for a while.
 * A host without a limit is as large as what runs in it, which a runbook's stack is not for long before its turn.
 * @param machine its memory in bytes, and whether hosts stay
 */
export function maySetUpAhead({ host, scenarios }: Pick<Plan, 'host' | 'scenarios'>, machine: { readonly keep: boolean; readonly memory: number }): boolean {
  const { memoryBytes } = host.limits;
  const hosts = scenarios.some(({ loss }) => loss.type === 'host') ? 3 : 2;
  return !machine.keep && (memoryBytes === null || hosts * memoryBytes <= machine.memory);
}

async function createServices({ plan, adapters }: RunOptions): Promise<ReadonlyMap<string, Service>> {
  const services = new Map<string, Service>();
  for (const service of plan.services) services.set(service.name, await adapters.createService(service));
  return services;
}

function interruptedBy(interrupt: AbortSignal): 'SIGINT' | 'SIGTERM' | null {
  if (!interrupt.aborted) return null;
  return interrupt.reason === 'SIGTERM' ? 'SIGTERM' : 'SIGINT';
}

/** Declared images must be had; one that only Compose files or blocks name may be absent, and is then met as a `host-limit`. */
async function provideImages({ plan, adapters, emit, interrupt, progress }: RunOptions): Promise<readonly ProvidedImage[]> {
  const declared = new Map(plan.host.images.map((image) => [image.name, image]));
  const found = plan.host.foundImages.filter((name) => !declared.has(name)).map((name): ImageRequest => ({ name, build: null, standIn: false }));
  const images: ProvidedImage[] = [];
  for (const request of [...declared.values(), ...found]) {
    const image = await adapters.environment.provideImage(request, { signal: interrupt, progress });
    if (image === null) {
      if (declared.has(request.name)) throw new CannotRun(`image ${request.name} cannot be had: no registry answers and there is no build for it; name one in host.images as { name, build }`);
      emit({ event: 'warning', message: `image ${request.name} cannot be had; a step that needs it is a host-limit` });
      continue;
    }
    if (image.standIn !== null) emit({ event: 'stand-in', for: image.name, is: image.standIn });
    images.push(image);
  }
  return images;
}
