/** Where the places of a scenario are in its host, and what is in them. */
import { type Manifest, takeManifest } from '../../evidence/manifest.ts';
import type { Host } from '../../ports/host.ts';
import type { PlaceLocation } from '../../ports/engine.ts';
import { type ScenarioContext, inHost } from '../context.ts';
import type { PlacePlan } from '../model.ts';

/** The location with `~` resolved. */
export function locationInHost(place: PlacePlan, host: Host): PlaceLocation {
  const { location } = place;
  return 'path' in location ? { ...location, path: inHost(location.path, host.spec.user) } : location;
}

/** Absolute path of the place's content, or null where it is not there. */
export function locate(context: ScenarioContext, host: Host, place: PlacePlan): Promise<string | null> {
  return context.drill.engine.locate(host, locationInHost(place, host));
}

export async function manifestOf(context: ScenarioContext, host: Host, place: PlacePlan): Promise<Manifest | null> {
  const root = await locate(context, host, place);
  if (root === null) return null;
  const ids = await context.drill.engine.idRanges(host, locationInHost(place, host));
  return takeManifest(host, root, { kind: place.location.type === 'file' ? 'file' : 'folder', ids, signal: context.signal });
}

/** What was planted or destroyed in the folder of a place is in the place itself from here on. */
export function putBack(context: ScenarioContext, host: Host, place: PlacePlan): Promise<void> {
  return context.drill.engine.putBack(host, locationInHost(place, host));
}

export type Manifests = ReadonlyMap<string, Manifest | null>;

/** One after the other: hashing is bound by the disk, and a host has two cores. */
export async function manifestsOf(context: ScenarioContext, host: Host, places: readonly PlacePlan[]): Promise<Manifests> {
  const manifests = new Map<string, Manifest | null>();
  for (const place of places) manifests.set(place.name, await manifestOf(context, host, place));
  return manifests;
}
