/** Images built by the outer engine, named by the hash of what they are built from, so that a name is never stale. */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type Docker from 'dockerode';
import { z } from 'zod';
import { CannotRun } from '../ports/host.ts';

export interface BuildRequest {
  readonly docker: Docker;
  readonly folder: string;
  /** In the folder; default `Dockerfile`. */
  readonly dockerfile?: string;
  readonly tag: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Values of the Dockerfile's `ARG`s. */
  readonly args?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Hash over names and contents of all files in a folder, whatever their times and modes. */
export async function hashFolder(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const path of await filesBelow(folder)) {
    const content = await readFile(join(folder, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 12);
}

/** Paths of the files in a folder, relative to it, in byte order. */
async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

/** Builds a folder with a Dockerfile. @throws CannotRun with the end of the build's own output. */
export async function buildImage({ docker, folder, dockerfile = 'Dockerfile', tag, labels = {}, args = {}, signal }: BuildRequest): Promise<void> {
  const src = await filesBelow(folder);
  const stream = await docker.buildImage({ context: folder, src: [...src] }, { t: tag, dockerfile, labels: { ...labels }, buildargs: { ...args }, forcerm: true, abortSignal: signal });
  const output: string[] = [];
  try {
    await follow(stream, signal, (line) => output.push(line));
    if ((await localImage(docker, tag)) === null) throw new Error('the engine told no error, and the image is not there');
  } catch (cause) {
    signal.throwIfAborted();
    throw new CannotRun(`building ${folder} failed: ${cause instanceof Error ? cause.message : String(cause)}\n${output.join('').split('\n').slice(-15).join('\n')}`, { cause });
  }
}

const progressSchema = z.object({ stream: z.string().optional(), error: z.string().optional() });

/**
 * Reads the engine's progress to its end. Rejects with the error that it tells: the engine reports one within a stream that
 * began with success, and dockerode's own reader passes over it.
 */
export async function follow(stream: NodeJS.ReadableStream, signal: AbortSignal, line: (text: string) => void = () => {}): Promise<void> {
  const lines = createInterface({ input: stream, crlfDelay: Infinity, signal });
  let broken: unknown = null;
  stream.once('error', (error: unknown) => (broken = error));
  for await (const text of lines) {
    if (text === '') continue;
    const event = progressSchema.safeParse(JSON.parse(text)).data;
    if (event?.error !== undefined) throw new Error(event.error);
    line(event?.stream ?? '');
  }
  signal.throwIfAborted();
  if (broken !== null) throw broken;
}

/** Whether the engine has an image of this name; its labels. */
export async function localImage(docker: Docker, name: string): Promise<{ readonly labels: Readonly<Record<string, string>> } | null> {
  try {
    const { Config } = await docker.getImage(name).inspect();
    return { labels: Config.Labels ?? {} };
  } catch (error) {
    if (z.object({ statusCode: z.literal(404) }).safeParse(error).success) return null;
    throw error;
  }
}

/** `1 min 12 s` or `34 s`, for people. */
export function elapsed(since: number, now: number = performance.now()): string {
  const seconds = Math.round((now - since) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
