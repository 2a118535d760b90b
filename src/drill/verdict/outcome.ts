/** What became of each place and service. Nothing is proven by a fact that is missing. */
import type { DrillFacts, ScenarioFacts } from './facts.ts';
import type { PlaceDeclaration, PlaceFact, ServiceDeclaration, ServiceFact } from '../journal-events.ts';
import type { Expectation, Severity } from '../model.ts';
import type { PlaceStatus, ServiceStatus } from '../report-model.ts';
import { underName } from '../under-name.ts';

/** `wrong`: known not to be as expected. `unproven`: not known to be. */
export type Outcome = 'as-expected' | 'wrong' | 'unproven';

export interface JudgedService {
  readonly declaration: ServiceDeclaration;
  readonly expect: Expectation;
  readonly inScope: boolean;
  /** Its canary was planted and proves data; else it is asked for life only. */
  readonly seeded: boolean;
  readonly fact: ServiceFact | null;
  readonly status: ServiceStatus;
  readonly outcome: Outcome;
  /** It was as expected until the restore ran a second time. */
  readonly afterRepeat?: boolean;
}

export interface JudgedPlace {
  readonly declaration: PlaceDeclaration;
  readonly expect: Expectation;
  readonly inScope: boolean;
  readonly fact: PlaceFact | null;
  readonly status: PlaceStatus;
  readonly outcome: Outcome;
  /** It was as expected until the restore ran a second time. */
  readonly afterRepeat?: boolean;
  /** A nonce of it came back, by file or through a service. */
  readonly nonceBack: boolean;
}

export interface Outcomes {
  readonly places: readonly JudgedPlace[];
  readonly services: readonly JudgedService[];
  /** Bystanders that nothing declares. */
  readonly others: readonly PlaceFact[];
}

type DifferenceKind = PlaceFact['differences'][number]['kind'];
type Judged<S> = { readonly status: S; readonly outcome: Outcome };

/** How many differences of a kind there are. The list is cut, so the counts lead; but never below what is listed. */
export function differenceCount(fact: PlaceFact, kind: DifferenceKind, severity: Severity): number {
  const listed = fact.differences.filter((difference) => difference.kind === kind && difference.severity === severity).length;
  return Math.max(fact.counts[`${kind}/${severity}`] ?? 0, listed);
}

/** Late content that is back with its nonce. */
export const lateIsBack = (fact: PlaceFact): boolean => fact.lateNonceBack || differenceCount(fact, 'late', 'error') + differenceCount(fact, 'late', 'warning') > 0;

/** The place is not there, or nothing is in it. */
export function isGone(fact: PlaceFact): boolean {
  if (!fact.exists || fact.entries === 0) return true;
  // An emptied folder has one entry, its root; a file place that came back has one too, and misses nothing.
  return fact.entries === 1 && !fact.nonceBack && differenceCount(fact, 'missing', 'error') > 0;
}

/** Lost places, `also`, and services on one of them or on none. */
export function judgeOutcomes(drill: DrillFacts, scenario: ScenarioFacts): Outcomes {
  const { declaration, verified } = scenario;
  const placesInScope = new Set([...declaration.scope.places, ...declaration.lost, ...declaration.also]);
  const servicesInScope = new Set([
    ...declaration.scope.services,
    ...drill.started.services.filter(({ data }) => data === null || placesInScope.has(data)).map(({ name }) => name),
  ]);
  const expectation = (name: string): Expectation => underName(declaration.expect, name) ?? 'restored';

  const services = drill.started.services.map((service): JudgedService => {
    const inScope = servicesInScope.has(service.name);
    const fact = (inScope ? verified?.fact.services : verified?.fact.bystanderServices)?.find(({ name }) => name === service.name) ?? null;
    const seeded = service.seeded || fact?.seeded === true;
    const expect = expectation(service.data ?? service.name);
    const judged = inScope ? judgeService(fact, seeded, expect, declaration.late) : judgeBystanderService(fact, seeded);
    return { declaration: service, expect, inScope, seeded, fact, ...judged };
  });

  const places = drill.started.places.map((place): JudgedPlace => {
    const inScope = placesInScope.has(place.name);
    const fact = (inScope ? verified?.fact.places : verified?.fact.bystanders)?.find(({ name }) => name === place.name) ?? null;
    const on = services.filter(({ declaration: { data } }) => data === place.name);
    const expect = expectation(place.name);
    const nonceBack = fact?.nonceBack === true || on.some((service) => service.seeded && service.fact?.canary === 'there');
    const judged = inScope ? judgePlace({ place, fact, on, nonceBack, late: declaration.late }, expect) : judgeBystander(place, fact, on);
    return { declaration: place, expect, inScope, fact, nonceBack, ...judged };
  });

  const declared = new Set(drill.started.places.map(({ name }) => name));
  return { places, services, others: (verified?.fact.bystanders ?? []).filter(({ name }) => !declared.has(name)) };
}

