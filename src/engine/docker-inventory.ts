/** What the running containers of a Docker engine use: volumes, bind mounts, images. */
import type { DataInUse, ImageInUse, InUse } from '../ports/engine.ts';
import type { Host } from '../ports/host.ts';
import { type Container, containersOf, imagesOf, listContainers } from './docker-api.ts';
import { realPaths } from './paths.ts';
import { isAnonymous, volumeRoot } from './docker-volumes.ts';

export async function whatIsInUse(host: Host): Promise<InUse> {
  const running = await listContainers(host, 'running');
  const containers = await containersOf(host, running.map(({ id }) => id));
  return { data: await dataOf(host, containers), images: await imagesInUse(host, containers) };
}

interface Use {
  readonly kind: 'volume' | 'bind';
  readonly name: string;
  readonly by: string;
  readonly writable: boolean;
}

/** Memory (`tmpfs`) and what else an engine mounts holds nothing that could survive. */
function usesOf({ Name: by, Mounts }: Container): readonly Use[] {
  return Mounts.flatMap(({ Type, Name, Source, RW: writable }): readonly Use[] => {
    if (Type === 'volume' && Name !== undefined) return [{ kind: 'volume', name: Name, by, writable }];
    return Type === 'bind' && Source !== undefined ? [{ kind: 'bind', name: Source, by, writable }] : [];
  });
}

async function dataOf(host: Host, containers: readonly Container[]): Promise<readonly DataInUse[]> {
  const uses = Map.groupBy(containers.flatMap(usesOf), ({ kind, name }) => `${kind} ${name}`);
  return Promise.all(
    [...uses.values()].flatMap((same) => {
      const [first] = same;
      return first === undefined ? [] : [inUseBy(host, first, same)];
    }),
  );
}

async function inUseBy(host: Host, { kind, name }: Use, uses: readonly Use[]): Promise<DataInUse> {
  const root = kind === 'bind' ? name : await volumeRoot(host, name);
  return {
    kind,
    name,
    root: root === null ? null : ((await realPaths(host, [root]))[0] ?? root),
    anonymous: kind === 'volume' && isAnonymous(name),
    readOnly: !uses.some(({ writable }) => writable),
    usedBy: [...new Set(uses.map(({ by }) => by))].toSorted(),
  };
}

async function imagesInUse(host: Host, containers: readonly Container[]): Promise<readonly ImageInUse[]> {
  const ids = [...new Set(containers.map(({ Image }) => Image))];
  const images = new Map((await imagesOf(host, ids)).map((image) => [image.Id, image]));
  return containers.map(({ Name, Created, Image: id, Config }) => {
    const image = images.get(id);
    return {
      instance: composeService(Config.Labels) ?? Name,
      image: Config.Image,
      id,
      digests: image?.RepoDigests ?? [],
      version: image?.Config?.Labels?.['org.opencontainers.image.version'] ?? null,
      created: Date.parse(Created) / 1000,
    };
  });
}

function composeService(of: Container['Config']['Labels']): string | null {
  const [project, service] = [of?.['com.docker.compose.project'], of?.['com.docker.compose.service']];
  return project === undefined || service === undefined ? null : `${project}/${service}`;
}
