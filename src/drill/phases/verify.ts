/** verify: from outside, byte by byte and through the services' own APIs, what came back. */
import { comparePlace } from '../../evidence/compare.ts';
import { noncesInPlace } from '../../evidence/nonces-in-place.ts';
import type { Host } from '../../ports/host.ts';
import { type ScenarioContext, isToBeRestored, placesOf, servicesOf } from '../context.ts';
import type { PlaceFact, ServiceFact } from '../journal-events.ts';
import type { PlacePlan } from '../model.ts';
import { type Identities, comparePlaceIdentity, compareServiceIdentity } from './identity.ts';
import { type Manifests, locate, manifestOf } from './places.ts';
import { type Sentinel, verifySentinel } from './sentinel.ts';
import { awaitServices, globsOfServices, verifyService, volatileOf } from './services.ts';

/** What each place was: manifest 1 after the seed, manifest 2 after the backup. */
export interface Known {
  readonly seeded: Manifests;
  readonly backedUp: Manifests;
  readonly sentinels: readonly Sentinel[];
  readonly identities: Identities;
}

/** What came back of the scope before the runbook's own checks ran. */
export interface Restored {
  readonly services: readonly ServiceFact[];
  /** Null where no check ran since the restore. */
  readonly beforeChecks: readonly PlaceFact[] | null;
}

export async function verifyScope(context: ScenarioContext, host: Host, known: Known): Promise<readonly PlaceFact[]> {
  return verifyPlaces(context, host, placesOf(context, context.scenario.scope.places), known);
}

/** Asked once more, those in scope; `answered`: what each had said after the restore, in the same order. */
export async function verifyServices(context: ScenarioContext, host: Host, known: Known, answered: readonly ServiceFact[]): Promise<readonly ServiceFact[]> {
  return Promise.all(
    answered.map(async (before) => {
      const [plan] = servicesOf(context, [before.name]);
      if (plan === undefined) throw new Error(`service ${before.name} was asked and is not declared`);
      return { ...(await verifyService(context, host, plan, before)), ...(await compareServiceIdentity(context, host, plan, known.identities)) };
    }),
  );
}

export async function verify(context: ScenarioContext, host: Host, known: Known, { services: answered, beforeChecks }: Restored): Promise<void> {
  const { scope } = context.scenario;
  const now = await verifyScope(context, host, known);
  const places = now.map((place) => (beforeChecks === null ? place : withoutHelp(context, beforeChecks, place)));
  const asked = await verifyServices(context, host, known, answered);
  const services = asked.map((after, index) => (beforeChecks === null ? after : withoutHelpForService(context, answered[index] ?? after, after)));
  const bystanders = await verifyPlaces(context, host, bystanderPlaces(context), known);
  const sentinels = await Promise.all(known.sentinels.map((sentinel) => verifySentinel(context, host, sentinel)));
  const bystanderServices = await awaitServices(
    context,
    host,
    context.drill.plan.services.filter((service) => !scope.services.includes(service.name) && !isLostWithHost(context)),
  );
  context.emit({ event: 'verified', places, services, bystanders: [...bystanders, ...sentinels], bystanderServices });
}

/** What came back only while the checks ran was not brought back by the restore. */
function withoutHelp(context: ScenarioContext, beforeChecks: readonly PlaceFact[], after: PlaceFact): PlaceFact {
  const before = beforeChecks.find(({ name }) => name === after.name);
  if (before === undefined || !isToBeRestored(context, after.name)) return after;
  const healed = (!before.nonceBack && after.nonceBack) || lostOrWrong(before) > lostOrWrong(after);
  if (!healed) return after;
  context.drill.emit({ event: 'warning', message: `what came back in ${after.name} while the check steps ran does not count: the restore had not brought it back` });
  return before;
}

function withoutHelpForService(context: ScenarioContext, before: ServiceFact, after: ServiceFact): ServiceFact {
  if (before.canary !== 'absent' || after.canary !== 'there' || !isToBeRestored(context, after.name)) return after;
  return { ...after, canary: 'absent', seen: `${before.seen}; it was there only after the check steps` };
}

/** Paths that a restore left missing or wrong. One too many may be a starting program's own. */
const lostOrWrong = ({ counts }: PlaceFact): number => ['missing/error', 'changed/error', 'metadata/error'].reduce((sum, key) => sum + (counts[key] ?? 0), 0);

const isLostWithHost = ({ scenario }: ScenarioContext): boolean => scenario.loss.type === 'host';

function bystanderPlaces(context: ScenarioContext): readonly PlacePlan[] {
  if (isLostWithHost(context)) return [];
  return context.drill.plan.places.filter((place) => !context.scenario.scope.places.includes(place.name));
}

async function verifyPlaces(context: ScenarioContext, host: Host, places: readonly PlacePlan[], known: Known): Promise<readonly PlaceFact[]> {
  const facts: PlaceFact[] = [];
  for (const place of places) facts.push(await verifyPlace(context, host, place, known));
  return facts;
}

async function verifyPlace(context: ScenarioContext, host: Host, place: PlacePlan, known: Known): Promise<PlaceFact> {
  const root = await locate(context, host, place);
  const restored = await manifestOf(context, host, place);
  const found = root === null ? new Map<string, readonly string[]>() : await noncesInPlace(host, root, context.nonces.all.keys());
  const pair = context.nonces.places.get(place.name);
  if (pair === undefined) throw new Error(`place ${place.name} has no nonce`);
  const volatile = volatileOf(context, place);
  const seeded = known.seeded.get(place.name) ?? null;
  const compared = comparePlace({
    name: place.name,
    mode: place.compare,
    volatile,
    grows: globsOfServices(context, place, 'grows'),
    before: seeded,
    after: known.backedUp.get(place.name) ?? null,
    restored,
    nonce: pair.early,
    lateNonce: context.scenario.scope.places.includes(place.name) ? pair.late : null,
    noncesBack: found,
  });
  return { ...compared, identity: await comparePlaceIdentity(context, host, place, { known: known.identities, seeded, restored, volatile }) };
}
