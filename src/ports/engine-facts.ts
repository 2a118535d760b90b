/** What is known of each engine and environment without asking one: a plan is checked before there is any. */
import type { EngineName, EnvironmentName } from './host.ts';

/** Which engines the hosts of an environment can carry. */
export const carriedBy: Readonly<Record<EnvironmentName, readonly EngineName[]>> = { docker: ['docker', 'incus', 'lxd'], lxd: ['docker', 'incus'], incus: ['docker', 'incus'] };

/** How a thing of the engine must be named, and what a person is told of a name that is none. */
export interface NameRule {
  readonly matches: RegExp;
  readonly expected: string;
  readonly help: string;
}

export interface EngineFacts {
  /** With its article: `an Incus`. */
  readonly title: string;
  /** Its own folder in a host. */
  readonly home: string;
  /** What it keeps, by the words of a place. */
  readonly names: Readonly<Partial<Record<'volume' | 'bucket' | 'instance', NameRule>>>;
  /** Where the content of a volume lies in a host; null for what is no name of one. */
  volumeFolder(name: string): string | null;
}

const inPool = (what: string, command: string): NameRule => ({
  matches: /^(?:[^/:\s]+:)?[^/:\s]+\/[^/:\s]+$/,
  expected: `pool/${what}, or project:pool/${what}`,
  help: `give the pool and the name that \`${command}\` shows`,
});
const instanceName: NameRule = { matches: /^(?:[^/:\s]+:)?[a-zA-Z][a-zA-Z0-9-]*$/, expected: 'the name of an instance, or project:name', help: 'give the name that the engine lists' };

/** Of Incus and LXD: a custom volume is a folder of its pool, with its project in its name. */
const poolFolder = (home: string) => (name: string): string | null => {
  const [, project = 'default', pool, volume] = /^(?:([^:]+):)?([^/]+)\/(.+)$/.exec(name) ?? [];
  return pool === undefined || volume === undefined ? null : `${home}/storage-pools/${pool}/custom/${project}_${volume}`;
};

export const engineFacts: Readonly<Record<EngineName, EngineFacts>> = {
  docker: {
    title: 'a Docker',
    home: '/var/lib/docker',
    // Docker takes a name with a slash for a folder, and would plant in the wrong place without a word.
    names: { volume: { matches: /^[a-zA-Z0-9][\w.-]*$/, expected: 'letters, digits, dots, dashes and underscores', help: 'give the name that `docker volume ls` shows; a bind mount is a `path`' } },
    volumeFolder: (name) => (name.includes('/') ? null : `/var/lib/docker/volumes/${name}/_data`),
  },
  incus: {
    title: 'an Incus',
    home: '/var/lib/incus',
    names: { volume: inPool('volume', 'incus storage volume list POOL'), bucket: inPool('bucket', 'incus storage bucket list POOL'), instance: instanceName },
    volumeFolder: poolFolder('/var/lib/incus'),
  },
  lxd: {
    title: 'an LXD',
    home: '/var/lib/lxd',
    // 5.0 has no `storage bucket`.
    names: { volume: inPool('volume', 'lxc storage volume list POOL'), instance: instanceName },
    volumeFolder: poolFolder('/var/lib/lxd'),
  },
};
