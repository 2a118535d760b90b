/** Times: what the recovery took, and how old what came back is. Null for what was not measured. */
import { type StepDeclaration, serviceKey } from '../journal-events.ts';
import type { Policy, ScenarioReport, ValidationStatus } from '../report-model.ts';
import { type ScenarioFacts, isOwnCheck, resultOf } from './facts.ts';
import { type JudgedService, type Outcomes, allAsExpected, isToBeRestored } from './outcome.ts';

export type Clock = ScenarioReport['clock'];

/** What was measured, before anyone asks whether it counts. Seconds. */
export interface Measured {
  readonly clock: Clock;
  /** Restore and ready; null unless all in scope came back as expected. */
  readonly rta: number | null;
  /** `every` and the age of the newest canary that came back, of the worst place or service; null unless all canaries came back. */
  readonly rpa: number | null;
  /** Every newest canary before the backup came back, and there was one. */
  readonly canariesBack: boolean;
}

export function measure(facts: ScenarioFacts, outcomes: Outcomes): Measured {
  const clock = clockOf(facts, outcomes);
  return { clock, rta: rtaOf(clock, outcomes), rpa: rpaOf(facts, outcomes), canariesBack: canariesBack(outcomes) };
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000;

function clockOf(facts: ScenarioFacts, outcomes: Outcomes): Clock {
  const steps = (wanted: (step: StepDeclaration) => boolean): number | null => sumOfSteps(facts, wanted);
  // The machine that a recovery would have to wait for is the new one.
  const host = facts.hosts.find(({ replacement }) => replacement) ?? facts.hosts[0];
  const verify = facts.phaseSeconds.get('verify');
  return {
    provision: host === undefined ? null : milliseconds(host.seconds),
    deploy: steps(({ phase }) => phase === 'deploy'),
    backup: steps(({ phase }) => phase === 'backup'),
    restore: steps(({ phase }) => phase === 'restore'),
    ready: readyOf(outcomes),
    check: steps(isOwnCheck),
    verify: verify === undefined ? null : milliseconds(verify),
    manual: Object.values(facts.declaration.manual).reduce((sum, seconds) => sum + seconds, 0),
  };
}

/** Null where none of them ran. */
function sumOfSteps(facts: ScenarioFacts, wanted: (step: StepDeclaration) => boolean): number | null {
  const durations = facts.declaration.steps.filter(wanted).flatMap((step) => resultOf(facts, step)?.duration ?? []);
  return durations.length === 0 ? null : milliseconds(durations.reduce((sum, seconds) => sum + seconds, 0));
}

/** Until the last service in scope answered with its canary, or at all where no canary is to come back. */
function readyOf({ services }: Outcomes): number | null {
  const asked = services.filter((service) => service.inScope);
  const seconds = asked.map((service) => (service.outcome === 'as-expected' ? answeredAfter(service) : null)).filter((time) => time !== null);
  return seconds.length === 0 || seconds.length < asked.length ? null : milliseconds(Math.max(...seconds));
}

function answeredAfter({ seeded, expect, fact }: JudgedService): number | null {
  return (seeded && expect === 'restored' ? fact?.canarySeconds : fact?.readySeconds) ?? null;
}

function rtaOf({ restore, ready }: Clock, outcomes: Outcomes): number | null {
  if (restore === null || !allAsExpected(outcomes)) return null;
  const services = outcomes.services.some((service) => service.inScope);
  if (services && ready === null) return null;
  return milliseconds(restore + (ready ?? 0));
}

type Named = { readonly key: string; readonly back: boolean };

/** Everything in scope that is to be restored and has a canary of its own. */
function canaries({ places, services }: Outcomes): readonly Named[] {
  return [
    ...places
      .filter((place) => isToBeRestored(place) && place.declaration.seeded)
      .map((place) => ({ key: place.declaration.name, back: place.nonceBack })),
    ...services
      .filter((service) => isToBeRestored(service) && service.seeded)
      .map((service) => ({ key: serviceKey(service.declaration.name), back: service.fact?.canary === 'there' })),
  ];
}

function canariesBack(outcomes: Outcomes): boolean {
  const all = canaries(outcomes);
  return all.length > 0 && all.every(({ back }) => back);
}

function rpaOf(facts: ScenarioFacts, outcomes: Outcomes): number | null {
  const { everySeconds } = facts.declaration;
  if (everySeconds === null || facts.backup === null || !canariesBack(outcomes)) return null;
  const { backupEnded } = facts.backup.fact;
  const newest = new Map(facts.seeded.flatMap((seeded) => Object.entries(seeded.newest)));
  const ages = canaries(outcomes).map(({ key }) => backupEnded - (newest.get(key) ?? Number.NaN));
  // A canary without a time, or younger than the end of the backup, is no measurement.
  return ages.every((age) => age >= 0) ? milliseconds(everySeconds + Math.max(...ages)) : null;
}

export function rtoOf(target: number | null, measured: Measured, status: ValidationStatus): ScenarioReport['rto'] {
  const actual = status === 'NOT_MEASURED' ? null : measured.rta;
  if (target === null) return { target, actual, policy: 'NotApplicable' };
  return { target, actual, policy: actual === null ? policyUnmeasured(status) : policyOf(actual + measured.clock.manual <= target) };
}

export function rpoOf(target: number | 'last-backup' | null, everySeconds: number | null, measured: Measured, status: ValidationStatus): ScenarioReport['rpo'] {
  if (target === 'last-backup') {
    const met = measured.canariesBack && status !== 'NOT_MEASURED';
    return { target, actual: null, policy: met ? 'PolicyMet' : policyUnmeasured(status) };
  }
  const actual = status === 'NOT_MEASURED' ? null : measured.rpa;
  if (target === null || everySeconds === null) return { target, actual, policy: 'NotApplicable' };
  return { target, actual, policy: actual === null ? policyUnmeasured(status) : policyOf(actual <= target) };
}

const policyOf = (met: boolean): Policy => (met ? 'PolicyMet' : 'PolicyBreached');
const policyUnmeasured = (status: ValidationStatus): Policy => (status === 'FAILED' || status === 'TIMED_OUT' ? 'PolicyBreached' : 'NotApplicable');
