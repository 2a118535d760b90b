/** What did not come back as it was. One finding for each place and rule. */
import type { PlaceFact, ServiceDeclaration, ServiceFact } from '../journal-events.ts';
import type { RuleId, Severity, SourceLine } from '../model.ts';
import type { DrillFacts, ScenarioFacts } from './facts.ts';
import { type Found, finding } from './found.ts';
import { type JudgedPlace, type JudgedService, type Outcomes, bystanderProblems, differenceCount, isGone, lateIsBack } from './outcome.ts';

type DifferenceKind = PlaceFact['differences'][number]['kind'];
type Finding = Found['finding'];

export function dataFindings(drill: DrillFacts, facts: ScenarioFacts, outcomes: Outcomes): readonly Found[] {
  const { verified, declaration } = facts;
  if (verified === null) return [];
  const at = { entry: verified.entry, line: 0 };
  const findings = [
    ...outcomes.places.flatMap((place) => (place.inScope ? placeFindings(place, declaration.late).map((item) => whenFound(item, place)) : bystanderPlace(place))),
    ...outcomes.services.flatMap((service) => (service.inScope ? serviceFindings(service, declaration.late).map((item) => whenFound(item, service)) : bystanderService(service))),
    ...outcomes.others.flatMap((fact) => bystander(fact, drill.started.dataAt ?? declaration.at)),
  ];
  return findings.map((item) => ({ finding: item, at }));
}

const whenFound = (item: Finding, { afterRepeat = false }: JudgedPlace | JudgedService): Finding =>
  afterRepeat ? { ...item, message: `${item.message}, after the second run of the restore`, help: `The restore does not end the same when it is run again: let its steps begin from a clean place, whatever is there. ${item.help}` } : item;

function placeFindings(place: JudgedPlace, late: 'absent' | 'any'): readonly Finding[] {
  const { fact, expect } = place;
  if (expect !== 'restored') return notMadeAnew(place, expect);
  if (fact === null || place.declaration.compare === 'service') return [];
  const at = place.declaration;
  if (isGone(fact)) return [gone(fact, at)];
  const returned = late === 'absent' && lateIsBack(fact);
  // The path of a late canary whose nonce is back has been told already.
  const extras: readonly DifferenceKind[] = late === 'any' || returned ? ['extra'] : ['extra', 'late-path'];
  return [
    ...differing(fact, at, 'data-missing', ['missing'], 'every path that was there before the loss', 'missing'),
    ...differing(fact, at, 'data-changed', ['changed'], 'content as it was before the loss', 'with other content'),
    ...differing(fact, at, 'data-extra', extras, 'no path that was not there before the loss', 'too many'),
    ...differing(fact, at, 'metadata-changed', ['metadata'], 'type, owner, mode and links as they were', 'with other metadata'),
    ...(returned ? [lateReturned(at, fact.name, paths(fact, ['late']))] : []),
  ];
}

const helpFor: Partial<Record<RuleId, string>> = {
  'data-missing': 'Compare what the backup saved with what the restore unpacks, and where: the same place, the same name, all of it.',
  'data-changed': 'See what writes there after the restore, and whether the backup was taken while the data was being written.',
  'data-extra': 'Empty the place before the restore unpacks into it, so that nothing of the time after the backup stays.',
  'metadata-changed': 'Keep owner and mode when archiving and unpacking (as root, tar -p --numeric-owner), and unpack the root folder too.',
};

function differing(fact: PlaceFact, at: SourceLine, rule: RuleId, kinds: readonly DifferenceKind[], expected: string, word: string): readonly Finding[] {
  const count = (severity: Severity): number => kinds.reduce((sum, kind) => sum + differenceCount(fact, kind, severity), 0);
  const [errors, warnings] = [count('error'), count('warning')];
  if (errors + warnings === 0) return [];
  const total = errors + warnings;
  return [
    finding(
      rule,
      at,
      {
        message: `${fact.name}: ${total} ${total === 1 ? 'path is' : 'paths are'} ${word}`,
        expected,
        actual: `${total} ${word}: ${paths(fact, kinds)}`,
        help: helpFor[rule] ?? 'Correct the restore steps.',
      },
      errors > 0 ? 'error' : 'warning',
    ),
  ];
}

