import { nameOf } from '../drill-file/explain.ts';
import type { Path } from '../drill-file/positions.ts';
import type { DrillPlace } from '../drill-file/schema.ts';
import type { EngineName } from '../../ports/host.ts';
import type { PlacePlan } from '../model.ts';
import { contentOf } from './contents.ts';
import { keyLine, type PlanContext } from './context.ts';

export function planPlaces(context: PlanContext): readonly PlacePlan[] {
  return Object.entries(context.drill.data).map(([name, place]) => planPlace(context, name, place));
}

function planPlace(context: PlanContext, name: string, place: DrillPlace): PlacePlan {
  const path = ['data', name];
  return {
    name,
    at: keyLine(context, path),
    location: locationOf(context, place, path),
    compare: place.compare ?? defaultCompare(context, name, place),
    volatile: place.volatile ?? [],
    secret: place.secret,
    initial: initialOf(context, place, path),
    canary: canaryOf(context, place, path),
    sizeBytes: place.size ?? null,
    ballastBytes: place.ballast ?? null,
  };
}

/**
 * MariaDB takes every folder in its data directory for a database: with a canary tree in it, `mariadb-dump --all-databases` fails
 * ("Incorrect database name '#mysql50#.drill-canary'", 11.8). Unless the drill file says otherwise its rows alone prove it.
 */
function defaultCompare({ drill }: PlanContext, name: string, place: DrillPlace): PlacePlan['compare'] {
  if ('file' in place) return 'exact';
  return Object.values(drill.services).some((service) => service.kind === 'mariadb' && service.data === name) ? 'service' : 'stable';
}

function locationOf(context: PlanContext, place: DrillPlace, path: Path): PlacePlan['location'] {
  if ('volume' in place) return { type: 'volume', name: nameIn(context, 'volume', place.volume, path) };
  if ('path' in place) return { type: 'path', path: context.paths.absolute(place.path) };
  if ('file' in place) return { type: 'file', path: context.paths.absolute(place.file) };
  return 'bucket' in place ? { type: 'bucket', name: nameIn(context, 'bucket', place.bucket, path) } : { type: 'instance', name: nameIn(context, 'instance', place.instance, path) };
}

type EnginesOwn = 'volume' | 'bucket' | 'instance';

interface NameRule {
  readonly matches: RegExp;
  readonly expected: string;
  readonly help: string;
}

const inPool = (what: string, command: string): NameRule => ({
  matches: /^(?:[^/:\s]+:)?[^/:\s]+\/[^/:\s]+$/,
  expected: `pool/${what}, or project:pool/${what}`,
  help: `give the pool and the name that \`${command}\` shows`,
});
const instanceName: NameRule = { matches: /^(?:[^/:\s]+:)?[a-zA-Z][a-zA-Z0-9-]*$/, expected: 'the name of an instance, or project:name', help: 'give the name that the engine lists' };

/**
 * What each engine has, and how it is named. Docker takes a name with a slash for a folder, and would plant in the wrong place
 * without a word. LXD 5.0 has no `storage bucket`.
 */
const namesIn: Readonly<Record<EngineName, Partial<Record<EnginesOwn, NameRule>>>> = {
  docker: { volume: { matches: /^[a-zA-Z0-9][\w.-]*$/, expected: 'letters, digits, dots, dashes and underscores', help: 'give the name that `docker volume ls` shows; a bind mount is a `path`' } },
  incus: { volume: inPool('volume', 'incus storage volume list POOL'), bucket: inPool('bucket', 'incus storage bucket list POOL'), instance: instanceName },
  lxd: { volume: inPool('volume', 'lxc storage volume list POOL'), instance: instanceName },
};

const withArticle: Readonly<Record<EngineName, string>> = { docker: 'a Docker', incus: 'an Incus', lxd: 'an LXD' };

function nameIn({ drill, problems }: PlanContext, type: EnginesOwn, name: string, path: Path): string {
  const { engine } = drill.host;
  const rule = namesIn[engine][type];
  if (rule === undefined) {
    const has = Object.keys(namesIn[engine]).join(', ');
    problems.atKey([...path, type], { message: `${withArticle[engine]} host has no ${type}s`, expected: `one of ${has}, path, file`, got: `${type}: ${name}`, help: 'declare what the engine has, or choose another `host.engine`' });
  } else if (!rule.matches.test(name)) {
    problems.atValue([...path, type], { message: `\`${name}\` is no name of ${withArticle[engine]} ${type}`, expected: rule.expected, got: `\`${name}\``, help: rule.help });
  }
  return name;
}

function initialOf(context: PlanContext, place: DrillPlace, path: Path): PlacePlan['initial'] {
  if (!('file' in place) || place.initial === undefined) return null;
  const text = contentOf(context, place.initial, [...path, 'initial']);
  return text === null ? null : { text };
}

/** A volume or directory gets a tree of its own, whatever is said here; only a file can go without. */
function canaryOf(context: PlanContext, place: DrillPlace, path: Path): PlacePlan['canary'] {
  if (!('file' in place)) return { type: 'line' };
  const key = place['canary-key'];
  if (place.canary === 'json' && key !== undefined) return { type: 'json', key };
  if ((place.canary === 'json') !== (key !== undefined)) {
    const told = { message: `\`${nameOf(path)}\`: \`canary: json\` and \`canary-key\` go together`, expected: 'both or neither', got: `canary: ${place.canary}, ${key === undefined ? 'no canary-key' : `canary-key: ${key}`}`, help: 'give `canary: json` and the key that carries the nonce' };
    context.problems.atKey(path, told);
  }
  return place.canary === 'json' ? { type: 'none' } : { type: place.canary };
}
