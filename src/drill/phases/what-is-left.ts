/** Proof of a loss: nothing of the lost data may be there when the clock starts. */
import type { Manifest } from '../../evidence/manifest.ts';
import { noncesInPlace } from '../../evidence/nonces-in-place.ts';
import type { Host } from '../../ports/host.ts';
import type { ProbeAnswer } from '../../ports/service.ts';
import { type ScenarioContext, placesOf, servicesOf } from '../context.ts';
import type { PlacePlan, ServicePlan } from '../model.ts';
import { type Manifests, locate, manifestOf } from './places.ts';
import { checkService, serviceOf } from './services.ts';

interface Asked {
  readonly service: ServicePlan;
  readonly early: ProbeAnswer;
  readonly late: ProbeAnswer;
}

/** What of the lost data is still there, or null. @param before manifest 2. */
export async function whatIsLeft(context: ScenarioContext, host: Host, before: Manifests): Promise<string | null> {
  const asked = await askServices(context, host);
  for (const place of placesOf(context, context.scenario.lost)) {
    const left = isProvenByServices(context, place)
      ? await leftOfServices(context, host, place, asked.filter(({ service }) => service.data === place.name), before.get(place.name) ?? null)
      : await leftInFiles(context, host, place);
    if (left !== null) return left;
  }
  for (const { service, early, late } of asked) {
    if (early.state === 'there' || late.state === 'there') return `service ${service.name} still answers with its ${early.state === 'there' ? '' : 'late '}canary`;
  }
  return null;
}

async function askServices(context: ScenarioContext, host: Host): Promise<readonly Asked[]> {
  const { scope, lost } = context.scenario;
  const seeded = servicesOf(context, scope.services).filter((service) => service.data !== null && lost.includes(service.data) && serviceOf(context, service).seeded);
  // One after the other within a service alone: what does not answer takes its time to be silent.
  return Promise.all(seeded.map(async (service) => ({ service, early: await checkService(context, host, service, 'early'), late: await checkService(context, host, service, 'late') })));
}

async function leftInFiles(context: ScenarioContext, host: Host, place: PlacePlan): Promise<string | null> {
  const root = await locate(context, host, place);
  if (root === null) return null;
  const found = await noncesInPlace(host, root, context.nonces.all.keys());
  const [first] = [...found.values()].flat();
  return first === undefined ? null : `a nonce of this run is still in place ${place.name}, in ${first}`;
}

/**
 * The runbook's own loss may be one that files do not show: a dropped database leaves its bytes in pages and logs, and a stopped one
 * keeps its data in a form in which no nonce can be read. All other losses are the drill's own, down to the files.
 */
const isProvenByServices = ({ scenario }: ScenarioContext, place: PlacePlan): boolean => scenario.loss.type === 'steps' && place.compare === 'service';

async function leftOfServices(context: ScenarioContext, host: Host, place: PlacePlan, asked: readonly Asked[], before: Manifest | null): Promise<string | null> {
  const silent = asked.find(({ early, late }) => early.state !== 'absent' || late.state !== 'absent');
  if (silent === undefined && asked.length > 0) return null;
  const now = await manifestOf(context, host, place);
  const same = [...(now?.entries ?? [])].filter(([path, entry]) => entry.type === 'f' && entry.size > 0 && entry.sha256 === before?.entries.get(path)?.sha256);
  if (same.length === 0) return null;
  const why = silent === undefined ? 'no service says that its data is gone' : `service ${silent.service.name} does not say that its data is gone (${silent.early.seen})`;
  return `${why}, and ${same.length} files of place ${place.name} are as before`;
}
