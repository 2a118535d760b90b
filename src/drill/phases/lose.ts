/** lose: as a crash, never as a shutdown; and proven before any clock starts. */
import { corruptPlace, emptyFolder, removeFile, removeFolder } from '../../evidence/corrupt.ts';
import { killProcessesHolding } from '../../evidence/processes.ts';
import type { PlaceLocation } from '../../ports/engine.ts';
import type { Host } from '../../ports/host.ts';
import { type HostSlot, type ScenarioContext, Unproven, inPhase, placesOf } from '../context.ts';
import type { Loss, PlacePlan } from '../model.ts';
import { type Manifests, locationInHost, locate, putBack } from './places.ts';
import { replaceHost } from './replace-host.ts';
import { runSteps } from './steps.ts';
import { whatIsLeft } from './what-is-left.ts';

/** @param before manifest 2. */
export async function lose(context: ScenarioContext, slot: HostSlot, before: Manifests): Promise<void> {
  const { loss } = context.scenario;
  await inPhase(context, 'lose', () => stage(context, slot, loss));
  // Nothing is destroyed, so there is no loss to prove.
  if (loss.type === 'compromise') return;
  if (context.scenario.afterLoss === 'deployed') await deployAgain(context, slot.host);
  const why = await whatIsLeft(context, slot.host, before);
  context.emit({ event: 'loss-proven', proven: why === null, why: why ?? 'every nonce of a lost place is gone' });
  if (why !== null) throw new Unproven(`the loss did not take: ${why}`);
}

async function stage(context: ScenarioContext, slot: HostSlot, loss: Loss): Promise<void> {
  switch (loss.type) {
    case 'host':
      await replaceHost(context, slot);
      return;
    case 'stack':
      await loseStack(context, slot.host);
      return;
    case 'compromise':
      return;
    case 'steps':
      await loseBySteps(context, slot.host);
      return;
    case 'data':
      await loseData(context, slot.host, loss.how);
  }
}

async function loseData(context: ScenarioContext, host: Host, how: 'delete' | 'remove' | 'corrupt'): Promise<void> {
  const { engine } = context.drill;
  const lost = placesOf(context, context.scenario.lost);
  const killed = await engine.killUsers(host, lost.map((place) => locationInHost(place, host)));
  for (const place of lost) {
    const root = await locate(context, host, place);
    if (root === null) continue;
    await killProcessesHolding(host, root);
    if (how === 'remove') await removePlace(context, host, place, root);
    else {
      if (how === 'corrupt') await corruptPlace(host, root);
      else await emptyPlace(host, locationInHost(place, host), root);
      await putBack(context, host, place);
    }
  }
  if (context.scenario.afterLoss === 'restarted') await engine.startAgain(host, killed);
}

async function removePlace(context: ScenarioContext, host: Host, place: PlacePlan, root: string): Promise<void> {
  const location = locationInHost(place, host);
  if (location.type === 'file') await removeFile(host, root);
  else if (location.type === 'path') await removeFolder(host, root);
  else {
    // A volume may be a folder in disguise, which the engine leaves as it is.
    if (location.type === 'volume') await emptyFolder(host, root);
    await context.drill.engine.removePlace(host, location);
  }
}

/** A file has no inside to empty: it goes. */
async function emptyPlace(host: Host, location: PlaceLocation, root: string): Promise<void> {
  if (location.type === 'file') await removeFile(host, root);
  else await emptyFolder(host, root);
}

async function loseStack(context: ScenarioContext, host: Host): Promise<void> {
  const { scenario, drill } = context;
  const kept = placesOf(context, scenario.keep).map((place) => locationInHost(place, host));
  const lost = drill.plan.places.filter((place) => !scenario.keep.includes(place.name));
  await drill.engine.killUsers(host, lost.map((place) => locationInHost(place, host)));
  const roots = await Promise.all(lost.map(async (place) => ({ place, root: await locate(context, host, place) })));
  await drill.engine.removeStack(host, kept);
  for (const { place, root } of roots) {
    // A volume's own folder went with it; one that is a folder in disguise is left as it is.
    if (root === null || !(await isThere(host, root))) continue;
    await killProcessesHolding(host, root);
    await emptyPlace(host, locationInHost(place, host), root);
  }
}

const isThere = async (host: Host, path: string): Promise<boolean> => (await host.exec(['/usr/bin/test', '-e', path])).exitCode === 0;

async function loseBySteps(context: ScenarioContext, host: Host): Promise<void> {
  const outcome = await runSteps(context, host, context.scenario.steps.filter((step) => step.phase === 'lose'));
  if (outcome.limit !== null) throw new Unproven(`the loss needs what a drill host cannot give: ${outcome.limit.what}`);
}

async function deployAgain(context: ScenarioContext, host: Host): Promise<void> {
  const outcome = await inPhase(context, 'deploy', () => runSteps(context, host, context.scenario.steps.filter((step) => step.phase === 'deploy')));
  if (outcome.failed) throw new Unproven('the deploy steps failed after the loss');
}
