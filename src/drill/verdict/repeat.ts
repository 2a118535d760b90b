/** A restore that ran twice has to end the same both times: what was wrong after either run is wrong. */
import type { DrillFacts, ScenarioFacts } from './facts.ts';
import { type JudgedPlace, type JudgedService, type Outcome, type Outcomes, judgeOutcomes } from './outcome.ts';

/** The outcomes of a scenario: of the only run of its restore, else for each place and service those of the worse one. */
export function outcomesOf(drill: DrillFacts, facts: ScenarioFacts): Outcomes {
  const last = judgeOutcomes(drill, facts);
  if (facts.repeat === null || facts.verified === null) return last;
  const { places, services } = facts.repeat.fact;
  const first = judgeOutcomes(drill, { ...facts, verified: { ...facts.verified, fact: { ...facts.verified.fact, places, services } } });
  return {
    places: last.places.map((place, index) => worse(first.places[index], place)),
    services: last.services.map((service, index) => worse(first.services[index], service)),
    others: last.others,
  };
}

const badness: Readonly<Record<Outcome, number>> = { wrong: 2, unproven: 1, 'as-expected': 0 };

/** Of two that are equally good the last, which is what is there. What only the second run spoilt is marked. */
function worse<T extends JudgedPlace | JudgedService>(first: T | undefined, last: T): T {
  if (first === undefined || !last.inScope) return last;
  if (badness[first.outcome] > badness[last.outcome]) return first;
  return badness[last.outcome] > badness[first.outcome] ? { ...last, afterRepeat: true } : last;
}
