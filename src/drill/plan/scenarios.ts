import { choice, nameOf } from '../drill-file/explain.ts';
import type { Path } from '../drill-file/positions.ts';
import type { DrillLoss, DrillScenario } from '../drill-file/schema.ts';
import type { Loss, ScenarioOutline, ScenarioPlan } from '../model.ts';
import { checkNames, keyed, keyLine, listed, type PlanContext } from './context.ts';
import { once } from './findings.ts';
import { answersInEnv } from './host-env.ts';
import { isSeeded } from './services.ts';
import { type StepList, StepPlanner } from './steps.ts';
import { underName } from '../under-name.ts';

const leastTimeoutSeconds = 1800;

export function planScenario(context: PlanContext, id: string, scenario: DrillScenario): ScenarioPlan {
  const path = ['scenarios', id];
  const places = Object.keys(context.drill.data);
  const lost = lostPlaces(context, scenario, path);
  const scoped = places.filter((name) => lost.includes(name) || scenario.also.includes(name));
  const services = Object.entries(context.drill.services).filter(([, { data }]) => data === undefined || scoped.includes(data));
  const scope = { places: scoped, services: services.map(([name]) => name) };
  checkNames(context, listed(scenario.also, [...path, 'also']), places, 'place');
  checkExpect(context, scenario, scope.places, path);
  checkCompromised(context, scenario, path);
  checkProof(context, scenario, scope, path);
  checkRetention(context, scenario, path);
  const planner = new StepPlanner(context, scenario.replace);
  const steps = stepLists(context, scenario, path).flatMap((list) => planner.plan(list));
  if (context.runbooksComplete) checkReplace(context, planner, [...path, 'replace']);
  return {
    ...outlineOf(id, scenario),
    at: keyLine(context, path),
    everySeconds: scenario.every ?? null,
    retention: scenario.retention === undefined ? null : { ...scenario.retention, at: keyLine(context, [...path, 'retention']) },
    timeoutSeconds: scenario.timeout ?? Math.max(leastTimeoutSeconds, 3 * (scenario.rto ?? 0)),
    loss: lossOf(scenario.loss),
    lossAt: keyLine(context, [...path, 'loss']),
    lost,
    keep: scenario.keep,
    also: scenario.also,
    scope,
    expect: { ...Object.fromEntries(compromised(scenario.loss).map((name) => [name, 'regenerated'])), ...scenario.expect },
    afterLoss: scenario['after-loss'] ?? defaultAfterLoss(scenario.loss),
    onFailure: scenario['on-failure'],
    late: scenario.late,
    repeatRestore: scenario['repeat-restore'],
    manual: scenario.manual,
    steps,
    findings: once([...answersInEnv(context), ...planner.findings]),
  };
}

export function outlineOf(id: string, { title = id, rto, rpo = 'none' }: DrillScenario): ScenarioOutline {
  return { id, title, rtoSeconds: rto ?? null, rpo: rpo === 'none' ? null : rpo };
}

/** In the order in which they run. */
function stepLists(context: PlanContext, scenario: DrillScenario, path: Path): readonly StepList[] {
  const { loss, check = [] } = scenario;
  const split = Array.isArray(check) ? { backup: [], restore: check, under: [] } : { backup: check.backup ?? [], restore: check.restore ?? [], under: ['restore'] };
  return [
    { steps: context.drill.deploy, path: ['deploy'], phase: 'deploy', before: null },
    { steps: scenario.backup, path: [...path, 'backup'], phase: 'backup', before: null },
    { steps: split.backup, path: [...path, 'check', 'backup'], phase: 'check', before: 'loss' },
    { steps: typeof loss === 'object' && 'steps' in loss ? loss.steps : [], path: [...path, 'loss', 'steps'], phase: 'lose', before: null },
    { steps: scenario.restore, path: [...path, 'restore'], phase: 'restore', before: null },
    { steps: split.restore, path: [...path, 'check', ...split.under], phase: 'check', before: null },
  ];
}

function lossOf(loss: DrillLoss): Loss {
  if (typeof loss === 'string') return { type: loss };
  if ('how' in loss) return { type: 'data', how: loss.how };
  if ('compromise' in loss) return { type: 'compromise' };
  return { type: 'steps' };
}

function defaultAfterLoss(loss: DrillLoss): ScenarioPlan['afterLoss'] {
  return typeof loss === 'object' && 'how' in loss && loss.how !== 'remove' ? 'restarted' : 'stopped';
}

function namedIn(loss: DrillLoss): readonly string[] {
  if (typeof loss === 'string') return [];
  return 'compromise' in loss ? loss.compromise : loss.data;
}

