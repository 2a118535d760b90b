/** A bystander that nothing names: a volume and a folder that no runbook knows, and that no restore may touch. */
import { randomBytes } from 'node:crypto';
import { type Manifest, takeManifest } from '../../evidence/manifest.ts';
import { comparePlace } from '../../evidence/compare.ts';
import type { Host } from '../../ports/host.ts';
import type { ScenarioContext } from '../context.ts';
import type { PlaceFact } from '../journal-events.ts';
import { must } from '../repository.ts';

export interface Sentinel {
  readonly path: string;
  readonly content: string;
  readonly manifest: Manifest;
}

/** A folder beside the data of other programs; its content is taken down just before the loss. */
export async function plantSentinel(host: Host): Promise<Sentinel> {
  const path = `/var/lib/neighbour-${randomBytes(4).toString('hex')}`;
  const content = randomBytes(16).toString('hex');
  await must(host, 'plant the sentinel', ['sh', '-ec', 'mkdir "$1"; echo "$2" > "$1/keep"; chmod 600 "$1/keep"', 'sh', path, content]);
  const manifest = await takeManifest(host, path, { kind: 'folder' });
  if (manifest === null) throw new Error(`the sentinel ${path} is not there`);
  return { path, content, manifest };
}

export async function verifySentinel(context: ScenarioContext, host: Host, sentinel: Sentinel): Promise<PlaceFact> {
  const restored = await takeManifest(host, sentinel.path, { kind: 'folder', signal: context.signal });
  return comparePlace({
    name: sentinel.path,
    mode: 'exact',
    volatile: [],
    before: sentinel.manifest,
    after: sentinel.manifest,
    restored,
    nonce: sentinel.content,
    lateNonce: null,
    noncesBack: new Map(),
  });
}
