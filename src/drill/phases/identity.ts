/** What the places and services that are to be regenerated were known by before the loss, and whether they are still known by it. */
import { type Identity, type IdentityFact, compareIdentity, takeIdentity } from '../../evidence/identity.ts';
import type { Manifest } from '../../evidence/manifest.ts';
import { volatileMatcher } from '../../evidence/compare.ts';
import type { Host } from '../../ports/host.ts';
import { type ScenarioContext, isToBeRegenerated, placesOf, servicesOf } from '../context.ts';
import type { ServiceFact } from '../journal-events.ts';
import type { PlacePlan, ServicePlan } from '../model.ts';
import { locate } from './places.ts';
import { identityOfService, serviceOf } from './services.ts';

export interface Identities {
  readonly places: ReadonlyMap<string, Identity>;
  /** Of services whose kind has one; null where it did not answer. */
  readonly services: ReadonlyMap<string, string | null>;
}

/** After the seed, of what the scenario wants regenerated. */
export async function takeIdentities(context: ScenarioContext, host: Host): Promise<Identities> {
  const { scope } = context.scenario;
  const places = new Map<string, Identity>();
  for (const place of placesOf(context, scope.places).filter(({ name }) => isToBeRegenerated(context, name))) {
    places.set(place.name, await identityOfPlace(context, host, place));
  }
  const services = new Map<string, string | null>();
  for (const service of servicesOf(context, scope.services).filter(({ name, data }) => isToBeRegenerated(context, data ?? name))) {
    const identity = await identityOfService(context, host, service);
    if (identity !== undefined) services.set(service.name, identity);
  }
  return { places, services };
}

async function identityOfPlace(context: ScenarioContext, host: Host, place: PlacePlan): Promise<Identity> {
  const root = await locate(context, host, place);
  return root === null ? { keys: new Map(), texts: new Map() } : takeIdentity(host, root);
}

/** Undefined where nobody asks for it. */
export async function comparePlaceIdentity(
  context: ScenarioContext,
  host: Host,
  place: PlacePlan,
  { known, seeded, restored, volatile }: { readonly known: Identities; readonly seeded: Manifest | null; readonly restored: Manifest | null; readonly volatile: readonly string[] },
): Promise<IdentityFact | undefined> {
  const before = known.places.get(place.name);
  if (before === undefined) return undefined;
  return compareIdentity({ before, now: await identityOfPlace(context, host, place), seeded, restored, isVolatile: volatileMatcher(volatile) });
}

/** Nothing where nobody asks for it. */
export async function compareServiceIdentity(context: ScenarioContext, host: Host, plan: ServicePlan, known: Identities): Promise<Pick<ServiceFact, 'identity' | 'knownBy'>> {
  const before = known.services.get(plan.name);
  if (before === undefined) return {};
  const now = await identityOfService(context, host, plan);
  if (before === null || now === null || now === undefined) return { identity: 'unknown' };
  const { identityIs } = serviceOf(context, plan);
  return { identity: now === before ? 'same' : 'new', ...(identityIs === undefined ? {} : { knownBy: `${identityIs} is ${now}` }) };
}