function lostPlaces(context: PlanContext, { loss, keep }: DrillScenario, path: Path): readonly string[] {
  const places = Object.keys(context.drill.data);
  checkNames(context, listed(keep, [...path, 'keep']), places, 'place');
  if (keep.length > 0 && loss !== 'stack') {
    context.problems.atKey([...path, 'keep'], { message: '`keep` is for the loss of a stack', expected: '`loss: stack`', got: 'another loss', help: 'remove `keep`, or lose the stack' });
  }
  if (typeof loss === 'string') return loss === 'stack' ? places.filter((name) => !keep.includes(name)) : places;
  const names = namedIn(loss);
  checkNames(context, listed(names, [...path, 'loss', 'compromise' in loss ? 'compromise' : 'data']), places, 'place');
  return places.filter((name) => names.includes(name));
}

/** `expect` names places in scope, and services that have no place. */
function checkExpect(context: PlanContext, scenario: DrillScenario, inScope: readonly string[], path: Path): void {
  const { data, services } = context.drill;
  const free = Object.entries(services).filter(([, service]) => service.data === undefined).map(([name]) => name);
  const at = [...path, 'expect'];
  for (const name of Object.keys(scenario.expect)) {
    if (inScope.includes(name) || free.includes(name)) continue;
    if (Object.hasOwn(data, name)) {
      context.problems.atKey([...at, name], { message: `\`${nameOf(at)}\` names the place \`${name}\`, which is not in scope`, expected: 'a place that is lost, or named in `also`', got: `\`${name}\``, help: 'add it to the loss or to `also`, or remove it here' });
    } else if (Object.hasOwn(services, name)) {
      context.problems.atKey([...at, name], { message: `\`${nameOf(at)}\` names the service \`${name}\`, which has a place`, expected: 'a service without `data`', got: `\`${name}\` with \`data: ${services[name]?.data ?? ''}\``, help: 'name its place' });
    } else {
      checkNames(context, keyed([name], at), [...inScope, ...free], 'place in scope or service without a place');
    }
  }
}

/** Keys that an attacker knows are of no use again. */
const compromised = (loss: DrillLoss): readonly string[] => (typeof loss === 'object' && 'compromise' in loss ? loss.compromise : []);

function checkCompromised(context: PlanContext, { loss, expect }: DrillScenario, path: Path): void {
  for (const name of compromised(loss)) {
    const expected = underName(expect, name) ?? 'regenerated';
    if (expected === 'regenerated') continue;
    context.problems.atValue([...path, 'expect', name], { message: `\`${name}\` is compromised, and cannot be ${expected}`, expected: '`regenerated`, the default of what is compromised', got: `\`${expected}\``, help: 'remove it under `expect`, or choose another loss' });
  }
}

function checkRetention(context: PlanContext, { retention, every }: DrillScenario, path: Path): void {
  if (retention === undefined) return;
  const at = [...path, 'retention'];
  checkNames(context, keyed(Object.keys(retention.keep), [...at, 'keep']), Object.keys(context.drill.data), 'place');
  if (every !== undefined) return;
  context.problems.atKey(at, { message: `\`${nameOf(at)}\` does not say how far its backups are apart`, expected: '`every` in the scenario', got: 'none', help: 'add `every: 24h`' });
}

/** A scenario that expects nothing back and checks no service could only pass. */
function checkProof(context: PlanContext, scenario: DrillScenario, scope: ScenarioPlan['scope'], path: Path): void {
  if (scope.places.some((name) => underName(scenario.expect, name) !== 'lost')) return;
  // A name that is not known has been told; what it would have meant is not.
  if ([...namedIn(scenario.loss), ...scenario.also].some((name) => !Object.hasOwn(context.drill.data, name))) return;
  if (Object.entries(context.drill.services).some(([name, service]) => scope.services.includes(name) && isSeeded(service))) return;
  context.problems.atKey(path, { message: `the scenario \`${String(path[1])}\` proves nothing`, expected: 'a place that is restored or regenerated, or a service that is seeded and checked', got: 'neither', help: 'lose a place that must come back, or give a service `seed` and `check`' });
}

function checkReplace(context: PlanContext, planner: StepPlanner, path: Path): void {
  for (const key of planner.unusedKeys) {
    context.problems.atKey([...path, key], { message: `\`replace\` has \`${key}\`, which stands in no block of the scenario`, expected: 'text that stands in a block or quote that is run', got: `\`${key}\``, help: 'correct it to what the runbook says, or remove it' });
  }
}

/** The scenarios that are named, in the order of the drill file; all when none is. */
export function selectScenarios(context: PlanContext, wanted: readonly string[]): readonly string[] {
  const ids = Object.keys(context.drill.scenarios);
  for (const id of wanted) {
    if (!ids.includes(id)) context.problems.atKey(['scenarios'], { message: `there is no scenario \`${id}\``, ...choice(id, ids) });
  }
  return wanted.length === 0 ? ids : ids.filter((id) => wanted.includes(id));
}
