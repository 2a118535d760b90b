/** Loss of the host: a new machine gets offsite, Git and `host.files`, nothing else. */
import { PassThrough } from 'node:stream';
import { type HostSlot, type ScenarioContext, Unproven, inHost } from '../context.ts';
import type { Host } from '../../ports/host.ts';
import { cloneWorkspace, mapRemotes, originPath } from '../repository.ts';
import { createHost, placeHostFiles, workspaceOf } from './create.ts';
import { removeHost } from './remove-host.ts';

/** The old host is gone for good once its offsite paths and its origin stand on the new one. */
export async function replaceHost(context: ScenarioContext, slot: HostSlot): Promise<void> {
  const old = slot.host;
  const { drill } = context;
  await drill.engine.killUsers(old, drill.plan.places.map((place) => place.location));
  const fresh = await createHost(context, true, (performance.now() - slot.since) / 1000);
  try {
    await proveEmpty(context, fresh);
    await carry(old, fresh, [originPath]);
    await mapRemotes(fresh, drill.plan.repository.remotes);
    // Git clones into an empty folder alone, and what is carried may lie in it.
    if (drill.plan.host.workspace.clone === 'drill') await cloneWorkspace(fresh, workspaceOf(context));
    await carry(old, fresh, drill.plan.offsite.map((entry) => inHost(entry, old.spec.user)));
    await placeHostFiles(context, fresh);
  } catch (error) {
    await removeHost(context, fresh);
    throw error;
  }
  slot.host = fresh;
  await removeHost(context, old);
}

async function proveEmpty({ drill }: ScenarioContext, host: Host): Promise<void> {
  const left = await drill.engine.inventory(host);
  if (left.length > 0) throw new Unproven(`the engine of the new host is not empty: ${left.slice(0, 5).join(', ')}`);
}

/** Copies paths and globs with owners, modes and extended attributes, as a stream between the two machines. */
async function carry(from: Host, to: Host, paths: readonly string[]): Promise<void> {
  const stream = new PassThrough({ highWaterMark: 1 << 20 });
  const pack = String.raw`
    cd /; shopt -s nullglob globstar dotglob; IFS=
    for pattern in "$@"; do for path in $pattern; do [ -e "$path" ] && printf '%s\0' ".$path"; done; done |
      /usr/bin/tar --create --xattrs --acls --numeric-owner --format=posix --null --files-from=- --file=-`;
  const packing = from.exec(['/bin/bash', '-c', pack, 'bash', ...paths], { stdout: stream }).finally(() => stream.end());
  const unpacking = to.exec(['/usr/bin/tar', '--extract', '--xattrs', '--acls', '--numeric-owner', '--same-permissions', '--directory=/', '--file=-'], { stdin: stream });
  const [packed, unpacked] = await Promise.all([packing, unpacking]);
  if (packed.exitCode !== 0 || unpacked.exitCode !== 0) {
    throw new Unproven(`offsite paths could not be carried to the new host: ${packed.stderr.trim()} ${unpacked.stderr.trim()}`);
  }
}
