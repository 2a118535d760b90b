/** A host that is an instance. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ExecOptions, ExecResult, HostProcess } from '../../ports/host.ts';
import { EngineHost, type HostParts } from '../engine-host.ts';
import { execInInstance, lostIfKilled, lostOrDying, startInInstance, type Instance } from './exec.ts';
import { ServerError, type InstanceServer } from './server.ts';

export class InstanceHost extends EngineHost {
  readonly #instance: Instance;

  constructor(parts: HostParts & { readonly instance: Instance }) {
    super(parts);
    this.#instance = parts.instance;
  }

  protected async execAlone(command: readonly string[], options: ExecOptions): Promise<ExecResult> {
    return execInInstance(this.#instance, command, options);
  }

  protected async lostIfKilled(exitCode: number): Promise<void> {
    await lostIfKilled(this.#instance, exitCode);
  }

  protected async lostOrDying(error: unknown): Promise<Error> {
    return lostOrDying(this.#instance, error);
  }

  async start(command: readonly string[], options: Pick<ExecOptions, 'user' | 'cwd' | 'env'> = {}): Promise<HostProcess> {
    return startInInstance(this.#instance, command, options);
  }

  protected async remove(): Promise<void> {
    await removeInstance(this.#instance.server, this.name);
  }
}

/**
 * Removes an instance, also one that is still being made. That it is gone already is no error.
 * Whoever was making or starting it has died or been told to stop; the server goes on all the same, and refuses everybody meanwhile.
 */
export async function removeInstance(server: InstanceServer, name: string): Promise<void> {
  for (let refusals = 0; ; refusals += 1) {
    await waitForOthers(server, name);
    try {
      await stopAndDelete(server, name);
      return;
    } catch (error) {
      if (isGone(error)) return;
      // Between two questions the next part of its making may have begun, or the one that was seen may just have ended.
      if (!isBusy(error) || refusals === 50) throw error;
      await sleep(100);
    }
  }
}

async function stopAndDelete(server: InstanceServer, name: string): Promise<void> {
  const { status } = await server.ask(`/instances/${name}`, z.object({ status: z.string() }));
  // Its first process is killed: nothing in a host has a say in its end.
  if (status !== 'Stopped') await unlessDone(server.perform(`/instances/${name}/state`, { method: 'PUT', body: { action: 'stop', force: true, timeout: -1 } }));
  await server.perform(`/instances/${name}`, { method: 'DELETE' });
}

const runningSchema = z.array(z.object({ id: z.string(), status_code: z.number(), description: z.string(), resources: z.record(z.string(), z.array(z.string())).nullish() }));

async function waitForOthers(server: InstanceServer, name: string): Promise<void> {
  const lists = await server.ask('/operations?recursion=1', z.record(z.string(), runningSchema));
  const busy = Object.values(lists)
    .flat()
    .filter(({ status_code: status, description, resources }) => status === running && !/command/i.test(description) && namesOf(resources).includes(name));
  await Promise.all(busy.map((operation) => server.end(operation).catch(() => undefined)));
}

/** Status code of an operation that goes on. */
const running = 103;

const namesOf = (resources: z.infer<typeof runningSchema>[number]['resources']): readonly (string | undefined)[] =>
  Object.values(resources ?? {}).flat().map((path) => path.replace(/\?.*/, '').split('/').at(-1));

async function unlessDone(stopping: Promise<unknown>): Promise<void> {
  try {
    await stopping;
  } catch (error) {
    if (!(error instanceof ServerError) || !/already stopped|not running/i.test(error.message)) throw error;
  }
}

/** Refused for another operation on it: "A matching non-reusable operation has now succeeded", "Instance is busy running a "start" operation", "Instance is running". */
const isBusy = (error: unknown): boolean => error instanceof ServerError && /operation has now|busy|instance is running/i.test(error.message);

const isGone = (error: unknown): boolean => error instanceof ServerError && (error.status === 404 || /not found/i.test(error.message));
