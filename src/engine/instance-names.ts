/** Names of what an Incus or LXD engine holds: `pool/volume`, `instance`, and `project:…` for what is in another project than `default`. */

export interface Named {
  readonly project: string;
  readonly name: string;
}

/** A volume or bucket. */
export interface Stored extends Named {
  readonly pool: string;
}

export const defaultProject = 'default';

/** As a place names it. */
export function shown(named: Named | Stored): string {
  const name = 'pool' in named ? `${named.pool}/${named.name}` : named.name;
  return named.project === defaultProject ? name : `${named.project}:${name}`;
}

export function instanceNamed(text: string): Named {
  const [, project = defaultProject, name = text] = /^([^/:]+):(.+)$/.exec(text) ?? [];
  return { project, name };
}

/** @throws where the text has no pool; a plan does not let it come to that */
export function storedNamed(text: string): Stored {
  const { project, name: whole } = instanceNamed(text);
  const [, pool, name] = /^([^/]+)\/([^/]+)$/.exec(whole) ?? [];
  if (pool === undefined || name === undefined) throw new Error(`'${text}' names no volume or bucket: expected pool/name`);
  return { project, pool, name };
}

export function isSame(one: Named | Stored, other: Named | Stored): boolean {
  return shown(one) === shown(other);
}
