/** What the clocks flatter and the drill leaves out. Always told, whatever the verdict. */
import { formatBytes, formatDuration, listNames } from '../format.ts';
import type { Report } from '../report-model.ts';
import type { PlaceDeclaration } from '../journal-events.ts';
import type { DrillFacts, ScenarioFacts } from './facts.ts';
import { retentionNotMeasured } from './retention-findings.ts';
import { underName } from '../under-name.ts';

type NotMeasured = Report['notMeasured'][number];

const always: readonly NotMeasured[] = [
  { what: 'image-download', why: 'images are copied into the host before the clock starts; a fresh machine would have to pull them' },
  { what: 'off-site-transfer', why: 'what is offsite lies on the same machine; fetching it over a real network takes longer' },
  { what: 'detection-and-decision', why: 'the clock starts with the first restore step, not when the loss happens or is noticed' },
];

export function notMeasuredOf(drill: DrillFacts): readonly NotMeasured[] {
  const told: readonly NotMeasured[] = [
    ...always,
    ...drill.notMeasured.map(({ what, why }) => ({ what, why })),
    ...otherClock(drill),
    ...undrilled(drill),
    ...drill.scenarios.flatMap((scenario) => [
      ...scenario.notMeasured.map(({ what, why }) => ({ what, why })),
      ...scenario.declaration.steps.filter(({ kind }) => kind === 'skip').map(({ name, why }) => ({ what: name, why: why ?? 'the drill file skips it' })),
      ...passphrases(scenario),
      ...retentionNotMeasured(scenario),
      ...Object.entries(scenario.declaration.manual).map(([name, seconds]) => ({
        what: name,
        why: `human work that no drill can measure: ${formatDuration(seconds)} declared for ${scenario.declaration.id}`,
      })),
    ]),
    ...drill.started.places.flatMap((place) => [...notCompared(place), ...smaller(drill, place)]),
  ];
  return told.filter(({ what, why }, index) => {
    const first = told.findIndex((other) => other.what === what && (other.why === why || always.some((item) => item.what === what)));
    return first === index;
  });
}

/** Fidelity is over what was run: a runbook may be half untried and 100 % as written. */
function undrilled({ started: { undrilled: blocks = [] } }: DrillFacts): readonly NotMeasured[] {
  if (blocks.length === 0) return [];
  return [{ what: 'blocks in no scenario', why: `${listNames(blocks.map(({ reference, file, line }) => `${reference} (${file}:${line})`))}: no step of the drill file names ${blocks.length === 1 ? 'it' : 'them'}` }];
}

/** What does not see the clock that the drill file sets. */
function otherClock({ started: { host } }: DrillFacts): readonly NotMeasured[] {
  if (host.date === undefined) return [];
  return [{ what: 'host.date', why: `the shells of the host and what they start see ${host.date}; containers, programs that ask the kernel themselves (written in Go, linked statically) and the times of files keep the machine’s clock` }];
}

/** A person would have to have it, and to type it. */
function passphrases({ declaration, runs, repeat }: ScenarioFacts): readonly NotMeasured[] {
  const results = [...runs.values(), ...(repeat?.runs.values() ?? [])].flat();
  const asked = results.reduce((sum, { fact }) => sum + (fact.passphrases ?? 0), 0);
  if (asked === 0) return [];
  return [{ what: 'gpg-passphrase', why: `gpg asked for a passphrase ${asked === 1 ? 'once' : `${asked} times`} in ${declaration.id}, and the drill answered at once; in an emergency somebody has to know it` }];
}

/** A place that is not compared path by path may have lost all that nothing planted. */
function notCompared({ name, compare }: PlaceDeclaration): readonly NotMeasured[] {
  if (compare !== 'canary' && compare !== 'service') return [];
  const proof = compare === 'canary' ? 'the planted canary' : 'what its services answer';
  return [{ what: `content of ${name}`, why: `compare: ${compare} proves ${name} by ${proof} alone; whether its other content came back was not looked at` }];
}

/** Real data of over twice the size that was drilled takes longer. */
function smaller(drill: DrillFacts, { name, sizeBytes }: { readonly name: string; readonly sizeBytes: number | null }): readonly NotMeasured[] {
  if (sizeBytes === null) return [];
  const planted = drill.scenarios.flatMap(({ seeded }) => seeded.flatMap(({ bytes }) => underName(bytes ?? {}, name) ?? []));
  const seen = drill.scenarios.flatMap(({ verified }) => verified?.fact.places.find((place) => place.name === name)?.bytes ?? []);
  const sizes = planted.length > 0 ? planted : seen;
  const drilled = sizes.length === 0 ? null : Math.max(...sizes);
  if (drilled !== null && sizeBytes <= 2 * drilled) return [];
  return [{ what: `RTA at ${formatBytes(sizeBytes)} (drilled ${formatBytes(drilled)})`, why: `${name} is larger in real life than in the drill` }];
}