function judgeService(fact: ServiceFact | null, seeded: boolean, expect: Expectation, late: 'absent' | 'any'): Judged<ServiceStatus> {
  if (fact === null) return { status: 'unproven', outcome: 'unproven' };
  if (!seeded) return judgeLife(fact);
  if (expect === 'restored') return judgeRestoredService(fact, late);
  if (!fact.ready) return { status: 'not-ready', outcome: 'wrong' };
  if (fact.canary === 'there' || fact.lateCanary === 'there') return { status: 'intact', outcome: expect === 'lost' ? 'as-expected' : 'wrong' };
  if (fact.identity === 'same') return { status: 'intact', outcome: 'wrong' };
  if (fact.canary === 'unproven' || fact.identity === 'unknown') return { status: 'unproven', outcome: 'unproven' };
  return { status: expect, outcome: 'as-expected' };
}

function judgeLife(fact: ServiceFact): Judged<ServiceStatus> {
  if (!fact.ready) return { status: 'not-ready', outcome: 'wrong' };
  return fact.readySeconds === null ? { status: 'unproven', outcome: 'unproven' } : { status: 'ready', outcome: 'as-expected' };
}

function judgeRestoredService(fact: ServiceFact, late: 'absent' | 'any'): Judged<ServiceStatus> {
  if (fact.canary === 'absent') return { status: 'missing', outcome: 'wrong' };
  if (!fact.ready) return { status: 'not-ready', outcome: 'wrong' };
  if (fact.canary === 'unproven') return { status: 'unproven', outcome: 'unproven' };
  // What was written after the backup did not come from it, so the canary beside it proves no restore.
  if (late === 'absent' && fact.lateCanary === 'there') return { status: 'unproven', outcome: 'wrong' };
  if ((late === 'absent' && fact.lateCanary === 'unproven') || fact.canarySeconds === null) return { status: 'unproven', outcome: 'unproven' };
  return { status: 'intact', outcome: 'as-expected' };
}

function judgeBystanderService(fact: ServiceFact | null, seeded: boolean): Judged<ServiceStatus> {
  if (fact === null) return { status: 'unproven', outcome: 'unproven' };
  if (seeded && fact.canary === 'absent') return { status: 'missing', outcome: 'wrong' };
  if (!fact.ready) return { status: 'not-ready', outcome: 'wrong' };
  if (!seeded) return { status: 'ready', outcome: 'as-expected' };
  return fact.canary === 'there' ? { status: 'intact', outcome: 'as-expected' } : { status: 'unproven', outcome: 'unproven' };
}

interface PlaceEvidence {
  readonly place: PlaceDeclaration;
  readonly fact: PlaceFact | null;
  readonly on: readonly JudgedService[];
  readonly nonceBack: boolean;
  readonly late: 'absent' | 'any';
}

function judgePlace(evidence: PlaceEvidence, expect: Expectation): Judged<PlaceStatus> {
  const { place, fact, nonceBack, on } = evidence;
  const byServices = place.compare === 'service' && on.length > 0;
  if (expect === 'restored') return judgeRestoredPlace(evidence);
  if (fact === null && !byServices) return { status: 'unproven', outcome: 'unproven' };
  if (nonceBack || (fact !== null && lateIsBack(fact))) return { status: 'intact', outcome: expect === 'lost' ? 'as-expected' : 'wrong' };
  if (expect === 'lost') return on.some(({ status }) => status === 'unproven') ? { status: 'unproven', outcome: 'unproven' } : { status: 'lost', outcome: 'as-expected' };
  return judgeRegenerated(fact, on);
}

