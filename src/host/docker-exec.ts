/** Runs programs in a container over the engine's API: binary safe both ways, secrets in no process list. */
import { Socket } from 'node:net';
import type Docker from 'dockerode';
import type { ExecOptions, ExecResult, HostProcess } from '../ports/host.ts';
import { exitCodeOf, killIn, launch, lostOr } from './container-process.ts';
import { demultiplex } from './demultiplex.ts';
import { handOut, newKillId, waitFor, type Launched } from './launched.ts';

/** `Host.exec` for a container. */
export async function execIn(container: Docker.Container, command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  options.signal?.throwIfAborted();
  return waitFor(await launchIn(container, command, options, options.stdin !== undefined), command[0] ?? '', options);
}

/** `Host.start` for a container. */
export async function startIn(
  container: Docker.Container,
  command: readonly string[],
  options: Pick<ExecOptions, 'user' | 'cwd' | 'env'> = {},
): Promise<HostProcess> {
  return handOut(await launchIn(container, command, options, true));
}

async function launchIn(container: Docker.Container, command: readonly string[], options: ExecOptions, withInput: boolean): Promise<Launched> {
  const killId = newKillId();
  const { exec, connection } = await launch(container, command, { ...options, withInput, killId });
  return {
    stdin: connection,
    outputs: (stdout, stderr) => demultiplex(connection, stdout, stderr),
    exitCode: () => exitCodeOf(container, exec),
    kill: () => killIn(container, killId),
    close: () => void connection.destroy(),
    hold: (held) => {
      if (!(connection instanceof Socket)) return;
      if (held) connection.ref();
      else connection.unref();
    },
    lostOr: (error) => lostOr(container, error),
  };
}
