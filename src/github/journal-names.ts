/**
 * Names in a journal of which a drill file, GitHub or the drill itself decides the letters: one with others was made by no
 * drill. Texts of runbooks and programs (titles, paths, commands, output) may hold anything and are escaped where they are shown.
 */
import type { DrillEvent, JournalEntry, ScenarioEvent } from '../drill/journal-events.ts';
import { journalName } from '../drill/journal.ts';
import { visible } from '../drill/terminal-text.ts';
import { Refused } from './refused.ts';

/** What may stand in a name, and how that is said. */
interface Alphabet {
  readonly pattern: RegExp;
  readonly longest: number;
  readonly about: string;
}

/** As the schema of a drill file has it. */
export const name: Alphabet = { pattern: /^[A-Za-z0-9][A-Za-z0-9._-]*$/, longest: 100, about: 'letters, digits, dots, dashes and underscores' };
/** `serviceKey` too. */
const item: Alphabet = { pattern: /^(?:service )?[A-Za-z0-9][A-Za-z0-9._-]*$/, longest: 108, about: `a name of ${name.about}, perhaps with "service " before it` };
/** What the drill plants beside all that the drill file names is called as a person would call it: "folder /var/lib/x". */
const bystander: Alphabet = { pattern: /^[A-Za-z0-9/][A-Za-z0-9 ._/-]*$/, longest: 108, about: `${name.about}, slashes and spaces` };
const word: Alphabet = { pattern: /^[a-z0-9_][a-z0-9_-]*$/, longest: 100, about: 'small letters, digits, dashes and underscores' };
const hexadecimal: Alphabet = { pattern: /^[0-9a-f]+$/, longest: 66, about: 'hexadecimal digits' };
const version: Alphabet = { pattern: /^[0-9A-Za-z][0-9A-Za-z.+-]*$/, longest: 100, about: 'a version' };
const instant: Alphabet = { pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, longest: 24, about: 'a time such as 2026-11-22T02:00:00.000Z' };
const time: Alphabet = { pattern: /^[0-9TZ:.+-]+$/, longest: 40, about: 'a time such as 2026-11-22T02:00:00Z' };

interface Named {
  readonly what: string;
  readonly text: string;
  readonly alphabet: Alphabet;
}

/**
 * @param entries in the order of their lines.
 * @throws Refused
 */
export function refuseHostileNames(entries: readonly JournalEntry[]): void {
  for (const [index, entry] of entries.entries()) {
    for (const named of namesOf(entry)) {
      if (!isOf(named)) throw new Refused(`${journalName}:${index + 1}: ${named.what}: expected ${named.alphabet.about}, at most ${named.alphabet.longest} characters; got ${shown(named.text)}`);
    }
  }
}

/** A drill hides its secrets in names too, as three asterisks. A time of the drill's own clock is never hidden. */
function isOf({ text, alphabet: { pattern, longest } }: Named): boolean {
  return text.length <= longest && pattern.test(pattern === instant.pattern ? text : text.replaceAll('***', '0'));
}

const shown = (text: string): string => `"${visible(text.slice(0, 60))}${text.length > 60 ? '…' : ''}"`;

const all = (what: string, alphabet: Alphabet, texts: readonly (string | null | undefined)[]): readonly Named[] =>
  texts.flatMap((text) => (text === null || text === undefined ? [] : [{ what, text, alphabet }]));

const namesOf = (entry: JournalEntry): readonly Named[] => [
  ...all('the time of the entry', instant, [entry.at]),
  ...('scenario' in entry ? [...all('the id of the scenario', name, [entry.scenario]), ...namesOfScenarioEvent(entry)] : entry.event === 'drill-started' ? namesOfDrill(entry) : []),
];

function namesOfDrill(drill: Extract<DrillEvent, { event: 'drill-started' }>): readonly Named[] {
  const { host, runbooks, places, services, declared = [], absent = [], scenarios } = drill;
  return [
    ...all('the version of the tool', version, [drill.tool]),
    ...all('the name of the drill', name, [drill.drill]),
    ...all('the commit', hexadecimal, [drill.commit]),
    ...all('a SHA-256', hexadecimal, [drill.drillFileSha256, ...runbooks.map(({ sha256 }) => sha256)]),
    ...all('a word about the host', word, [host.environment, host.engine, host.network, host.user]),
    ...all("the host's clock", time, [host.date]),
    ...all('the id of a scenario', name, [...declared, ...absent, ...scenarios].map(({ id }) => id)),
    ...all('the name of a place', name, places.map((place) => place.name)),
    ...all('the name of a service', name, services.map((service) => service.name)),
    ...all("the name of a service's place", name, services.map(({ data }) => data)),
    ...all('the kind of a service', word, services.map(({ kind }) => kind)),
    ...scenarios.flatMap(({ lost, also, scope, expect, steps }) => [
      ...all('the name of a place or service in scope', name, [...lost, ...also, ...scope.places, ...scope.services, ...Object.keys(expect)]),
      ...all('the kind of a step', word, steps.map(({ kind }) => kind)),
    ]),
  ];
}

function namesOfScenarioEvent(event: ScenarioEvent): readonly Named[] {
  switch (event.event) {
    case 'step-ended':
      return all('the start of a step', time, [event.result.start]);
    case 'seeded':
      return all('the name of what was planted', item, [...event.names, ...Object.keys(event.newest), ...Object.keys(event.bytes ?? {})]);
    case 'backup-inspected':
      return [
        ...all('a SHA-256', hexadecimal, [...event.artefacts, ...event.old].map(({ sha256 }) => sha256)),
        ...all('the name of a place or service in the backup', item, [
          ...event.artefacts.flatMap(({ holds }) => holds),
          ...event.coverage.map((covered) => covered.name),
          ...event.bornVolumes.flatMap(({ holds }) => holds),
          ...[...event.mismatches, ...(event.gone ?? [])].map(({ place }) => place),
          ...event.old.flatMap(({ places }) => places),
        ]),
      ];
    case 'retention':
      return all('the name of a place that is kept', name, event.places.map((place) => place.name));
    case 'verified':
    case 'restore-repeats':
      return [
        ...all('the name of what was verified', name, [...event.places, ...event.services].map((verified) => verified.name)),
        ...all('the kind of a service', word, event.services.map(({ kind }) => kind)),
        ...(event.event === 'verified' ? all('the name of a bystander', bystander, [...event.bystanders, ...event.bystanderServices].map((verified) => verified.name)) : []),
      ];
    default:
      return [];
  }
}
