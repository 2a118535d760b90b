import { nameOf } from '../drill-file/explain.ts';
import type { Path } from '../drill-file/positions.ts';
import type { DrillPlace } from '../drill-file/schema.ts';
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
    compare: place.compare ?? ('file' in place ? 'exact' : 'stable'),
    volatile: place.volatile ?? [],
    secret: place.secret,
    initial: initialOf(context, place, path),
    canary: canaryOf(context, place, path),
    sizeBytes: place.size ?? null,
    ballastBytes: place.ballast ?? null,
  };
}

function locationOf(context: PlanContext, place: DrillPlace, path: Path): PlacePlan['location'] {
  if ('volume' in place) return { type: 'volume', name: volumeName(context, place.volume, [...path, 'volume']) };
  if ('path' in place) return { type: 'path', path: context.paths.absolute(place.path) };
  if ('file' in place) return { type: 'file', path: context.paths.absolute(place.file) };
  return 'bucket' in place ? { type: 'bucket', name: place.bucket } : { type: 'instance', name: place.instance };
}

/** Docker takes a name with a slash for a folder, and would plant in the wrong place without a word. */
function volumeName({ drill, problems }: PlanContext, name: string, path: Path): string {
  if (drill.host.engine === 'docker' && !/^[a-zA-Z0-9][\w.-]*$/.test(name)) {
    problems.atValue(path, { message: `\`${name}\` is no name of a Docker volume`, expected: 'letters, digits, dots, dashes and underscores', got: `\`${name}\``, help: 'give the name that `docker volume ls` shows; a bind mount is a `path`' });
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
