import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dockerEngine } from '../engine/docker.ts';
import type { Environment } from '../ports/host.ts';
import { createService } from '../service/registry.ts';
import type { DrillEvent, ScenarioEvent } from './journal-events.ts';
import { drillFile, edited, testRepository } from './plan/test-repository.ts';
import { maySetUpAhead, runDrill, secretsOf } from './run.ts';
import { brokenHost } from './test-host.ts';

type Event = DrillEvent | ScenarioEvent;

const twoScenarios = edited(drillFile, {
  'scenarios:\n': "scenarios:\n  first:\n    backup: ['#backup']\n    loss: { data: [site], how: delete }\n    restore: ['#restore[3]']\n",
});

/** A machine on which nothing works as it should. */
function environment(over: Partial<Environment>): Environment {
  return {
    name: 'docker',
    createHost: () => Promise.reject(new Error('not asked for')),
    provideImage: () => Promise.resolve(null),
    temporaryFolder: async () => {
      const path = await mkdtemp(join(tmpdir(), 'drill-run-'));
      return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
    },
    cleanup: () => Promise.resolve([]),
    ...over,
  };
}

async function eventsOf(over: Partial<Environment>, interrupt = new AbortController().signal): Promise<readonly Event[]> {
  using repository = await testRepository({ 'drill.yaml': twoScenarios });
  const plan = await repository.load();
  const events: Event[] = [];
  const adapters = { environment: environment(over), engine: dockerEngine, createService };
  const emit = (event: Event): void => void events.push(event);
  await runDrill({ plan, adapters, emit, progress: () => undefined, onOutput: () => undefined, interrupt, keep: false, tool: '0' }, 'r1', secretsOf(plan));
  return events;
}

const namesOf = (events: readonly Event[]): readonly string[] => events.map((event) => ('scenario' in event ? `${event.scenario} ${event.event}` : event.event));

describe('a drill is written down to its end, whatever goes wrong', () => {
  it('what is refused in one scenario leaves it unproven, and the next one runs', async () => {
    const events = await eventsOf({ createHost: (spec) => Promise.resolve(brokenHost({}, spec)) });
    expect(events.filter(({ event }) => event === 'unproven')).toMatchObject([{ scenario: 'first', phase: 'create', why: 'the host refuses' }, { scenario: 'gone', why: 'the host refuses' }]);
    expect(namesOf(events)).toEqual(expect.arrayContaining(['first scenario-ended', 'gone scenario-ended']));
    expect(events.at(-1)).toEqual({ event: 'drill-ended', interrupted: null, fault: null });
  });
  it('a defect is told as one, with where it happened', async () => {
    const events = await eventsOf({ createHost: () => Promise.reject(new TypeError('x is undefined')) });
    expect(events.find(({ event }) => event === 'unproven')).toMatchObject({ why: expect.stringMatching(/^a defect of the drill itself: TypeError: x is undefined\n\s+at /) });
  });
  it('a host that cannot be removed is told, and hides nothing of what was met before', async () => {
    const events = await eventsOf({ createHost: (spec) => Promise.resolve(brokenHost({ [Symbol.asyncDispose]: () => Promise.reject(new Error('the engine is gone')) }, spec)) });
    expect(events.find(({ event }) => event === 'unproven')).toMatchObject({ why: 'the host refuses' });
    expect(events).toContainEqual({ event: 'warning', message: 'host broken could not be removed (the engine is gone); `runbook-drill cleanup --run r1` removes it' });
  });
  it('what goes wrong around the scenarios is the fault of the drill', async () => {
    const events = await eventsOf({ temporaryFolder: () => Promise.reject(new Error('no space left')) });
    expect(events.at(-1)).toEqual({ event: 'drill-ended', interrupted: null, fault: 'no space left' });
  });
  it('a signal while a scenario starts ends the drill as interrupted', async () => {
    const interrupt = new AbortController();
    const events = await eventsOf({ createHost: () => Promise.resolve().then(() => { interrupt.abort('SIGTERM'); throw new Error('cut off'); }) }, interrupt.signal);
    expect(namesOf(events)).not.toContain('first scenario-ended');
    expect(events.at(-1)).toEqual({ event: 'drill-ended', interrupted: 'SIGTERM', fault: null });
  });
});

describe('the next scenario is set up ahead', () => {
  const GiB = 1024 ** 3;
  it.each([
    ['a lost place', 'loss: { data: [site], how: delete }', 2],
    ['a lost host, which stands beside its replacement', 'loss: host', 3],
  ])('where its host finds room beside those of a scenario with %s', async (_, loss, hosts) => {
    const file = edited(twoScenarios, { 'loss: { data: [site], how: delete }': loss, 'host:\n': 'host:\n  limits: { memory: 4GiB }\n' });
    using repository = await testRepository({ 'drill.yaml': file });
    const plan = await repository.load();
    expect(maySetUpAhead(plan, { keep: false, memory: hosts * 4 * GiB })).toBe(true);
    expect(maySetUpAhead(plan, { keep: false, memory: hosts * 4 * GiB - 1 })).toBe(false);
    expect(maySetUpAhead(plan, { keep: true, memory: 100 * GiB })).toBe(false);
  });
});
