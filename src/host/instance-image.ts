/** An image of the outer engine as the file system of a machine: that of a container that never ran. */
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type Docker from 'dockerode';
import type { Host, Ownership } from '../ports/host.ts';
import type { EngineImage } from './images.ts';
import { hostPrograms } from './launched.ts';
import { ownershipLabels } from './labels.ts';

/** Imports an image into the host's engine, Incus or LXD, under its own name as alias. */
export async function importInstanceImage(host: Host, { docker, source, name }: EngineImage): Promise<void> {
  const { Id } = await docker.getImage(source).inspect();
  await withFileSystem({ docker, source, ownership: host.spec.ownership }, async (archive) => {
    const { exitCode, stderr } = await host.exec([`${hostPrograms}/import-image`, name, Id], { stdin: archive });
    if (exitCode !== 0) throw new Error(`importing image ${name} in the host failed (exit ${exitCode}): ${stderr.trim().slice(-1000)}`);
  });
}

export interface FileSystemOf {
  readonly docker: Docker;
  /** The image's name in the outer engine. */
  readonly source: string;
  readonly ownership: Ownership;
}

/** Hands an image's file system, as a tar archive, to `use`. */
export async function withFileSystem({ docker, source, ownership }: FileSystemOf, use: (archive: Readable) => Promise<void>): Promise<void> {
  const container = await docker.createContainer({ Image: source, Cmd: ['true'], Labels: await ownershipLabels(ownership), NetworkDisabled: true });
  try {
    const archive = new PassThrough({ highWaterMark: 1 << 20 });
    const exporting = pipeline(Readable.from(await container.export()), archive);
    await Promise.all([use(archive), exporting]);
  } finally {
    await container.remove({ force: true });
  }
}
