/** An image of the outer engine as one for the instances of a host's Incus or LXD: the file system of a container that never ran. */
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type Docker from 'dockerode';
import type { Host } from '../ports/host.ts';
import { hostPrograms } from './container-process.ts';
import { ownershipLabels } from './labels.ts';

/** Imports the image `source` of the outer engine into the host's engine under the alias `name`. */
export async function importInstanceImage(docker: Docker, host: Host, source: string, name: string): Promise<void> {
  const container = await docker.createContainer({ Image: source, Cmd: ['true'], Labels: await ownershipLabels(host.spec.ownership), NetworkDisabled: true });
  try {
    const archive = new PassThrough({ highWaterMark: 1 << 20 });
    const exporting = pipeline(Readable.from(await container.export()), archive);
    const importing = host.exec([`${hostPrograms}/import-image`, name], { stdin: archive });
    const [{ exitCode, stderr }] = await Promise.all([importing, exporting]);
    if (exitCode !== 0) throw new Error(`importing image ${name} in the host failed (exit ${exitCode}): ${stderr.trim().slice(-1000)}`);
  } finally {
    await container.remove({ force: true });
  }
}
