/** One scenario of the report, from its facts. */
import { type StepDeclaration, serviceKey } from '../journal-events.ts';
import type { Finding } from '../model.ts';
import type { ScenarioReport, StepReport } from '../report-model.ts';
import { backupFindings, coveredOf } from './backup-findings.ts';
import { checkFindings } from './check-findings.ts';
import { measure, rpoOf, rtoOf } from './clocks.ts';
import { dataFindings } from './data-findings.ts';
import { type DrillFacts, type ScenarioFacts, resultOf } from './facts.ts';
import { fidelityOf } from './fidelity.ts';
import { inventoryFindings } from './inventory-findings.ts';
import { type Found, type Moment, beforeTheDrill, isBefore, sortFindings, whereIs } from './found.ts';
import { objectiveFindings } from './objective-findings.ts';
import { type Outcomes, allAsExpected } from './outcome.ts';
import { outcomesOf } from './repeat.ts';
import { retentionFindings } from './retention-findings.ts';
import { reachVerdict } from './status.ts';
import { hostLimit, stepFindings } from './step-findings.ts';

export function reportScenario(drill: DrillFacts, facts: ScenarioFacts): ScenarioReport {
  const { declaration } = facts;
  const outcomes = outcomesOf(drill, facts);
  const measured = measure(facts, outcomes);
  const fidelity = fidelityOf(facts);
  const target = drill.started.minFidelity;
  const found = weighMasked(
    [
      ...declaration.findings.map((finding) => ({ finding, at: beforeTheDrill })),
      ...stepFindings(facts),
      ...unprovenLimits(facts),
      ...backupFindings(drill, facts, outcomes),
      ...retentionFindings(facts),
      ...inventoryFindings(drill, facts),
      ...dataFindings(drill, facts, outcomes),
      ...checkFindings(facts, outcomes),
      ...objectiveFindings(declaration, measured, { actual: fidelity, target }, facts.verified?.entry ?? Number.POSITIVE_INFINITY),
    ],
    outcomes,
  );
  const verdict = reachVerdict({ drill, facts, outcomes, measured, found });
  return {
    id: declaration.id,
    title: declaration.title,
    started: facts.firstAt,
    ended: facts.lastAt,
    validationStatus: verdict.status,
    validationStatusMessage: verdict.message,
    liar: verdict.liar,
    fidelity,
    substitutions: declaration.steps.reduce((sum, step) => sum + step.substitutions, 0),
    rto: rtoOf(declaration.rtoSeconds, measured, verdict.status),
    rpo: rpoOf(declaration.rpo, declaration.everySeconds, measured, verdict.status),
    clock: measured.clock,
    steps: declaration.steps.map((step) => reportStep(facts, step)),
    ...reportOutcomes(facts, outcomes),
    artefacts: reportArtefacts(drill, facts),
    findings: sortFindings(verdict.limit === null ? found.map(({ finding }) => finding) : notBlamed(found, verdict.limit)),
  };
}

/** A hidden failure is an error while something in scope is not proven, and a warning when all came back. */
function weighMasked(found: readonly Found[], outcomes: Outcomes): readonly Found[] {
  if (!allAsExpected(outcomes)) return found;
  return found.map((item) => (item.finding.rule === 'masked-failure' ? asWarning(item) : item));
}

const asWarning = (item: Found): Found => ({ ...item, finding: { ...item.finding, severity: 'warning' } });

/** What follows a limit of the host may be its consequence, and is no error of the runbook. */
function notBlamed(found: readonly Found[], limit: Moment): readonly Finding[] {
  return found.map((item) => {
    const { finding, at } = item;
    const consequence = finding.rule === 'masked-failure' || !isBefore(at, limit);
    if (finding.rule === 'host-limit' || finding.severity === 'warning' || !consequence) return finding;
    return { ...asWarning(item).finding, help: `This may follow from what the drill host could not give: correct that first. ${finding.help}` };
  });
}

/** Limits that ended the set-up, as far as no step has told them. */
function unprovenLimits(facts: ScenarioFacts): readonly Found[] {
  const told = new Set([...facts.runs.values()].flatMap((runs) => runs.flatMap(({ fact }) => fact.limits.map((limit) => `${whereIs(limit)} ${limit.what}`))));
  return facts.unproven.flatMap(({ entry, fact: { limit, phase } }) => {
    if (limit === null || told.has(`${whereIs(limit)} ${limit.what}`)) return [];
    return [{ finding: hostLimit(limit, `the ${phase} phase`), at: { entry, line: limit.line } }];
  });
}

function reportStep(facts: ScenarioFacts, step: StepDeclaration): StepReport {
  const result = resultOf(facts, step);
  const { phase, name, file, line, substitutions } = step;
  // A step that was cut off by the end of the drill has no result: what is not known to have run counts as not run.
  return {
    phase,
    name,
    file,
    line,
    status: result?.status ?? 'skipped',
    exitCode: result?.exitCode ?? null,
    substitutions,
    start: result?.start ?? null,
    duration: result?.duration ?? null,
  };
}

function reportOutcomes(facts: ScenarioFacts, outcomes: Outcomes): Pick<ScenarioReport, 'data' | 'services'> {
  return {
    data: outcomes.places.map((place) => ({
      name: place.declaration.name,
      expect: place.expect,
      status: place.status,
      inScope: place.inScope,
      covered: coveredOf(facts, place),
      entries: place.fact?.entries ?? null,
      bytes: place.fact?.bytes ?? null,
    })),
    services: outcomes.services.map(({ declaration, expect, status, inScope, fact }) => ({
      name: declaration.name,
      kind: declaration.kind,
      expect,
      status,
      inScope,
      ready: fact?.readySeconds ?? null,
    })),
  };
}

/** A service's canary stands for its place only where services alone prove that: else it may stand in a mere list. */
function reportArtefacts({ started }: DrillFacts, facts: ScenarioFacts): ScenarioReport['artefacts'] {
  const proven = new Set(started.places.filter(({ compare }) => compare === 'service').map(({ name }) => name));
  const covers = new Map(started.places.map(({ name }) => [name, name]));
  for (const { name, data } of started.services) if (data === null || proven.has(data)) covers.set(serviceKey(name), data ?? name);
  return (facts.backup?.fact.artefacts ?? []).map(({ path, sha256, bytes, state, kind, layers, holds }) => ({
    path,
    sha256,
    bytes,
    state,
    kind,
    layers,
    covers: [...new Set(holds.flatMap((key) => covers.get(key) ?? []))],
  }));
}
