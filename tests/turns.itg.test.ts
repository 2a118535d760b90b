/** Two scenarios on a machine that has no room for two hosts. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openAdapters } from '../src/adapters.ts';
import type { DrillEvent, ScenarioEvent } from '../src/drill/journal-events.ts';
import { loadPlan } from '../src/drill/plan/load.ts';
import { runDrill, secretsOf } from '../src/drill/run.ts';
import { newRunId } from '../src/drill/run-id.ts';
import { CannotRun, type Environment } from '../src/ports/host.ts';
import { makeRepository } from './small-drill.ts';

/** A second host is refused while there is one. */
function roomForOne(environment: Environment): Environment {
  let made = 0;
  return {
    ...environment,
    createHost: async (spec, work) => {
      if (made > 0) throw new CannotRun('too little disk');
      made += 1;
      const host = await environment.createHost(spec, work);
      const dispose = host[Symbol.asyncDispose].bind(host);
      host[Symbol.asyncDispose] = async () => {
        await dispose();
        made -= 1;
      };
      return host;
    },
  };
}

it('a host for which there is no room beside another is made once that has gone', async () => {
  const scenario = { backup: ['#backup'], loss: { data: ['app'], how: 'delete' }, restore: ['#restore'] };
  const folder = makeRepository({ drill: { scenarios: { one: scenario, two: scenario } } });
  try {
    const plan = await loadPlan({ drillFile: join(folder, 'drill.yaml'), env: process.env });
    const adapters = await openAdapters('docker', 'docker');
    const events: (DrillEvent | ScenarioEvent)[] = [];
    const emit = (event: DrillEvent | ScenarioEvent): void => void events.push(event);
    await runDrill({ plan, adapters: { ...adapters, environment: roomForOne(adapters.environment) }, emit, progress: () => undefined, onOutput: () => undefined, interrupt: new AbortController().signal, keep: false, tool: '0' }, newRunId(), secretsOf(plan));
    expect(events.filter(({ event }) => event === 'unproven')).toEqual([]);
    expect(events.flatMap((event) => (event.event === 'host-created' || event.event === 'verified' || (event.event === 'phase-started' && event.phase === 'create') ? [`${event.scenario} ${event.event}`] : []))).toEqual([
      'one phase-started', 'one host-created', 'two phase-started', 'one verified', 'two phase-started', 'two host-created', 'two verified',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
