/** Removes a host, whatever ended its use: not under the scenario's signal. */
import type { Host } from '../../ports/host.ts';
import type { ScenarioContext } from '../context.ts';
import { faultOf } from '../faults.ts';

/** One that cannot be removed is told, and must not hide why it was to go. */
export async function removeHost({ drill }: ScenarioContext, host: Host): Promise<void> {
  try {
    await host[Symbol.asyncDispose]();
  } catch (error) {
    drill.emit({ event: 'warning', message: `host ${host.name} could not be removed (${faultOf(error)}); \`runbook-drill cleanup --run ${drill.run}\` removes it` });
  }
}
