/** A journal may hold any text, but no name that a drill cannot have. */
import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../drill/journal-events.ts';
import { journals } from '../report/golden/journals.ts';
import { refuseHostileNames } from './journal-names.ts';
import { Refused } from './refused.ts';

const green = journals['green'] ?? [];

/** Every text under that key is another: in all lines, or in those of an event. */
function withTexts(key: string, text: string, { event, of = green }: { readonly event?: string | undefined; readonly of?: readonly JournalEntry[] } = {}): readonly JournalEntry[] {
  return of.map((entry) => {
    if (event !== undefined && entry.event !== event) return entry;
    const changed: JournalEntry = JSON.parse(JSON.stringify(entry), (name, value: unknown) => (name === key && typeof value === 'string' ? text : value));
    return changed;
  });
}

const started = (more: object): readonly JournalEntry[] => green.map((entry) => (entry.event === 'drill-started' ? { ...entry, ...more } : entry));

/** Of what no name may hold: what begins structure, a mention or a reference, what acts in a terminal, and what is too much. */
const hostile = ['<img src=x>', 'a\nb', 'a\u001b[31m', '`a`', 'a|b', '@org/team', 'a#1', '[a](b)', '-->', 'a b', '\u202ea', '', 'x'.repeat(200)];

describe('a name in a journal', () => {
  const keys: readonly (readonly [key: string, event: string | undefined])[] = [
    ['at', undefined],
    ['tool', undefined],
    ['drill', undefined],
    ['commit', undefined],
    ['drillFileSha256', undefined],
    ['sha256', undefined],
    ['id', undefined],
    ['scenario', undefined],
    ['environment', undefined],
    ['network', undefined],
    ['user', undefined],
    ['name', 'verified'],
    ['name', 'backup-inspected'],
    ['kind', 'verified'],
    ['start', undefined],
  ];
  it.each(keys)('is refused under %s (%s) where no drill can have made it', (key, event) => {
    const of = started({ commit: 'a'.repeat(40), drillFileSha256: 'b'.repeat(64) });
    expect(JSON.stringify(of)).toContain(`"${key}"`);
    for (const text of hostile) expect(() => refuseHostileNames(withTexts(key, text, { event, of })), JSON.stringify(text)).toThrow(Refused);
  });

  it.each<[string, object]>([
    ['places', { places: [{ name: '@org', file: 'd', line: 1, compare: 'exact', seeded: true, sizeBytes: null }] }],
    ['services', { services: [{ name: 'a', file: 'd', line: 1, kind: 'http', data: '<b>', seeded: true }] }],
    ['kinds', { services: [{ name: 'a', file: 'd', line: 1, kind: '<b>', data: null, seeded: true }] }],
    ['declared', { declared: [{ id: '`', title: '', rtoSeconds: null, rpo: null }] }],
    ['absent', { absent: [{ id: '@org', title: '', rtoSeconds: null, rpo: null }] }],
    ['a clock', { host: { environment: 'docker', engine: 'docker', network: 'open', user: 'ops', date: 'now<b>' } }],
  ])('is refused in %s', (_what, more) => expect(() => refuseHostileNames(started(more))).toThrow(Refused));

  it('is told with its line, what was expected, and what it is, made inert', () => {
    expect(() => refuseHostileNames(withTexts('drill', '@org/team\n::error::<b>'))).toThrow(/^journal\.ndjson:1: the name of the drill: expected letters, digits, dots, dashes and underscores, at most 100 characters; got "@org\/team\\n/);
    const long = withTexts('drill', 'x'.repeat(1_000_000));
    expect(() => refuseHostileNames(long)).toThrow(/^.{1,400}$/);
  });
});

describe('the names of a drill', () => {
  it.each(Object.keys(journals).filter((name) => name !== 'hostile'))('of the journal %s are its own', (name) => expect(() => refuseHostileNames(journals[name] ?? [])).not.toThrow());

  it('may be all that a drill file allows, and partly masked', () => {
    const odd = started({ drill: `0.a_b-C${'x'.repeat(93)}`, tool: '1.2.3-rc.1+build', host: { environment: 'incus', engine: 'lxd', network: 'open', user: '_a-b_9', date: '2026-11-22T02:00:00+01:00' } });
    expect(() => refuseHostileNames(odd)).not.toThrow();
    expect(() => refuseHostileNames(withTexts('drill', '***-homelab'))).not.toThrow();
    expect(() => refuseHostileNames(withTexts('sha256', `${'a'.repeat(20)}***${'b'.repeat(30)}`))).not.toThrow();
  });

  it('are none of the texts that commands print', () => {
    for (const key of ['title', 'output', 'stderr', 'command', 'seen', 'path', 'why', 'text', 'file']) expect(() => refuseHostileNames(withTexts(key, '@org <b> | `'))).not.toThrow();
  });
});
