/**
 * A control drills the drill: the built-in backup and restore stand in place of the runbook's steps. The positive one must
 * bring everything back; the negative one restores nothing, and must be told of.
 */
import { type Control, InputErrors, type Plan, type PlannedStep, type ScenarioPlan } from './model.ts';

/** Outlives a lost host, and lies in no place that is smaller than the whole host. */
const folder = '/runbook-drill-control';

/**
 * The same hosts, places, services and losses, with nothing of the runbook but the steps that deploy and those that lose.
 * The runbook's own objectives, checks and findings are left out: what is found now is the drill's.
 * @throws InputErrors when no scenario is left: one that must bring back a volume, a folder or a file.
 */
export function controlOf(plan: Plan, control: Control): Plan {
  const scenarios = plan.scenarios.flatMap((scenario) => controlScenario(plan, scenario, control));
  const left = plan.scenarios.filter(({ id }) => scenarios.every((scenario) => scenario.id !== id)).map(({ id }) => id);
  if (scenarios.length === 0) {
    const told = { message: 'a control has nothing to bring back here', expected: 'a scenario that loses volumes, folders or files', got: left.join(', '), help: 'run it with a drill file that has one' };
    throw new InputErrors([{ file: plan.drillFile.file, line: 1, column: 1, ...told }]);
  }
  return {
    ...plan,
    control,
    minFidelity: 0,
    offsite: [...plan.offsite, folder],
    scenarios,
    warnings: [...plan.warnings, ...left.map((id) => `the control leaves out ${id}: it loses nothing that the built-in steps hold`)],
  };
}

function controlScenario(plan: Plan, scenario: ScenarioPlan, control: Control): readonly ScenarioPlan[] {
  const inScope = plan.places.filter(({ name }) => scenario.scope.places.includes(name));
  const held = inScope.every(({ location: { type } }) => type === 'volume' || type === 'path' || type === 'file');
  if (inScope.length === 0 || !held || scenario.loss.type === 'compromise') return [];
  const places = inScope.map(({ name }) => name);
  const archive: PlannedStep = { ...builtIn(scenario, 'backup', `archive ${places.join(', ')}`), kind: 'archive', places, to: folder, encrypt: 'gpg-passphrase' };
  return [
    {
      ...scenario,
      rtoSeconds: null,
      rpo: null,
      everySeconds: null,
      retention: null,
      manual: {},
      onFailure: 'skip',
      repeatRestore: false,
      expect: expectations(plan, scenario),
      steps: [...scenario.steps.filter(({ phase }) => phase === 'deploy'), archive, ...scenario.steps.filter(({ phase }) => phase === 'lose'), ...(control === 'positive' ? restore(plan, scenario, places) : [])],
      findings: [],
    },
  ];
}

/** All that lies in a place must come back; what a service without a place keeps is lost with its container, and nothing holds it. */
function expectations({ services }: Plan, { loss }: ScenarioPlan): ScenarioPlan['expect'] {
  const containersLost = loss.type === 'stack' || loss.type === 'host';
  return Object.fromEntries(services.flatMap(({ name, data }) => (data === null && containersLost ? [[name, 'lost' as const]] : [])));
}

/**
 * As on the first day: the files that are there before deploy, the deploy steps where containers have gone with the loss, then
 * the content of every place over what these made.
 */
function restore(plan: Plan, scenario: ScenarioPlan, places: readonly string[]): readonly PlannedStep[] {
  const unarchive = (names: readonly string[]): PlannedStep => ({ ...builtIn(scenario, 'restore', `unarchive ${names.join(', ')}`), kind: 'unarchive', places: names, from: folder });
  const files = plan.places.filter(({ name, initial }) => initial !== null && places.includes(name)).map(({ name }) => name);
  const early = plan.host.workspace.clone === 'drill' && files.length > 0 ? [{ ...unarchive(files), onlyIfGone: true as const }] : [];
  const deploy = scenario.steps.flatMap((step) => (step.phase === 'deploy' ? [{ ...step, phase: 'restore' as const, onlyIfGone: true as const }] : []));
  return [...early, ...deploy, unarchive(places)];
}

const builtIn = ({ at, timeoutSeconds }: ScenarioPlan, phase: 'backup' | 'restore', name: string): Pick<PlannedStep, 'phase' | 'before' | 'name' | 'at' | 'timeoutSeconds'> => ({ phase, before: null, name, at, timeoutSeconds });
