/** What is in use and not declared, and what runs in another major version than when it was backed up. */
import type { DataInUseFact, ImageFact } from '../journal-events.ts';
import { listNames } from '../format.ts';
import type { SourceLine } from '../model.ts';
import type { DrillFacts, ScenarioFacts } from './facts.ts';
import { type Found, finding } from './found.ts';

export function inventoryFindings(drill: DrillFacts, facts: ScenarioFacts): readonly Found[] {
  const { backup, restore } = facts.inventory;
  const { dataAt = facts.declaration.at, ignore = [] } = drill.started;
  const undeclared = (backup?.fact.data ?? []).filter((item) => isMissed(item, new Set(ignore))).map((item) => notDeclared(item, dataAt));
  return [
    ...undeclared.map((item) => ({ finding: item, at: { entry: backup?.entry ?? 0, line: 0 } })),
    ...imageChanges(backup?.fact.images ?? [], restore?.fact.images ?? [], facts.declaration.at).map((item) => ({ finding: item, at: { entry: restore?.entry ?? 0, line: 0 } })),
  ];
}

/** What no person named is known by who uses it. */
function isMissed({ name, anonymous, usedBy, declared, harmless }: DataInUseFact, ignore: ReadonlySet<string>): boolean {
  if (declared || harmless !== null) return false;
  return anonymous ? !usedBy.every((user) => ignore.has(user)) : !ignore.has(name);
}

const kinds = { volume: 'volume', bind: 'path', bucket: 'bucket', instance: 'instance' } as const;

function notDeclared({ kind, name, anonymous, usedBy }: DataInUseFact, at: SourceLine): Found['finding'] {
  const users = usedBy.length === 0 ? 'it is in use' : `${listNames(usedBy)} ${usedBy.length === 1 ? 'uses' : 'use'} it`;
  const what = anonymous ? `a volume without a name of ${listNames(usedBy)}` : `${kinds[kind]} ${name}`;
  return finding(
    'uncovered-data',
    at,
    {
      message: `${what[0]?.toUpperCase()}${what.slice(1)} is in use and not declared`,
      expected: 'a place under data for all that must survive, or its name under ignore',
      actual: `no place is ${what}; ${users}`,
      help: anonymous
        ? `Give the volume a name and declare it as a place, so that the backup can be held against it; or write ${listNames(usedBy)} under ignore.`
        : `Declare it (\`${kinds[kind]}: ${name}\`) and let the backup save it, or write ${name} under ignore if it may be lost.`,
    },
    'warning',
  );
}

function imageChanges(before: readonly ImageFact[], after: readonly ImageFact[], fallback: SourceLine): readonly Found['finding'][] {
  return after.flatMap((now) => {
    const was = counterpart(now, before, after);
    const change = was === undefined ? 'same' : versionChange(was, now);
    if (was === undefined || change === 'same') return [];
    const known = change === 'major';
    return [
      finding(
        'image-changed',
        now.startedBy ?? fallback,
        {
          message: known ? `${now.instance} came back in another major version` : `${now.instance} came back from another image, and nothing tells its version`,
          expected: `${named(was)}, as when it was backed up`,
          actual: named(now),
          help: known
            ? 'Pin the version in the runbook or the Compose file and restore into that one; change to another major version afterwards, by the program’s own way.'
            : 'Pin the image by a tag that names its version, so that a restore meets the version that wrote the data.',
        },
        known ? 'error' : 'warning',
      ),
    ];
  });
}

/** The same instance before the loss; one that was made under another name is known by its image, if that is clear. */
function counterpart(now: ImageFact, before: readonly ImageFact[], after: readonly ImageFact[]): ImageFact | undefined {
  const same = before.find(({ instance }) => instance === now.instance);
  if (same !== undefined) return same;
  const gone = before.filter((was) => repository(was.image) === repository(now.image) && !after.some(({ instance }) => instance === was.instance));
  return gone.length === 1 ? gone[0] : undefined;
}

/** `unknown`: another image, of which neither tag nor label tells a version. */
function versionChange(was: ImageFact, now: ImageFact): 'same' | 'major' | 'unknown' {
  if (was.id === now.id) return 'same';
  for (const version of [tagOf, ({ version: label }: ImageFact) => label]) {
    const [before, after] = [majorOf(version(was)), majorOf(version(now))];
    if (before !== null && after !== null) return before === after ? 'same' : 'major';
  }
  return 'unknown';
}

/** Without a registry's port being taken for a tag. */
const imageName = /^(?<repository>.+?)(?::(?<tag>[^:/@]+))?(?:@.*)?$/;
const repository = (image: string): string => imageName.exec(image)?.groups?.['repository'] ?? image;
const tagOf = ({ image }: ImageFact): string | null => imageName.exec(image)?.groups?.['tag'] ?? null;

/** The first number of `12.2.0`, `v2.53`, `16-alpine`. A tag like `alpine` or `latest` has none. */
function majorOf(version: string | null): number | null {
  const digits = /^v?(\d+)(?![\w]*[a-z])/i.exec(version ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}

function named({ image, id, version, digests }: ImageFact): string {
  const digest = digests[0]?.replace(/^.*@/, '') ?? id;
  return `${image}${version === null ? '' : ` (version ${version})`} [${digest.replace(/^(sha256:[0-9a-f]{12}).*/, '$1')}]`;
}
