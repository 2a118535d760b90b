/** Bystanders that nothing names: a volume and a folder that no runbook knows, and that no restore may touch. */
import { randomBytes } from 'node:crypto';
import { comparePlace } from '../../evidence/compare.ts';
import { type Manifest, takeManifest } from '../../evidence/manifest.ts';
import type { Host } from '../../ports/host.ts';
import type { ScenarioContext } from '../context.ts';
import type { PlaceFact } from '../journal-events.ts';
import { must } from '../repository.ts';

export interface Sentinel {
  /** What a person would call it. */
  readonly name: string;
  readonly root: string;
  readonly content: string;
  readonly manifest: Manifest;
}

/** Planted just before the loss. A lost stack takes all volumes with it, a lost host everything. */
export async function plantSentinels({ drill, scenario }: ScenarioContext, host: Host): Promise<readonly Sentinel[]> {
  if (scenario.loss.type === 'host') return [];
  const id = `neighbour-${randomBytes(4).toString('hex')}`;
  const folder = `/var/lib/${id}`;
  await must(host, 'plant the sentinel', ['mkdir', folder]);
  const sentinels = [await fill(host, `folder ${folder}`, folder)];
  if (scenario.loss.type !== 'stack') sentinels.push(await fill(host, `volume ${id}`, await drill.engine.makeVolume(host, id)));
  return sentinels;
}

async function fill(host: Host, name: string, root: string): Promise<Sentinel> {
  const content = randomBytes(16).toString('hex');
  await host.writeFile(`${root}/keep`, content, { user: 'root', mode: '0600' });
  const manifest = await takeManifest(host, root, { kind: 'folder' });
  if (manifest === null) throw new Error(`the sentinel ${root} is not there`);
  return { name, root, content, manifest };
}

export async function verifySentinel(context: ScenarioContext, host: Host, { name, root, content, manifest }: Sentinel): Promise<PlaceFact> {
  const restored = await takeManifest(host, root, { kind: 'folder', signal: context.signal });
  return comparePlace({ name, mode: 'exact', volatile: [], before: manifest, after: manifest, restored, nonce: content, lateNonce: null, noncesBack: new Map() });
}
