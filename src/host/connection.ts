/** The way to the outer engine: which socket, whether it is this machine's own, and whether anyone answers. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { z } from 'zod';
import { CannotRun } from '../ports/host.ts';

export interface OuterEngine {
  readonly docker: Docker;
  /** As `DOCKER_HOST` would name it. */
  readonly endpoint: string;
  /** Version of the control groups that containers get. */
  readonly cgroupVersion: 1 | 2;
  /** Folder of the engine's storage, on the engine's machine. */
  readonly root: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names the variable that allows one engine which is not this machine's own. */
const allowRemote = 'RUNBOOK_DRILL_ALLOW_REMOTE';

const defaultEndpoint = 'unix:///var/run/docker.sock';
const howToInstall =
  'Install Docker and start it: as root on Debian or Ubuntu `apt-get install docker.io` (`npm run setup` does it), elsewhere see docs.docker.com/engine/install';

/**
 * The outer engine, once it has answered.
 * @throws CannotRun when none answers, or when the one that is configured is not local and not allowed by name.
 */
export async function connect(env: Environment = process.env): Promise<OuterEngine> {
  const endpoint = await configuredEndpoint(env);
  refuseRemote(endpoint, env);
  const docker = dockerAt(endpoint);
  try {
    const info = infoSchema.parse(await docker.info());
    return { docker, endpoint, cgroupVersion: info.CgroupVersion === '2' ? 2 : 1, root: info.DockerRootDir };
  } catch (cause) {
    throw new CannotRun(`no Docker engine answers at ${endpoint} (${reason(cause)}). ${howToInstall}.`, { cause });
  }
}

const infoSchema = z.object({ CgroupVersion: z.string().optional(), DockerRootDir: z.string() });

/** `DOCKER_HOST`, else the endpoint of the context that the `docker` command would use, else the usual socket. */
export async function configuredEndpoint(env: Environment): Promise<string> {
  if (env['DOCKER_HOST']) return env['DOCKER_HOST'];
  const folder = env['DOCKER_CONFIG'] ?? join(env['HOME'] ?? homedir(), '.docker');
  const context = env['DOCKER_CONTEXT'] ?? (await currentContext(folder));
  if (!context || context === 'default') return defaultEndpoint;
  const id = createHash('sha256').update(context).digest('hex');
  const meta = await readJson(join(folder, 'contexts', 'meta', id, 'meta.json'));
  const parsed = contextSchema.safeParse(meta);
  if (!parsed.success) {
    throw new CannotRun(`the Docker context '${context}' is selected, and has no endpoint under ${folder}. Select another: docker context use default.`);
  }
  return parsed.data.Endpoints.docker.Host;
}

const contextSchema = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string() }) }) });
const configSchema = z.object({ currentContext: z.string().optional() });

async function currentContext(folder: string): Promise<string | undefined> {
  return configSchema.safeParse(await readJson(join(folder, 'config.json'))).data?.currentContext;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}

/** @throws CannotRun for an engine on another machine, unless it is allowed by its exact name. */
export function refuseRemote(endpoint: string, env: Environment): void {
  if (endpoint.startsWith('unix://') || env[allowRemote] === endpoint) return;
  throw new CannotRun(
    `the Docker engine ${endpoint} is not a local socket, and a drill destroys what it runs on. Expected unix://…; unset DOCKER_HOST (or choose the context 'default'), or allow this one by name: ${allowRemote}=${endpoint}.`,
  );
}

function dockerAt(endpoint: string): Docker {
  if (endpoint.startsWith('unix://')) return new Docker({ socketPath: endpoint.slice('unix://'.length) });
  // dockerode and testcontainers both read the rest (TLS, SSH) from the environment.
  process.env['DOCKER_HOST'] = endpoint;
  return new Docker();
}

/** A short reason out of an error of any kind. */
export function reason(cause: unknown): string {
  if (cause instanceof Error) return cause.message.trim() || cause.name;
  return String(cause);
}
