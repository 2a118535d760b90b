/** One scenario from an empty host to a proof, and always to its end. */
import { makeNonces } from '../evidence/nonce.ts';
import { CannotRun } from '../ports/host.ts';
import { type Drill, type HostSlot, type ScenarioContext, Unproven, inPhase, servicesOf } from './context.ts';
import { Deadline } from './deadline.ts';
import { faultOf } from './faults.ts';
import type { Phase, ScenarioPlan, StepPhase } from './model.ts';
import { type BackupOutcome, backup, plantLateCanaries } from './phases/backup.ts';
import { createHost, prepareFirstHost } from './phases/create.ts';
import { takeIdentities } from './phases/identity.ts';
import { inventoryAfterRestore, inventoryBeforeBackup } from './phases/inventory.ts';
import { lose } from './phases/lose.ts';
import { accessesOf, tellWhatWasRead } from './phases/old-artefacts.ts';
import { inventoryBefore, withoutNeedless } from './phases/only-if-gone.ts';
import { repeatRestore } from './phases/repeat.ts';
import { removeHost } from './phases/remove-host.ts';
import { runEarlierBackups, tellWhatIsKept } from './phases/retention.ts';
import { seed } from './phases/seed.ts';
import { plantSentinels } from './phases/sentinel.ts';
import { awaitServices } from './phases/services.ts';
import { type PhaseOutcome, runSteps } from './phases/steps.ts';
import { type Known, verify, verifyScope } from './phases/verify.ts';
import type { Turn } from './turns.ts';
import type { PlannedStep } from './model.ts';
import type { Host } from '../ports/host.ts';

/**
 * Never rejects for what a scenario may meet; what it met is in the journal. Rejects when the drill was interrupted.
 * @param turn asked for before anything is timed
 */
export async function runScenario(drill: Drill, scenario: ScenarioPlan, interrupt: AbortSignal, turn: Turn): Promise<void> {
  using deadline = new Deadline(scenario.timeoutSeconds);
  const signal = AbortSignal.any([interrupt, deadline.signal]);
  let phase: Phase = 'create';
  let beforeDestroy: Phase = phase;
  const context: ScenarioContext = {
    drill,
    scenario,
    signal,
    nonces: makeNonces(
      drill.plan.places.map((place) => place.name),
      drill.plan.services.map((service) => service.name),
    ),
    emit: (event) => {
      if (event.event === 'phase-started') {
        beforeDestroy = phase;
        phase = event.phase;
      } else if (event.event === 'phase-ended' && event.phase === 'destroy') phase = beforeDestroy; // what ended the scenario came before
      drill.emit({ ...event, scenario: scenario.id });
    },
  };
  try {
    await drillScenario(context, { ...turn, take: async (until) => deadline.stoppedFor(turn.take(until)) });
  } catch (error) {
    interrupt.throwIfAborted();
    if (deadline.signal.aborted) context.emit({ event: 'scenario-timed-out', phase, seconds: scenario.timeoutSeconds });
    else context.emit({ event: 'unproven', phase, why: faultOf(error), limit: error instanceof HostLimited ? error.limit : null, cannotRun: error instanceof CannotRun });
  }
  context.emit({ event: 'scenario-ended' });
}

/** A step met something that a drill host cannot give: going on would only blame the runbook for it. */
class HostLimited extends Unproven {
  readonly limit: NonNullable<PhaseOutcome['limit']>;
  constructor(limit: NonNullable<PhaseOutcome['limit']>) {
    super(limit.what);
    this.limit = limit;
  }
}

async function drillScenario(context: ScenarioContext, turn: Turn): Promise<void> {
  const slot: HostSlot = { since: performance.now(), host: await firstHost(context, turn) };
  try {
    await deploy(context, slot.host);
    // A canary that waited would make what a backup loses look worse than it is.
    await turn.take(context.signal);
    const { seeded, identities } = await inPhase(context, 'seed', async () => ({
      seeded: await seed(context, slot.host),
      identities: await takeIdentities(context, slot.host),
    }));
    await inventoryBeforeBackup(context, slot.host);
    const history = await runEarlierBackups(context, slot.host);
    const backedUp = await backup(context, slot.host, seeded);
    stopAtLimit(backedUp);
    if (history !== null) await tellWhatIsKept(context, slot.host, history, backedUp);
    await checkBeforeLoss(context, slot.host);
    await plantLateCanaries(context, slot.host);
    const sentinels = await plantSentinels(context, slot.host);
    const standing = await inventoryBefore(context, slot.host);
    await lose(context, slot, backedUp.manifests);
    await restoreAndProve(context, slot.host, { backedUp, standing }, { seeded, backedUp: backedUp.manifests, sentinels, identities });
  } finally {
    await destroy(context, slot.host);
  }
}

