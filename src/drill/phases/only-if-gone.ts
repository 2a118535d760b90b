/** Steps that make anew what a loss took with it, and are needless where it took nothing of the engine's. */
import type { Host } from '../../ports/host.ts';
import type { ScenarioContext } from '../context.ts';
import type { PlannedStep } from '../model.ts';

/** What the engine has before the loss, where a step asks for it. */
export async function inventoryBefore({ drill, scenario }: ScenarioContext, host: Host): Promise<readonly string[]> {
  return scenario.steps.some(({ onlyIfGone }) => onlyIfGone === true) ? drill.engine.inventory(host) : [];
}

/** The steps without those that are only for what has gone, when nothing has. */
export async function withoutNeedless({ drill }: ScenarioContext, host: Host, steps: readonly PlannedStep[], before: readonly string[]): Promise<readonly PlannedStep[]> {
  if (before.length === 0) return steps;
  const left = new Set(await drill.engine.inventory(host));
  return before.every((name) => left.has(name)) ? steps.filter(({ onlyIfGone }) => onlyIfGone !== true) : steps;
}
