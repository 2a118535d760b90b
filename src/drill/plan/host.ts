import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { carriedBy } from '../../ports/engine-facts.ts';
import { type EnvironmentName, environmentNames, type ImageRequest, type NetworkMode } from '../../ports/host.ts';
import { choice } from '../drill-file/explain.ts';
import type { Path } from '../drill-file/positions.ts';
import type { HostFile, HostPlan } from '../model.ts';
import { contentOf, localPath, variable } from './contents.ts';
import type { PlanContext } from './context.ts';
import { isImageName } from './images-in-blocks.ts';

/** What `--environment` and `--network` say instead of the drill file. */
export interface HostOverrides {
  readonly environment: string | undefined;
  readonly network: NetworkMode | undefined;
}

export function planHost(context: PlanContext, overrides: HostOverrides): Omit<HostPlan, 'foundImages'> {
  const { host } = context.drill;
  const passphrase = host['gpg-passphrase'];
  return {
    environment: environmentOf(context, overrides.environment),
    engine: host.engine,
    workspace: { path: context.paths.workspace, clone: typeof host.workspace === 'string' ? 'drill' : host.workspace.clone },
    user: host.user,
    network: overrides.network ?? host.network,
    images: (host.images ?? []).map((image, index) => imageOf(context, image, index)),
    packages: host.packages ?? [],
    pool: host.pool ?? null,
    env: host.env ?? {},
    limits: { cpu: host.limits?.cpu ?? null, memoryBytes: host.limits?.memory ?? null, diskBytes: host.limits?.disk ?? null },
    date: host.date ?? null,
    gpgPassphrase: passphrase === undefined ? null : variable(context, passphrase.env, ['host', 'gpg-passphrase', 'env']),
    files: Object.entries(host.files ?? {}).flatMap(([path, file]) => hostFile(context, path, file)),
  };
}

function environmentOf(context: PlanContext, override: string | undefined): EnvironmentName {
  const { host } = context.drill;
  const environment = environmentNames.find((name) => name === (override ?? host.environment));
  if (environment === undefined) {
    context.problems.atKey(['host'], { message: `there is no environment \`${override ?? ''}\``, ...choice(override ?? '', environmentNames) });
    return host.environment;
  }
  if (!carriedBy[environment].includes(host.engine)) {
    const possible = environmentNames.map((name) => `${name} hosts ${carriedBy[name].join(', ')}`).join('; ');
    context.problems.atKey(['host', 'engine'], { message: `a host of the environment ${environment} cannot carry the engine ${host.engine}`, expected: possible, got: `${environment} with ${host.engine}`, help: 'choose one of these pairs' });
  }
  return environment;
}

function imageOf(context: PlanContext, image: NonNullable<PlanContext['drill']['host']['images']>[number], index: number): ImageRequest {
  const { engine } = context.drill.host;
  if (typeof image === 'string') {
    checkImageName(context, image, ['host', 'images', index]);
    return { name: image, engine, build: null, standIn: false };
  }
  checkImageName(context, image.name, ['host', 'images', index, 'name']);
  const path = ['host', 'images', index, 'build'];
  const build = image.build === undefined ? null : localPath(context, image.build, path, context.gitRoot);
  if (build !== null && !existsSync(join(build, 'Dockerfile'))) {
    context.problems.atValue(path, { message: `\`${image.build ?? ''}\` has no Dockerfile`, expected: 'a folder with a Dockerfile, relative to the repository root', got: existsSync(build) ? 'a folder without one' : 'no such folder', help: 'correct the path' });
  }
  return { name: image.name, engine, build, standIn: image['stand-in'] ?? false };
}

function checkImageName({ problems }: PlanContext, name: string, path: Path): void {
  if (isImageName(name)) return;
  problems.atValue(path, { message: `\`${name}\` is no name of an image`, expected: 'a name as the engine takes it, such as alpine or grafana/grafana:12.2.0', got: `\`${name}\``, help: 'correct the name' });
}

function hostFile(context: PlanContext, path: string, file: NonNullable<PlanContext['drill']['host']['files']>[string]): readonly HostFile[] {
  const content = contentOf(context, file, ['host', 'files', path]);
  if (content === null) return [];
  const secret = 'env' in file;
  return [{ path: context.paths.absolute(path), content, mode: file.mode ?? (secret ? '0600' : '0644'), secret }];
}