/** The first few paths, errors first, with what differs where that says more than the rule. */
function paths(fact: PlaceFact, kinds: readonly DifferenceKind[]): string {
  const all = fact.differences.filter(({ kind }) => kinds.includes(kind)).toSorted((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
  const shown = all.slice(0, 5).map(({ path, kind, aspect, expected, seen }) => {
    const detail = kind === 'changed' || kind === 'metadata' ? ` (${[aspect, `${expected || '–'} → ${seen || '–'}`].filter((part) => part !== '').join(' ')})` : '';
    return `${path}${detail}`;
  });
  return shown.length === 0 ? 'not listed' : `${shown.join(', ')}${all.length > shown.length ? ', …' : ''}`;
}

const gone = (fact: PlaceFact, at: SourceLine): Finding =>
  finding('data-missing', at, {
    message: `${fact.name} did not come back`,
    expected: 'every path that was there before the loss',
    actual: fact.exists ? 'the place is empty' : 'the place does not exist',
    help: 'See that a restore step unpacks the backup into this very place, under the name that the stack uses.',
  });

const lateReturned = (at: SourceLine, name: string, where: string): Finding =>
  finding('late-write-returned', at, {
    message: `What was written to ${name} after the backup is back`,
    expected: 'the state of the backup, without later writes',
    actual: `the late canary is there again: ${where}`,
    help: 'The data did not come from the backup alone: empty the place before the restore, and stop what keeps it in memory or in a journal. With continuous backups say late: any.',
  });

function notMadeAnew({ fact, nonceBack, status, declaration }: JudgedPlace, expect: 'regenerated' | 'lost'): readonly Finding[] {
  const identity = fact?.identity;
  if (status === 'missing' && identity?.state === 'none') return [nothingNew(declaration, declaration.name)];
  if (status !== 'intact') return [];
  const canaryBack = nonceBack || (fact !== null && lateIsBack(fact));
  const key = identity?.state === 'same' ? `a key or certificate of the old one is in ${identity.path ?? 'it'}` : 'its service is known by the same identity as before';
  return [stillThere(declaration, declaration.name, expect, canaryBack ? 'the old canary is back' : key)];
}

const nothingNew = (at: SourceLine, name: string): Finding =>
  finding('not-regenerated', at, {
    message: `${name} was not made anew`,
    expected: 'a new identity, with nothing of the old one',
    actual: 'no new key and no new content is in it',
    help: 'Let a restore step make the new keys or data, in this very place.',
  });

function stillThere(at: SourceLine, name: string, expect: 'regenerated' | 'lost', actual: string): Finding {
  return expect === 'regenerated'
    ? finding('not-regenerated', at, {
        message: `${name} is the old one again`,
        expected: 'a new identity, with nothing of the old one',
        actual,
        help: 'Remove the old keys or data before the service makes new ones; do not restore them.',
      })
    : finding('not-lost', at, {
        message: `${name} came back, though it is declared as lost`,
        expected: 'nothing of the old content',
        actual,
        help: 'Say expect: restored (or leave it out) in the drill file, if it is meant to come back.',
      });
}

function serviceFindings(service: JudgedService, late: 'absent' | 'any'): readonly Finding[] {
  const { fact, expect, declaration, seeded } = service;
  if (fact === null) return [];
  const at = declaration;
  const findings: Finding[] = [];
  if (!fact.ready) findings.push(notReady(at, fact.name, fact.seen));
  if (!seeded) return findings;
  if (expect !== 'restored') return fact.ready && service.status === 'intact' ? [stillThere(at, fact.name, expect, fact.identity === 'same' ? sameIdentity(fact) : 'the old canary is back')] : findings;
  if (fact.canary === 'absent') findings.push(withoutData(declaration, fact.seen));
  if (late === 'absent' && fact.lateCanary === 'there') findings.push(lateReturned(at, fact.name, `${fact.name} answers with it`));
  return findings;
}

const sameIdentity = ({ knownBy }: ServiceFact): string => `it has the same identity as before${knownBy === undefined ? '' : `: ${knownBy}, as it was`}`;

const notReady = (at: SourceLine, name: string, seen: string): Finding =>
  finding('service-not-ready', at, {
    message: `${name} does not answer after the restore`,
    expected: 'an answer within its ready-timeout',
    actual: seen || 'no answer',
    help: 'Let the runbook start it after the restore; see its own log for why it does not stay up.',
  });

const withoutData = (service: ServiceDeclaration, seen: string): Finding =>
  finding('service-data-missing', service, {
    message: `${service.name} answers, without the data that it had`,
    expected: 'its canary, as it was seeded before the backup',
    actual: seen || 'its canary is not there',
    help: [
      'See that the backup saves all files this service keeps its data in, taken while they agree with each other, and that it reads them after the restore.',
      ...(service.remedy === undefined ? [] : [service.remedy]),
    ].join(' '),
  });

const bystanderPlace = ({ fact, declaration }: JudgedPlace): readonly Finding[] => (fact === null ? [] : bystander(fact, declaration));

function bystander(fact: PlaceFact, at: SourceLine): readonly Finding[] {
  const count = bystanderProblems(fact);
  if (count === 0) return [];
  return [
    bystanderChanged(at, fact.name, fact.exists ? `${count} changed: ${paths(fact, ['missing', 'changed', 'extra', 'metadata', 'late', 'late-path'])}` : 'it does not exist any more'),
  ];
}

function bystanderService({ fact, outcome, status, declaration }: JudgedService): readonly Finding[] {
  if (fact === null || outcome !== 'wrong') return [];
  return [bystanderChanged(declaration, fact.name, `${status === 'missing' ? 'its data is not there' : 'it does not answer'}${fact.seen === '' ? '' : `: ${fact.seen}`}`)];
}

const bystanderChanged = (at: SourceLine, name: string, actual: string): Finding =>
  finding('bystander-changed', at, {
    message: `${name} was not lost, and is not as it was before`,
    expected: 'as it was before the loss',
    actual,
    help: 'Narrow the restore steps to what was lost; if the restore has to roll this place back too, name it under also.',
  });
