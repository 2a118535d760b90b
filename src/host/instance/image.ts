/** The image that instances are made from: the ordinary host's, built by Docker and kept by the server under an alias of ours. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { z } from 'zod';
import type { HostSpec } from '../../ports/host.ts';
import { timed, type ImageWork } from '../base-image.ts';
import { buildImage, hashFolder, localImage } from '../build.ts';
import { hostImage } from '../host-image.ts';
import { withFileSystem } from '../instance-image.ts';
import { imagesFolder } from '../package-folder.ts';
import { withNeeded } from '../prepare.ts';
import { ServerError, type InstanceServer, type Operation } from './server.ts';
import { tarOf } from './small-tar.ts';

/** Fingerprint of the host image, which is there once this resolves. */
export async function instanceImage(server: InstanceServer, spec: HostSpec, work: ImageWork): Promise<string> {
  const host = await hostImage(withNeeded(spec), work);
  const folder = join(imagesFolder(), 'host-as-instance');
  const definition = createHash('sha256').update(`${host} ${await hashFolder(folder)}`).digest('hex').slice(0, 12);
  const alias = `runbook-drill-host-${definition}`;
  const known = await fingerprintOf(server, alias);
  if (known !== null) return known;
  const tag = `runbook-drill/host-as-instance:${definition}`;
  await timed(work, `the host image for ${server.kind.title}`, async () => {
    if ((await localImage(work.docker, tag)) === null) await buildImage({ ...work, folder, tag, args: { HOST: host } });
    await withFileSystem({ docker: work.docker, source: tag, ownership: spec.ownership }, (archive) => importInto(server, alias, archive, host));
  });
  return (await fingerprintOf(server, alias)) ?? alias;
}

/** By its label, since a drill may have been killed before it gave the image its alias. */
async function fingerprintOf(server: InstanceServer, alias: string): Promise<string | null> {
  const images = await server.ask('/images?recursion=1', z.array(z.object({ fingerprint: z.string(), properties: z.record(z.string(), z.string()).nullable() })));
  return images.find(({ properties }) => properties?.[imageLabel] === alias)?.fingerprint ?? null;
}

const imageLabel = 'user.runbook-drill.image';

/** One upload of two files, as the API wants them: what the image is, then its file system. */
async function importInto(server: InstanceServer, alias: string, fileSystem: Readable, source: string): Promise<void> {
  const boundary = `runbook-drill-${alias}`;
  const part = (name: string) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}.tar"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const metadata = tarOf('metadata.yaml', JSON.stringify({ architecture: architectures[process.arch] ?? process.arch, creation_date: Math.floor(Date.now() / 1000), properties: { description: `a host of runbook-drill, from ${source}`, [imageLabel]: alias } }));
  const body = Readable.from(
    (async function* () {
      yield Buffer.from(part('metadata'));
      yield metadata;
      yield Buffer.from(`\r\n${part('rootfs')}`);
      yield* fileSystem;
      yield Buffer.from(`\r\n--${boundary}--\r\n`);
    })(),
  );
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  const uploaded = server.upload('/images', headers, body.pipe(new PassThrough({ highWaterMark: 1 << 20 })));
  const { metadata: made } = await unlessQuicker(uploaded);
  if (made === null) return;
  const { fingerprint } = z.object({ fingerprint: z.string() }).parse(made);
  await server.ask('/images/aliases', z.unknown(), { method: 'POST', body: { name: alias, target: fingerprint, description: 'made by runbook-drill' } }).catch(async (error: unknown) => {
    // Another drill was quicker with one of its own: that counts, and this one goes.
    if (!(error instanceof ServerError) || error.status !== 409) throw error;
    await server.perform(`/images/${fingerprint}`, { method: 'DELETE' });
  });
}

/** The very same image may come from another drill at the same time. */
async function unlessQuicker(uploaded: Promise<Operation>): Promise<Pick<Operation, 'metadata'>> {
  return uploaded.catch((error: unknown) => {
    if (error instanceof ServerError && /already exists/i.test(error.message)) return { metadata: null };
    throw error;
  });
}

/** Architectures as the kernel names them, by Node's names. */
const architectures: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };
