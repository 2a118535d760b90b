/** Pulls from a registry that this test serves itself: one that has an image, and one that takes a connection and says nothing. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { localImage } from './build.ts';
import { connect } from './connection.ts';
import { Registries } from './registry.ts';

const { docker } = await connect();
const { signal } = new AbortController();
const servers: Array<{ close(): void }> = [];
afterAll(() => servers.forEach((server) => server.close()));

const digest = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** An image with one layer that holds nothing, as the distribution protocol hands it out. */
function emptyImage(): ReadonlyMap<string, Buffer> {
  const layer = Buffer.alloc(1024);
  const packed = gzipSync(layer);
  const config = Buffer.from(
    JSON.stringify({ architecture: process.arch === 'x64' ? 'amd64' : process.arch, os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [digest(layer)] } }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: config.length, digest: digest(config) },
      layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: packed.length, digest: digest(packed) }],
    }),
  );
  const blobs = new Map([config, packed].map((bytes) => [`/v2/there/blobs/${digest(bytes)}`, bytes]));
  return new Map([...blobs, ['/v2/there/manifests/1', manifest], [`/v2/there/manifests/${digest(manifest)}`, manifest], ['/v2/', Buffer.from('{}')]]);
}

const manifestType = 'application/vnd.docker.distribution.manifest.v2+json';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push({ close: () => server.closeAllConnections() ?? server.close() });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `127.0.0.1:${address.port}`;
}

describe('Registries', () => {
  it('pull what a registry has, and go on asking one that lacks another image', async () => {
    const image = emptyImage();
    let asked = 0;
    const registry = await serve((request, response) => {
      asked++;
      const body = image.get(request.url ?? '');
      if (body === undefined) return response.writeHead(404, { 'content-type': 'application/json' }).end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
      const type = request.url?.includes('/manifests/') ? manifestType : 'application/octet-stream';
      return response.writeHead(200, { 'content-type': type, 'content-length': body.length, 'docker-content-digest': digest(body) }).end(request.method === 'HEAD' ? undefined : body);
    });
    const registries = new Registries(docker);
    expect(await registries.pull(`${registry}/absent:1`, signal)).toBe(false);
    expect(await registries.pull(`${registry}/there:1`, signal)).toBe(true);
    expect(await localImage(docker, `${registry}/there:1`)).not.toBeNull();
    await docker.getImage(`${registry}/there:1`).remove();
    expect(asked).toBeGreaterThan(3);
  });

  it('wait a short while for a silent registry, and then not again', async () => {
    const registry = await serve(() => {});
    const registries = new Registries(docker);
    const begun = performance.now();
    expect(await registries.pull(`${registry}/there:1`, signal)).toBe(false);
    expect(performance.now() - begun).toBeLessThan(15_000);
    const again = performance.now();
    expect(await registries.pull(`${registry}/other:1`, signal)).toBe(false);
    expect(performance.now() - again).toBeLessThan(100);
  });

  it('do not wait for one that nobody runs', async () => {
    const registries = new Registries(docker);
    expect(await registries.pull('runbook-drill.invalid/there:1', signal)).toBe(false);
  });

  it('stop waiting when the drill is interrupted', async () => {
    const registry = await serve(() => {});
    await expect(new Registries(docker).pull(`${registry}/there:1`, AbortSignal.timeout(200))).rejects.toThrow(/timeout/i);
  });
});
