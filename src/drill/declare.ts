/** The first event of a journal: what is to be drilled, so that a verdict needs nothing but the journal. */
import type { DrillEvent, PlaceDeclaration, ScenarioDeclaration, ServiceDeclaration, StepDeclaration } from './journal-events.ts';
import type { Service } from '../ports/service.ts';
import type { PlacePlan, PlannedStep, Plan, ScenarioPlan, ServicePlan } from './model.ts';

export function declareDrill(plan: Plan, tool: string, services: ReadonlyMap<string, Service>): Extract<DrillEvent, { event: 'drill-started' }> {
  const { host } = plan;
  return {
    event: 'drill-started',
    format: 1,
    tool,
    drill: plan.name,
    drillFile: plan.drillFile.file,
    drillFileSha256: plan.drillFile.sha256,
    commit: plan.repository.head,
    declared: plan.declared,
    undrilled: plan.control === null ? plan.undrilled : [],
    control: plan.control,
    runbooks: plan.runbooks,
    host: { environment: host.environment, engine: host.engine, network: host.network, user: host.user, ...(host.date === null ? {} : { date: host.date }) },
    minFidelity: plan.minFidelity,
    dataAt: plan.dataAt,
    ignore: plan.ignore,
    places: plan.places.map((place) => declarePlace(place)),
    services: plan.services.map((service) => declareService(service, services.get(service.name))),
    scenarios: plan.scenarios.map((scenario) => declareScenario(scenario)),
  };
}

function declarePlace({ at, name, location, compare, canary, sizeBytes }: PlacePlan): PlaceDeclaration {
  const seeded = canary.type !== 'none' && compare !== 'service';
  return { ...at, name, compare, seeded, sizeBytes, ...(location.type === 'volume' ? { volume: location.name } : {}) };
}

function declareService({ at, name, kind, data }: ServicePlan, service: Service | undefined): ServiceDeclaration {
  return { ...at, name, kind, data, seeded: service?.seeded ?? false, ...(service?.remedy === undefined ? {} : { remedy: service.remedy }) };
}

function declareScenario(scenario: ScenarioPlan): ScenarioDeclaration {
  const { id, title, at, lossAt, loss, rtoSeconds, rpo, everySeconds, manual, lost, also, scope, expect, late, repeatRestore, findings } = scenario;
  return {
    id, title, at, lossAt, loss, rtoSeconds, rpo, everySeconds, manual, lost, also, scope, expect, late, repeatRestore, findings,
    steps: scenario.steps.map((step, index) => declareStep(step, index)),
  };
}

function declareStep(step: PlannedStep, index: number): StepDeclaration {
  const shell = 'shell' in step ? step.shell : null;
  return {
    ...step.at,
    index,
    phase: step.phase,
    before: step.before,
    name: step.name,
    kind: step.kind,
    substitutions: shell?.substitutions ?? 0,
    inRunbook: shell?.inRunbook ?? false,
    // A built-in step is one line of the drill file, and stands in no runbook.
    sourceLines: step.kind === 'archive' || step.kind === 'unarchive' ? [step.at.line] : (shell?.sourceLines ?? []),
    replacedLines: shell?.replacedLines ?? [],
    ...(shell === null ? {} : { excerpt: { text: shell.written, lines: shell.lines } }),
    ...(step.kind === 'skip' ? { why: step.why } : {}),
    ...(step.onlyIfGone === true ? { onlyIfGone: true } : {}),
  };
}