/** Where two hosts do not find room, this one is made once the other has gone. */
async function firstHost(context: ScenarioContext, turn: Turn): Promise<Host> {
  try {
    return await inPhase(context, 'create', () => preparedHost(context));
  } catch (error) {
    if (!turn.isAhead() || !(error instanceof CannotRun)) throw error;
    await turn.take(context.signal);
    return inPhase(context, 'create', () => preparedHost(context));
  }
}

async function preparedHost(context: ScenarioContext): Promise<Host> {
  const host = await createHost(context, false);
  try {
    await prepareFirstHost(context, host);
  } catch (error) {
    await removeHost(context, host);
    throw error;
  }
  return host;
}

/** @param before what the backup left, and what the engine had before the loss. */
async function restoreAndProve(context: ScenarioContext, host: Host, before: { readonly backedUp: BackupOutcome; readonly standing: readonly string[] }, known: Known): Promise<void> {
  const { scenario } = context;
  const { backedUp, standing } = before;
  const steps = await withoutNeedless(context, host, stepsOf(scenario, 'restore'), standing);
  const accesses = await accessesOf(host, backedUp.old);
  const restored = await inPhase(context, 'restore', () => runSteps(context, host, steps));
  await tellWhatWasRead(context, host, backedUp, accesses, restored);
  stopAtLimit(restored);
  const services = await awaitServices(context, host, servicesOf(context, scenario.scope.services), restored.endedAt);
  await inventoryAfterRestore(context, host, restored.spans);
  if (scenario.repeatRestore) stopAtLimit(await repeatRestore(context, host, steps, { restored, answered: services, known }));
  const checks = stepsOf(scenario, 'check');
  if (checks.length === 0) {
    await inPhase(context, 'verify', () => verify(context, host, known, { services, beforeChecks: null }));
    return;
  }
  const beforeChecks = await inPhase(context, 'verify', () => verifyScope(context, host, known));
  stopAtLimit(await inPhase(context, 'check', () => runSteps(context, host, checks)));
  await inPhase(context, 'verify', () => verify(context, host, known, { services, beforeChecks }));
}

const stepsOf = (scenario: ScenarioPlan, phase: StepPhase): readonly PlannedStep[] => scenario.steps.filter((step) => step.phase === phase && step.before === null);

/** Null: nothing ran. */
function stopAtLimit(outcome: PhaseOutcome | null): void {
  if (outcome !== null && outcome.limit !== null) throw new HostLimited(outcome.limit);
}

async function deploy(context: ScenarioContext, host: Host): Promise<void> {
  const outcome = await inPhase(context, 'deploy', () => runSteps(context, host, stepsOf(context.scenario, 'deploy')));
  stopAtLimit(outcome);
  if (outcome.failed) throw new Unproven('the deploy steps did not bring up the stack');
}

/** The backup's own checks run while the data is still there. */
async function checkBeforeLoss(context: ScenarioContext, host: Host): Promise<void> {
  const steps = context.scenario.steps.filter((step) => step.before === 'loss');
  if (steps.length > 0) stopAtLimit(await inPhase(context, 'check', () => runSteps(context, host, steps)));
}

/** Not under the scenario's signal: what was made goes, whatever ended the scenario. */
async function destroy(context: ScenarioContext, host: Host): Promise<void> {
  if (context.drill.keep) {
    context.drill.emit({ event: 'warning', message: `host ${host.name} is kept; \`runbook-drill cleanup --run ${context.drill.run}\` removes it` });
    return;
  }
  context.emit({ event: 'phase-started', phase: 'destroy' });
  const start = performance.now();
  await removeHost(context, host);
  context.emit({ event: 'phase-ended', phase: 'destroy', seconds: (performance.now() - start) / 1000 });
}
