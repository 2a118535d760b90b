/** Runs programs in an instance over the server's API: binary safe both ways, secrets in no process list. */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { HostLost, type ExecOptions, type ExecResult, type HostProcess } from '../../ports/host.ts';
import { reason } from '../connection.ts';
import { handOut, hostPrograms, newKillId, waitFor, type Launched } from '../launched.ts';
import type { InstanceServer, Operation } from './server.ts';
import { openControl, openInput, openOutput } from './websocket.ts';

/** An instance by its server and name, with the environment that all programs in it get. */
export interface Instance {
  readonly server: InstanceServer;
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

type Options = Pick<ExecOptions, 'user' | 'cwd' | 'env'>;

/** `Host.exec` for an instance. */
export async function execInInstance(instance: Instance, command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  options.signal?.throwIfAborted();
  const launched = await launch(instance, command, options);
  if (options.stdin === undefined) launched.stdin.end();
  return waitFor(launched, command[0] ?? '', options);
}

/** `Host.start` for an instance. */
export async function startInInstance(instance: Instance, command: readonly string[], options: Options = {}): Promise<HostProcess> {
  return handOut(await launch(instance, command, options));
}

async function launch(instance: Instance, command: readonly string[], options: Options): Promise<Launched> {
  const killId = newKillId();
  const { stdin, stdout, stderr, ended, sockets } = await attach(instance, [`${hostPrograms}/launch`, killId, options.user ?? 'root', ...command], options);
  return {
    stdin,
    outputs: async (toStdout, toStderr) => void (await Promise.all([passOn(stdout, toStdout), passOn(stderr, toStderr)])),
    exitCode: () => exitCodeOf(instance, ended),
    kill: async () => void (await run(instance, [`${hostPrograms}/kill-by`, killId])),
    close: () => [stdin, stdout, stderr].forEach((stream) => stream.destroy()),
    hold: (held) => sockets.forEach((socket) => (held ? socket.ref() : socket.unref())),
    lostOr: (error) => lostOr(instance, error),
  };
}

interface Attached {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The operation once the program has ended. */
  readonly ended: Promise<Operation>;
  /** All that keeps this program alive for it. */
  readonly sockets: readonly Socket[];
}

const streamsSchema = z.object({ fds: z.object({ '0': z.string(), '1': z.string(), '2': z.string(), control: z.string() }) });

/** Starts a program; its identity, folder and variables are in the request alone. @throws HostLost when the instance does not run */
async function attach({ server, name, env }: Instance, command: readonly string[], options: Options): Promise<Attached> {
  try {
    const operation = await server.begin(`/instances/${name}/exec`, {
      method: 'POST',
      body: { command, environment: { ...env, ...options.env }, cwd: options.cwd ?? '/', interactive: false, 'wait-for-websocket': true },
    });
    // Asked for at once: the server forgets an operation seconds after its end.
    const sockets: Socket[] = [];
    const onSocket = (socket: Socket): void => void sockets.push(socket);
    const ended = server.end(operation, { onSocket });
    ended.catch(() => undefined);
    const { fds } = streamsSchema.parse(operation.metadata);
    const stream = (secret: string) => ({ socketPath: server.socket, operation: operation.id, secret, onSocket });
    // First, as the program starts once the others are connected, and may have ended before this one would be. When it breaks,
    // because this process died, the server kills the program.
    const control = await openControl(stream(fds.control));
    const letGo = (): void => control[Symbol.dispose]();
    ended.then(letGo, letGo);
    const [stdin, stdout, stderr] = await Promise.all([openInput(stream(fds[0])), openOutput(stream(fds[1])), openOutput(stream(fds[2]))]);
    return { stdin, stdout, stderr, ended, sockets };
  } catch (error) {
    throw await lostOr({ server, name, env }, error);
  }
}

/** Passes a stream on, no faster than it is read, and leaves its target open. A reader that has gone away does not hold it up. */
async function passOn(from: Readable, to: Writable): Promise<void> {
  for await (const chunk of from) {
    if (to.destroyed || to.writableEnded || to.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        to.off('drain', done).off('close', done).off('error', done);
        resolve();
      };
      to.on('drain', done).on('close', done).on('error', done);
    });
  }
}

const exitSchema = z.object({ return: z.number() });

/** 128 + SIGKILL: what every program gets when the host's first process dies. */
const killedStatus = 137;

async function exitCodeOf(instance: Instance, ended: Promise<Operation>): Promise<number> {
  try {
    const { return: code } = exitSchema.parse((await ended).metadata);
    await lostIfKilled(instance, code);
    return code;
  } catch (error) {
    throw await lostOr(instance, error);
  }
}

/** @throws HostLost when a program was killed because the instance was */
export async function lostIfKilled(instance: Instance, exitCode: number): Promise<void> {
  if ((exitCode === killedStatus || exitCode < 0) && (await isDying(instance))) throw new HostLost(hostGone);
}

const hostGone = 'the host is gone: its instance does not run any more';

/** Whether the instance has died or is about to: for a moment after its first process was killed it still counts as running. */
async function isDying(instance: Instance): Promise<boolean> {
  for (let tries = 0; tries < 5; tries += 1) {
    if (!(await isRunning(instance)) || (await run(instance, ['true']).then((code) => code !== 0, () => true))) return true;
    await sleep(20);
  }
  return false;
}

/** Runs a program of ours and waits for its end; its exit code. */
async function run(instance: Instance, command: readonly string[]): Promise<number> {
  const { server, name, env } = instance;
  const ended = await server.perform(`/instances/${name}/exec`, { method: 'POST', body: { command, environment: env, cwd: '/', interactive: false, 'wait-for-websocket': false } });
  return exitSchema.parse(ended.metadata).return;
}

const stateSchema = z.object({ status: z.string() });

async function isRunning({ server, name }: Pick<Instance, 'server' | 'name'>): Promise<boolean> {
  try {
    return (await server.ask(`/instances/${name}`, stateSchema)).status === 'Running';
  } catch {
    return false;
  }
}

/** As `lostOr`, where the error may come a moment before the end of the instance is told. */
export async function lostOrDying(instance: Instance, error: unknown): Promise<Error> {
  if (error instanceof HostLost || !(await isDying(instance))) return lostOr(instance, error);
  return new HostLost(`${hostGone} (${reason(error)})`, { cause: error });
}

/** `HostLost` when the instance does not run any more, else the error itself. */
async function lostOr(instance: Instance, error: unknown): Promise<Error> {
  if (error instanceof HostLost) return error;
  if (!(await isRunning(instance))) return new HostLost(`${hostGone} (${reason(error)})`, { cause: error });
  return error instanceof Error ? error : new Error(reason(error));
}