/** Services ready, and by its own files or by a service's word another than it was. */
function judgeRegenerated(fact: PlaceFact | null, on: readonly JudgedService[]): Judged<PlaceStatus> {
  const own = fact?.identity?.state ?? 'unknown';
  const words = new Set(on.map((service) => service.fact?.identity));
  if (own === 'same' || words.has('same')) return { status: 'intact', outcome: 'wrong' };
  if (on.some(({ outcome }) => outcome === 'wrong') || (own === 'none' && on.length === 0)) return { status: 'missing', outcome: 'wrong' };
  const alive = on.every(({ outcome }) => outcome === 'as-expected');
  // Where a service makes its keys only when it needs them, its place has none yet.
  const another = own === 'new' || words.has('new') || (own === 'none' && fact?.exists === true);
  return alive && another ? { status: 'regenerated', outcome: 'as-expected' } : { status: 'unproven', outcome: 'unproven' };
}

function judgeRestoredPlace({ place, fact, on, nonceBack, late }: PlaceEvidence): Judged<PlaceStatus> {
  const seeded = on.filter((service) => service.seeded);
  if (place.compare === 'service') {
    if (seeded.some(({ status }) => status === 'missing')) return { status: 'missing', outcome: 'wrong' };
    if (seeded.length === 0 || seeded.some(({ status }) => status !== 'intact')) return { status: 'unproven', outcome: 'unproven' };
    return { status: 'intact', outcome: 'as-expected' };
  }
  if (fact === null) return { status: 'unproven', outcome: 'unproven' };
  if (isGone(fact) || differenceCount(fact, 'missing', 'error') > 0) return { status: 'missing', outcome: 'wrong' };
  const wrongKinds: readonly DifferenceKind[] = late === 'any' ? ['changed', 'extra', 'metadata'] : ['changed', 'extra', 'metadata', 'late', 'late-path'];
  const wrong = wrongKinds.some((kind) => differenceCount(fact, kind, 'error') > 0) || (late === 'absent' && lateIsBack(fact));
  if (wrong) return { status: 'changed', outcome: 'wrong' };
  if (!nonceBack || seeded.some(({ status }) => status !== 'intact')) return { status: 'unproven', outcome: 'unproven' };
  return { status: 'intact', outcome: 'as-expected' };
}

/** Out of scope: as it was before the loss. No nonce is asked for, since nothing was to come back. */
function judgeBystander(place: PlaceDeclaration, fact: PlaceFact | null, on: readonly JudgedService[]): Judged<PlaceStatus> {
  if (fact === null) {
    const provenByServices = place.compare === 'service' && on.length > 0 && on.every(({ outcome }) => outcome === 'as-expected');
    return provenByServices ? { status: 'intact', outcome: 'as-expected' } : { status: 'unproven', outcome: 'unproven' };
  }
  if (!fact.exists || differenceCount(fact, 'missing', 'error') > 0) return { status: 'missing', outcome: 'wrong' };
  return bystanderProblems(fact) > 0 ? { status: 'changed', outcome: 'wrong' } : { status: 'intact', outcome: 'as-expected' };
}

const kinds: readonly DifferenceKind[] = ['missing', 'changed', 'extra', 'metadata', 'late', 'late-path'];

/** Errors of all kinds; a place that is gone is one at least. */
export function bystanderProblems(fact: PlaceFact): number {
  const errors = kinds.reduce((sum, kind) => sum + differenceCount(fact, kind, 'error'), 0);
  return fact.exists ? errors : Math.max(1, errors);
}

/** All in scope, places and services alike. */
export const inScope = ({ places, services }: Outcomes): readonly (JudgedPlace | JudgedService)[] => [...places, ...services].filter((item) => item.inScope);

export const isToBeRestored = (item: JudgedPlace | JudgedService): boolean => item.inScope && item.expect === 'restored';

export const allAsExpected = (outcomes: Outcomes): boolean => {
  const items = inScope(outcomes);
  return items.length > 0 && items.every(({ outcome }) => outcome === 'as-expected');
};
