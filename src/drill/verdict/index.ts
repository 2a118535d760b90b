/** The verdict: a pure function of the journal. */
import type { JournalEntry } from '../journal-events.ts';
import type { Report, ScenarioReport, ValidationStatus } from '../report-model.ts';
import { reportAbsent } from './absent.ts';
import { type DrillFacts, gatherFacts } from './facts.ts';
import { notMeasuredOf } from './not-measured.ts';
import { reportScenario } from './scenario.ts';

export { exitCodeOf } from './exit-code.ts';

/** Throws where the entries are no journal of one drill. A journal that was cut short is judged by what it holds. */
export function judge(entries: readonly JournalEntry[]): Report {
  const drill = gatherFacts(entries);
  const { started } = drill;
  const scenarios = asDeclared(drill, [...drill.scenarios.map((facts) => reportScenario(drill, facts)), ...(started.absent ?? []).map((outline) => reportAbsent(drill, outline))]);
  return {
    format: 1,
    tool: started.tool,
    drill: started.drill,
    control: started.control,
    started: drill.startedAt,
    ended: drill.endedAt,
    validationStatus: worst(scenarios.map(({ validationStatus }) => validationStatus)),
    runbooks: started.runbooks,
    host: { ...started.host, ...hostAsCreated(drill) },
    standIns: drill.standIns.map((standIn) => ({ for: standIn.for, is: standIn.is })),
    notMeasured: notMeasuredOf(drill),
    scenarios,
  };
}

/** In the order of the drill file, where that is known. */
function asDeclared({ started: { declared = [] } }: DrillFacts, scenarios: readonly ScenarioReport[]): readonly ScenarioReport[] {
  const places = new Map(declared.map(({ id }, index) => [id, index]));
  return scenarios.toSorted((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0));
}

const order: readonly ValidationStatus[] = ['FAILED', 'TIMED_OUT', 'NOT_MEASURED', 'SUCCESSFUL'];

/** The first of FAILED, TIMED_OUT, NOT_MEASURED, SUCCESSFUL that a scenario has; without a scenario nothing was measured. */
const worst = (statuses: readonly ValidationStatus[]): ValidationStatus => order.find((status) => statuses.includes(status)) ?? 'NOT_MEASURED';

/** The engine's version and what the hosts were given; the least contained of them, where they differ. */
function hostAsCreated({ scenarios, started }: DrillFacts): { readonly engine: string; readonly mode: string | null } {
  const hosts = scenarios.flatMap((scenario) => scenario.hosts);
  const host = hosts.find(({ mode }) => mode === 'privileged') ?? hosts[0];
  return { engine: host?.engine ?? started.host.engine, mode: host?.mode ?? null };
}
