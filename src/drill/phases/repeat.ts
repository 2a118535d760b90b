/** `repeat-restore`: the restore runs a second time on what the first one left, and must end the same. */
import type { Host } from '../../ports/host.ts';
import { type ScenarioContext, inPhase, servicesOf } from '../context.ts';
import type { ServiceFact } from '../journal-events.ts';
import type { PlannedStep } from '../model.ts';
import { awaitServices } from './services.ts';
import { type PhaseOutcome, runSteps } from './steps.ts';
import { type Known, verifyScope, verifyServices } from './verify.ts';

/**
 * What is there after the first run is written down, then the steps run again and the services are waited for. No second run follows a
 * first one that failed: the scenario has failed already, and what a broken restore does twice says nothing.
 */
export async function repeatRestore(
  context: ScenarioContext,
  host: Host,
  steps: readonly PlannedStep[],
  first: { readonly restored: PhaseOutcome; readonly answered: readonly ServiceFact[]; readonly known: Known },
): Promise<PhaseOutcome | null> {
  if (first.restored.failed) {
    context.emit({ event: 'not-measured', what: 'the second run of the restore', why: 'the first one failed' });
    return null;
  }
  const facts = await inPhase(context, 'verify', async () => ({
    places: await verifyScope(context, host, first.known),
    services: await verifyServices(context, host, first.known, first.answered),
  }));
  context.emit({ event: 'restore-repeats', ...facts });
  const second = await inPhase(context, 'restore', () => runSteps(context, host, steps));
  if (second.limit === null) await awaitServices(context, host, servicesOf(context, context.scenario.scope.services), second.endedAt);
  return second;
}
