import { nameOf } from '../drill-file/explain.ts';
import type { Path } from '../drill-file/positions.ts';
import type { DrillPlace } from '../drill-file/schema.ts';
import { kindFacts } from '../drill-file/schema-services.ts';
import { type EngineFacts, engineFacts } from '../../ports/engine-facts.ts';
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

/** Where a service would take the canary tree for something of its own, its own canary alone proves the place, unless the drill file says otherwise. */
function defaultCompare({ drill }: PlanContext, name: string, place: DrillPlace): PlacePlan['compare'] {
  if ('file' in place) return 'exact';
  return Object.values(drill.services).some(({ kind, data }) => kindFacts[kind]?.ownsFolders === true && data === name) ? 'service' : 'stable';
}

function locationOf(context: PlanContext, place: DrillPlace, path: Path): PlacePlan['location'] {
  if ('volume' in place) return { type: 'volume', name: nameIn(context, 'volume', place.volume, path) };
  if ('path' in place) return { type: 'path', path: context.paths.absolute(place.path) };
  if ('file' in place) return { type: 'file', path: context.paths.absolute(place.file) };
  return 'bucket' in place ? { type: 'bucket', name: nameIn(context, 'bucket', place.bucket, path) } : { type: 'instance', name: nameIn(context, 'instance', place.instance, path) };
}

/** The name as it is written; what the engine has no such thing for, or would not take, is told. */
function nameIn({ drill, problems }: PlanContext, type: keyof EngineFacts['names'], name: string, path: Path): string {
  const { title, names } = engineFacts[drill.host.engine];
  const rule = names[type];
  if (rule === undefined) {
    problems.atKey([...path, type], { message: `${title} host has no ${type}s`, expected: `one of ${Object.keys(names).join(', ')}, path, file`, got: `${type}: ${name}`, help: 'declare what the engine has, or choose another `host.engine`' });
  } else if (!rule.matches.test(name)) {
    problems.atValue([...path, type], { message: `\`${name}\` is no name of ${title} ${type}`, expected: rule.expected, got: `\`${name}\``, help: rule.help });
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
