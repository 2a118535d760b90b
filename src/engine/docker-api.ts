/** What a Docker engine tells over its own socket. https://docs.docker.com/reference/api/engine/ */
import { z } from 'zod';
import type { Host } from '../ports/host.ts';
import { askEngine } from './engine-socket.ts';

/** Seconds that one answer may take. */
const answerSeconds = 60;

/** Content of a volume, or a folder or file of the host, in a container. */
const mountSchema = z.object({ Type: z.string(), Name: z.string().optional(), Source: z.string().optional(), RW: z.boolean() });
const listedSchema = z.object({ Id: z.string(), Names: z.array(z.string()), Mounts: z.array(mountSchema) });
const labels = z.record(z.string(), z.string()).nullish();
const containerSchema = z.object({
  Name: z.string().transform((name) => name.replace(/^\//, '')),
  Created: z.string(),
  Image: z.string(),
  Config: z.object({ Image: z.string(), Labels: labels }),
  Mounts: z.array(mountSchema),
});
const imageSchema = z.object({ Id: z.string(), RepoDigests: z.array(z.string()).nullish(), Config: z.object({ Labels: labels }).nullish() });
const volumeSchema = z.object({ Name: z.string(), Mountpoint: z.string(), CreatedAt: z.string().optional(), Options: z.record(z.string(), z.string()).nullish() });

export type Mount = z.output<typeof mountSchema>;
export type Container = z.output<typeof containerSchema>;
export type Image = z.output<typeof imageSchema>;
export type Volume = z.output<typeof volumeSchema>;

/** A container as it stands in a list. */
export interface ListedContainer {
  readonly id: string;
  readonly name: string;
  readonly mounts: readonly Mount[];
}

/** The running containers, or all. */
export async function listContainers(host: Host, which: 'running' | 'all'): Promise<readonly ListedContainer[]> {
  const listed = await list(host, `/containers/json${which === 'all' ? '?all=1' : ''}`, z.array(listedSchema));
  // Who links to a container gives it one more name, `/WHO/ALIAS`.
  return listed.map(({ Id: id, Names, Mounts: mounts }) => ({ id, name: Names.map((name) => name.slice(1)).find((name) => !name.includes('/')) ?? id, mounts }));
}

export async function listVolumes(host: Host): Promise<readonly Volume[]> {
  return (await list(host, '/volumes', z.object({ Volumes: z.array(volumeSchema).nullable() }))).Volumes ?? [];
}

/** Null where there is no such volume. */
export function volumeNamed(host: Host, name: string): Promise<Volume | null> {
  return read(host, `/volumes/${encodeURIComponent(name)}`, volumeSchema);
}

/** Those that are still there. */
export async function containersOf(host: Host, ids: readonly string[]): Promise<readonly Container[]> {
  return (await Promise.all(ids.map((id) => read(host, `/containers/${id}/json`, containerSchema)))).filter((container) => container !== null);
}

/** Those that are still there. */
export async function imagesOf(host: Host, ids: readonly string[]): Promise<readonly Image[]> {
  return (await Promise.all(ids.map((id) => read(host, `/images/${encodeURIComponent(id)}/json`, imageSchema)))).filter((image) => image !== null);
}

/** The answer to a GET of what every engine has: one that says it is not there must not pass for an empty list. */
async function list<Schema extends z.ZodType>(host: Host, path: string, schema: Schema): Promise<z.output<Schema>> {
  const listed = await read(host, path, schema);
  if (listed === null) throw new Error(`the Docker engine of host ${host.name} knows no ${path}`);
  return listed;
}

/** The answer to a GET, or null where there is nothing at the path. */
async function read<Schema extends z.ZodType>(host: Host, path: string, schema: Schema): Promise<z.output<Schema> | null> {
  const { status, body } = await askEngine(host, { socket: '/var/run/docker.sock', method: 'GET', path, seconds: answerSeconds });
  if (status === 404) return null;
  if (status !== 200) throw new Error(`the Docker engine of host ${host.name} answered ${status} to GET ${path}: ${JSON.stringify(body).slice(0, 1000)}`);
  return schema.parse(body);
}
