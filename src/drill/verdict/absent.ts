/** A scenario that was to be drilled and of which no journal tells: nothing is known of it, and that is never green. */
import type { ScenarioOutline } from '../model.ts';
import type { ScenarioReport } from '../report-model.ts';
import type { DrillFacts } from './facts.ts';

const nothing = { provision: null, deploy: null, backup: null, restore: null, ready: null, check: null, verify: null, manual: 0 } as const;

export function reportAbsent({ started: { places, services } }: DrillFacts, { id, title, rtoSeconds, rpo }: ScenarioOutline): ScenarioReport {
  return {
    id,
    title,
    started: null,
    ended: null,
    validationStatus: 'NOT_MEASURED',
    validationStatusMessage: 'Its drill left no journal: it did not begin, or the machine that ran it was lost. See the log of its job.',
    liar: null,
    fidelity: null,
    substitutions: 0,
    rto: { target: rtoSeconds, actual: null, policy: 'NotApplicable' },
    rpo: { target: rpo, actual: null, policy: 'NotApplicable' },
    clock: nothing,
    steps: [],
    data: places.map(({ name }) => ({ name, expect: 'restored', status: 'unproven', inScope: false, covered: null, entries: null, bytes: null })),
    services: services.map(({ name, kind }) => ({ name, kind, expect: 'restored', status: 'unproven', inScope: false, ready: null })),
    artefacts: [],
    findings: [],
  };
}
