/** Images built by the outer engine, named by the hash of what they are built from, so that a name is never stale. */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
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
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

/** Builds a folder with a Dockerfile. @throws CannotRun with the end of the build's own output. */
export async function buildImage({ docker, folder, dockerfile = 'Dockerfile', tag, labels = {}, signal }: BuildRequest): Promise<void> {
  const src = await filesBelow(folder);
  const stream = await docker.buildImage({ context: folder, src: [...src] }, { t: tag, dockerfile, labels: { ...labels }, forcerm: true, abortSignal: signal });
  const output: string[] = [];
  try {
    await follow(docker, stream, signal, (line) => output.push(line));
  } catch (cause) {
    signal.throwIfAborted();
    throw new CannotRun(`building ${folder} failed: ${cause instanceof Error ? cause.message : String(cause)}\n${output.join('').split('\n').slice(-15).join('\n')}`, { cause });
  }
}

const progressSchema = z.object({ stream: z.string().optional(), error: z.string().optional(), status: z.string().optional() });

/** Reads the engine's progress to its end. Rejects with the error that it tells. */
export async function follow(docker: Docker, stream: NodeJS.ReadableStream, signal: AbortSignal, line: (text: string) => void = () => {}): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    docker.modem.followProgress(
      stream,
      (error: Error | null) => {
        signal.removeEventListener('abort', abort);
        if (error) reject(error);
        else resolve();
      },
      (event: unknown) => line(progressSchema.safeParse(event).data?.stream ?? ''),
    );
  });
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
