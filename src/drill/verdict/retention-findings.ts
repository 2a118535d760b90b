/** Which generations of the backups were to be left, and which are. */
import { counted } from '../format.ts';
import type { RetentionFact } from '../journal-events.ts';
import type { ScenarioFacts } from './facts.ts';
import { type Found, finding } from './found.ts';

export function retentionFindings({ retention }: ScenarioFacts): readonly Found[] {
  if (retention === null) return [];
  const { entry, fact } = retention;
  const line = fact.removes ?? fact.asked;
  return fact.places.flatMap((place) => {
    const judged = judgeRetention(place, fact.dates.length);
    if (judged.state !== 'broken') return [];
    const { tooMany } = judged;
    const failed = fact.failed.length === 0 ? '' : `; ${counted(fact.failed.length, 'earlier run')} failed: ${daysOf(fact.failed, fact.dates)}`;
    return [
      {
        at: { entry, line: 0 },
        finding: finding('retention-broken', line, {
          message: `After ${counted(fact.dates.length, 'backup')} ${tooMany.length > 0 ? 'more' : 'less'} of ${place.name} is kept than is promised`,
          expected: `the newest ${counted(Math.min(place.keep, fact.dates.length), 'generation')}: ${daysOf(judged.wanted, fact.dates)}`,
          actual: `${counted(place.kept.length, 'generation')}: ${daysOf(place.kept, fact.dates)}${failed}`,
          help:
            tooMany.length > 0
              ? 'Run the command that removes old backups by hand and read what it says: a form that the engine does not know, a pattern that matches nothing or a hidden failure removes nothing.'
              : 'See that each run makes its own copy, under a name of its own, and that nothing is removed before its time.',
        }),
      },
    ];
  });
}

type Judged = { readonly state: 'kept' | 'unknown' } | { readonly state: 'broken'; readonly wanted: readonly number[]; readonly tooMany: readonly number[]; readonly tooFew: readonly number[] };

/** Exactly the newest: no fewer, no more, the right ones. What cannot be looked into may hold it or not. Run 0 is the newest. */
export function judgeRetention({ keep, kept, unknown }: Pick<RetentionFact, 'keep' | 'kept' | 'unknown'>, runs: number): Judged {
  const wanted = Array.from({ length: Math.min(keep, runs) }, (_, run) => run);
  const tooMany = kept.filter((run) => run >= keep);
  const tooFew = wanted.filter((run) => !kept.includes(run) && !unknown.includes(run));
  if (tooMany.length > 0 || tooFew.length > 0) return { state: 'broken', wanted, tooMany, tooFew };
  return { state: unknown.length > 0 ? 'unknown' : 'kept' };
}

/** `2026-11-25, 2026-11-24`, to the minute where two are of one day. */
function daysOf(runs: readonly number[], dates: readonly string[]): string {
  if (runs.length === 0) return 'none';
  const days = dates.map((date) => date.slice(0, 10));
  const told = new Set(days).size === days.length ? days : dates.map((date) => date.slice(0, 16).replace('T', ' '));
  return runs.map((run) => told[run] ?? `run ${run}`).join(', ');
}

/** Places of which a promise was made that could neither be seen kept nor broken: that is not proven, and never green. */
export function unknownRetention({ retention }: ScenarioFacts): readonly string[] {
  if (retention === null) return [];
  const { dates, places } = retention.fact;
  return places.filter((place) => judgeRetention(place, dates.length).state === 'unknown').map(({ name }) => name);
}

/** What the simulated days could not show. */
export function retentionNotMeasured({ retention }: ScenarioFacts): readonly { readonly what: string; readonly why: string }[] {
  if (retention === null) return [];
  const { dates, failed, places } = retention.fact;
  const onThose = failed.length === 1 ? 'that day' : 'those days';
  return [
    { what: 'retention', why: `${counted(dates.length, 'backup')} ran on days that the shells of the host saw; what the engine does by its own clock (schedules, expiry) was not seen` },
    ...(failed.length === 0 ? [] : [{ what: 'retention', why: `${counted(failed.length, 'earlier run')} of the backup had a step that failed: ${daysOf(failed, dates)}. What is wrong on ${onThose} alone was not looked into` }]),
    ...places.flatMap((place) => {
      if (place.keep >= dates.length) return [{ what: `retention of ${place.name}`, why: `${place.keep} generations are to be kept and ${dates.length} were made: that older ones are removed was not tried` }];
      return judgeRetention(place, dates.length).state === 'unknown' ? [{ what: `retention of ${place.name}`, why: 'artefacts that cannot be looked into may hold it: which generations are left is not known' }] : [];
    }),
  ];
}
