/** seed: known content in every place and through every service, and the first manifest. */
import { markTime } from '../../evidence/artefact/changed-files.ts';
import { plantBallast } from '../../evidence/ballast.ts';
import { plantCanary } from '../../evidence/canary.ts';
import type { Host } from '../../ports/host.ts';
import { type ScenarioContext, Unproven, inHost } from '../context.ts';
import { serviceKey } from '../journal-events.ts';
import type { PlacePlan } from '../model.ts';
import { plantInFilePlace, writeInitialFiles } from './create.ts';
import { type Manifests, locate, manifestsOf, putBack } from './places.ts';
import { hiddenIn, readSecretPlace } from './secret-places.ts';
import { seeCanary, seedWhenReady } from './services.ts';

/** Manifest 1, of all declared places. */
export async function seed(context: ScenarioContext, host: Host): Promise<Manifests> {
  const { plan } = context.drill;
  const newest: Record<string, number> = {};
  if (plan.host.workspace.clone === 'runbook') await writeInitialFiles(context, host);
  await Promise.all(
    plan.services.map(async (service) => {
      await seedWhenReady(context, host, service);
      newest[serviceKey(service.name)] = await markTime(host);
    }),
  );
  for (const place of plan.places) {
    if (place.compare === 'service') continue;
    await plantInPlace(context, host, place);
    newest[place.name] = await markTime(host);
  }
  // Only now: a service without a seed of its own serves the canary of its place.
  await Promise.all(plan.services.map((service) => seeCanary(context, host, service)));
  await hideSecretsOfHost(context, host);
  await settle(context, host);
  const manifests = await manifestsOf(context, host, plan.places);
  const bytes = Object.fromEntries([...manifests].map(([name, manifest]) => [name, manifest?.bytes ?? 0]));
  context.emit({ event: 'seeded', names: Object.keys(newest), newest, bytes });
  return manifests;
}

async function plantInPlace(context: ScenarioContext, host: Host, place: PlacePlan): Promise<void> {
  const root = await locate(context, host, place);
  const pair = context.nonces.places.get(place.name);
  if (root === null || pair === undefined) throw new Unproven(`place ${place.name} is not there after deploy`);
  if (place.location.type !== 'file') {
    await plantCanary(host, root, pair.early);
    if (place.ballastBytes !== null) await plantBallast(host, root, place.ballastBytes);
    await putBack(context, host, place);
  } else if (place.initial === null) {
    await plantInFilePlace(context, host, place, inHost(place.location.path, host.spec.user));
  }
}

/** Secrets that were made on the host are known only now: from here on no output shows them. */
async function hideSecretsOfHost(context: ScenarioContext, host: Host): Promise<void> {
  for (const place of context.drill.plan.places) {
    if (!place.secret) continue;
    context.drill.secrets.add(hiddenIn(await readSecretPlace(context, host, place)));
  }
}

/** What was planted is on the disk before a crash is staged. */
async function settle(context: ScenarioContext, host: Host): Promise<void> {
  context.signal.throwIfAborted();
  await host.exec(['/bin/sync']);
}
