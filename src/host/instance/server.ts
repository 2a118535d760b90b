/**
 * The API that LXD and Incus have in common, over the server's local socket. Nothing here reads the remotes that the client
 * programs know: a drill is made on this machine or not at all.
 */
import { access, constants } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { CannotRun, type EnvironmentName } from '../../ports/host.ts';
import { reason } from '../connection.ts';

/** What LXD and Incus do not have in common. */
export interface ServerKind {
  readonly name: Exclude<EnvironmentName, 'docker'>;
  readonly title: string;
  /** Where its socket may be, the likeliest first. */
  sockets(env: NodeJS.ProcessEnv): readonly string[];
  /** Says in one sentence how one gets such a server. */
  readonly howToInstall: string;
  /** The setting of an instance that lets it ask the server about itself. */
  readonly guestApiKey: string;
}

/** The server refused, or an operation of it failed. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

const answerSchema = z.object({ type: z.string(), error: z.string().optional(), error_code: z.number().optional(), operation: z.string().optional(), metadata: z.unknown().optional() });
const operationSchema = z.object({ id: z.string(), status_code: z.number(), err: z.string(), metadata: z.record(z.string(), z.unknown()).nullable() });
export type Operation = z.infer<typeof operationSchema>;

export interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  /** Told of the connection that waits for the answer. */
  readonly onSocket?: (socket: Socket) => void;
}

export class InstanceServer {
  readonly kind: ServerKind;
  readonly socket: string;

  constructor(kind: ServerKind, socket: string) {
    this.kind = kind;
    this.socket = socket;
  }

  /** What the server answers at `/1.0PATH`. */
  async ask<Schema extends z.ZodType>(path: string, schema: Schema, asked: Asked = {}): Promise<z.infer<Schema>> {
    const { metadata } = await this.#answer(path, asked);
    return schema.parse(metadata);
  }

  /** Begins what takes its time; the operation as it stands. */
  async begin(path: string, asked: Asked): Promise<Operation> {
    return operationSchema.parse((await this.#answer(path, asked)).metadata);
  }

  /** Begins it and waits for its end. */
  async perform(path: string, asked: Asked): Promise<Operation> {
    return this.end(await this.begin(path, asked));
  }

  /** Waits for the end of an operation. @throws ServerError when it failed */
  async end({ id }: Pick<Operation, 'id'>, waiting: Pick<Asked, 'onSocket'> = {}): Promise<Operation> {
    // LXD answers with what became of a failed one, Incus with its error alone.
    const ended = await this.ask(`/operations/${id}/wait`, operationSchema, waiting).catch(async (error: unknown) =>
      this.ask(`/operations/${id}`, operationSchema).catch(() => {
        throw error;
      }),
    );
    // A program that is not there fails its operation, and has an exit code all the same.
    if (ended.status_code >= 400 && ended.metadata?.['return'] === undefined) throw new ServerError(ended.err, ended.status_code);
    return ended;
  }

  /** Sends a body that is not JSON, and waits for the end of what it began. */
  async upload(path: string, headers: Readonly<Record<string, string>>, body: Readable): Promise<Operation> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const sent = request({ socketPath: this.socket, path: `/1.0${path}`, method: 'POST', headers: { host: this.kind.name, ...headers } }, resolve);
    sent.once('error', reject);
    const [response] = await Promise.all([promise, pipeline(body, sent)]);
    return this.end(operationSchema.parse((await read(response)).metadata));
  }

  async #answer(path: string, { method = 'GET', body, onSocket }: Asked): Promise<z.infer<typeof answerSchema>> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const sent = request({ socketPath: this.socket, path: `/1.0${path}`, method, headers: { host: this.kind.name, 'content-type': 'application/json' } }, resolve);
    sent.once('error', reject);
    if (onSocket !== undefined) sent.once('socket', onSocket);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    return read(await promise);
  }
}

async function read(response: IncomingMessage): Promise<z.infer<typeof answerSchema>> {
  const answer = answerSchema.parse(JSON.parse(await text(response)));
  if (answer.type === 'error') throw new ServerError(answer.error ?? 'an error without a word', answer.error_code ?? response.statusCode ?? 500);
  return answer;
}

/** @throws CannotRun that says what to install when no server answers, or this user may not ask it. */
export async function connectServer(kind: ServerKind, env: NodeJS.ProcessEnv): Promise<InstanceServer> {
  const sockets = kind.sockets(env);
  const present = await firstThatIs(sockets);
  if (present === null) throw new CannotRun(`no ${kind.title} answers: there is no socket at ${sockets.join(', ')}. ${kind.howToInstall}.`);
  const server = new InstanceServer(kind, present);
  try {
    const { auth } = await server.ask('', z.object({ auth: z.string() }));
    if (auth !== 'trusted') throw new CannotRun(`${kind.title} at ${present} does not trust this user`);
    return server;
  } catch (cause) {
    throw new CannotRun(`no ${kind.title} answers at ${present} (${reason(cause)}). ${kind.howToInstall}.`, { cause });
  }
}

async function firstThatIs(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    const there = await access(path, constants.F_OK).then(() => true, () => false);
    if (there) return path;
  }
  return null;
}
