/** The container that a host is: what it is given, and nothing more. */
import { GenericContainer, Wait, getContainerRuntimeClient } from 'testcontainers';
import { z } from 'zod';
import { CannotRun, type HostSpec } from '../ports/host.ts';
import type { OuterEngine } from './connection.ts';
import { hostEnvironment, mostProcesses } from './prepare.ts';

/** `recipe`: all capabilities but SYS_RESOURCE, which a locked-down machine cannot give. `privileged`: where that does not do. */
export type HostMode = 'recipe' | 'privileged';

export interface HostContainerRequest {
  readonly image: string;
  readonly name: string;
  readonly volume: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly mode: HostMode;
  readonly spec: Pick<HostSpec, 'engine' | 'date' | 'hostname' | 'network' | 'limits'>;
}

class HostContainer extends GenericContainer {
  constructor(request: HostContainerRequest, engine: OuterEngine) {
    super(request.image);
    const { name, labels, mode, volume, spec } = request;
    this.withName(name).withLabels({ ...labels }).withHostname(spec.hostname);
    this.withNetworkMode(spec.network === 'open' ? 'bridge' : 'none');
    this.withEnvironment({ ...hostEnvironment(spec) });
    // Nothing listens on a port of its own: the engine inside is asked through `exec`.
    this.withWaitStrategy(Wait.forListeningPorts());
    Object.assign(this.hostConfig, mode === 'recipe' ? recipe : privileged(engine), {
      // The engine's storage must not lie on an overlay, or it falls back to copying whole layers.
      Mounts: [{ Type: 'volume', Source: volume, Target: `/var/lib/${spec.engine}` }],
      PidsLimit: mostProcesses,
      Tmpfs: { '/run': 'exec,mode=755' },
      ...(spec.limits.cpu === null ? {} : { NanoCpus: Math.round(spec.limits.cpu * 1e9) }),
      ...(spec.limits.memoryBytes === null ? {} : { Memory: spec.limits.memoryBytes }),
    });
  }
}

// /dev and the machine's control groups stay outside: an inner engine needs neither, and a block that writes to a disk finds none.
const recipe = {
  CapAdd: ['ALL'],
  CapDrop: ['SYS_RESOURCE'],
  SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined', 'label=disable'],
  MaskedPaths: [],
  ReadonlyPaths: [],
  DeviceCgroupRules: ['a *:* rwm'],
  CgroupnsMode: 'private',
};

// Docker refuses privileged together with a group namespace of its own under version 1.
function privileged(engine: OuterEngine): Record<string, unknown> {
  return { Privileged: true, CgroupnsMode: engine.cgroupVersion === 2 ? 'private' : 'host' };
}

/** Creates and starts a host's container; its id. What was made before a failure is left to the caller, by name. */
export async function startHostContainer(request: HostContainerRequest, engine: OuterEngine): Promise<string> {
  await requireSameEngine(engine);
  const started = await new HostContainer(request, engine).start();
  return started.getId();
}

/**
 * testcontainers finds its engine by rules of its own, and goes on to the next one in silence when something about the first
 * displeases it. It must be the one that was checked.
 */
async function requireSameEngine(engine: OuterEngine): Promise<void> {
  // Its reaper is an image of its own that cannot be had everywhere; our labels and `cleanup` do its work.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  process.env['DOCKER_HOST'] = engine.endpoint;
  // It would start a container of another image to find an address that nothing here connects to.
  process.env['TESTCONTAINERS_HOST_OVERRIDE'] = 'localhost';
  const client = await getContainerRuntimeClient();
  const theirs = modemSchema.parse(client.container.dockerode.modem);
  const ours = modemSchema.parse(engine.docker.modem);
  if (ours.socketPath !== theirs.socketPath || ours.host !== theirs.host) {
    throw new CannotRun(
      `testcontainers uses the engine at ${theirs.socketPath ?? theirs.host ?? 'an unknown place'}, expected ${engine.endpoint}: remove tc.host and docker.host from ~/.testcontainers.properties.`,
    );
  }
}

const modemSchema = z.object({ socketPath: z.string().optional(), host: z.string().optional() });
