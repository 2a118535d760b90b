/** A program in a container as the engine's API knows it: started, asked for its exit, killed. Tells a dead container from a failed program. */
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { HostLost, type ExecOptions } from '../ports/host.ts';
import { reason } from './connection.ts';
import { demultiplex } from './demultiplex.ts';
import { devNull } from './exec-streams.ts';
import { hostPrograms } from './launched.ts';

export type Launch = Pick<ExecOptions, 'user' | 'cwd' | 'env'> & { readonly withInput: boolean; readonly killId: string | null };

export interface Launched {
  readonly exec: Docker.Exec;
  /** Write for standard input, where the program has one; read for the frames of both outputs. */
  readonly connection: Duplex;
}

/** Starts a program; `killId` is what `killIn` finds it by. @throws HostLost when the container does not run */
export async function launch(container: Docker.Container, command: readonly string[], options: Launch): Promise<Launched> {
  const { user = 'root', cwd, env, withInput, killId } = options;
  try {
    const exec = await container.exec({
      AttachStdin: withInput,
      AttachStdout: true,
      AttachStderr: true,
      Cmd: killId === null ? [...command] : [`${hostPrograms}/killable`, killId, ...command],
      User: user,
      ...(cwd === undefined ? {} : { WorkingDir: cwd }),
      Env: Object.entries(env ?? {}).map(([name, value]) => `${name}=${value}`),
    });
    return { exec, connection: await exec.start({ hijack: true, stdin: withInput }) };
  } catch (error) {
    throw await lostOr(container, error);
  }
}

/** Kills, in the container, everything in the session of the program that was launched under this id. */
export async function killIn(container: Docker.Container, killId: string): Promise<void> {
  const { exec, connection } = await launch(container, [`${hostPrograms}/kill-by`, killId], { withInput: false, killId: null });
  await demultiplex(connection, devNull(), devNull());
  await exitCodeOf(container, exec);
}

/** The exit code of a program whose outputs have ended. @throws HostLost when it was the container that ended */
export async function exitCodeOf(container: Docker.Container, exec: Docker.Exec): Promise<number> {
  try {
    // The outputs end a moment before the engine has noted the exit.
    for (let wait = 1; ; wait = Math.min(wait * 2, 100)) {
      const { Running, ExitCode } = await exec.inspect();
      if (!Running && ExitCode !== null) {
        await lostIfKilled(container, ExitCode);
        return ExitCode;
      }
      if (!(await isRunning(container))) throw new HostLost(hostGone);
      await sleep(wait);
    }
  } catch (error) {
    throw await lostOr(container, error);
  }
}

/** @throws HostLost when a program was killed because the container was */
export async function lostIfKilled(container: Docker.Container, exitCode: number): Promise<void> {
  if (exitCode === killedStatus && (await isDying(container))) throw new HostLost(hostGone);
}

/** 128 + SIGKILL: what every program gets when the host's first process dies. */
const killedStatus = 137;
const hostGone = 'the host is gone: its container does not run any more';

/** Whether the container has died or is about to: for a moment after its first process was killed it still counts as running. */
async function isDying(container: Docker.Container): Promise<boolean> {
  try {
    const { exec, connection } = await launch(container, ['true'], { withInput: false, killId: null });
    await demultiplex(connection, devNull(), devNull());
    for (let tries = 0; tries < 100; tries++) {
      const { Running, ExitCode } = await exec.inspect();
      if (!Running && ExitCode !== null) return ExitCode !== 0;
      await sleep(20);
    }
    return true;
  } catch {
    return true;
  }
}

async function isRunning(container: Docker.Container): Promise<boolean> {
  try {
    const { State } = await container.inspect();
    return State.Running && !State.Dead;
  } catch {
    return false;
  }
}

/** As `lostOr`, where the error may come a moment before the end of the container is told. */
export async function lostOrDying(container: Docker.Container, error: unknown): Promise<Error> {
  if (error instanceof HostLost || !(await isDying(container))) return lostOr(container, error);
  return new HostLost(`${hostGone} (${reason(error)})`, { cause: error });
}

/** `HostLost` when the container does not run any more, else the error itself. */
export async function lostOr(container: Docker.Container, error: unknown): Promise<Error> {
  if (error instanceof HostLost) return error;
  if (!(await isRunning(container))) return new HostLost(`${hostGone} (${reason(error)})`, { cause: error });
  return error instanceof Error ? error : new Error(reason(error));
}
