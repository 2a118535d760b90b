/** The shells of one phase: they live as long as it does. */
import type { Host } from '../../ports/host.ts';
import { type ShellSession, openSession } from '../../shell/session.ts';
import { type ScenarioContext, homeOf } from '../context.ts';
import { learningStream } from '../learning-mask.ts';
import { workspaceOf } from './create.ts';

/** A shell of the phase, and what its output still held back because it could have begun a secret. */
export interface PhaseShell {
  readonly session: ShellSession;
  readonly flush: () => void;
}

export async function openPhaseShell(context: ScenarioContext, host: Host): Promise<PhaseShell> {
  const { drill, scenario } = context;
  const { secretLabels } = drill.engine;
  const masks = { stdout: learningStream(drill.secrets, secretLabels), stderr: learningStream(drill.secrets, secretLabels) };
  const session = await openSession(host, {
    user: host.spec.user,
    cwd: await whereShellsBegin(context, host),
    env: drill.plan.host.env,
    signal: context.signal,
    onOutput: (stream, chunk) => drill.onOutput(scenario.id, stream, masks[stream].write(chunk)),
  });
  const flush = (): void => {
    for (const stream of ['stdout', 'stderr'] as const) drill.onOutput(scenario.id, stream, masks[stream].end());
  };
  return { session, flush };
}

/** In the workspace; at home as long as the runbook has yet to clone it. */
async function whereShellsBegin(context: ScenarioContext, host: Host): Promise<string> {
  const workspace = workspaceOf(context);
  const found = await host.exec(['/usr/bin/test', '-d', workspace]);
  return found.exitCode === 0 ? workspace : homeOf(host.spec.user);
}
