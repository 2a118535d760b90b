/**
 * An engine is what the runbook talks to inside a host: `docker`, `incus` or `lxd`.
 * One file in `src/engine/` implements this port for each. All commands go through `Host.exec`.
 */
import type { EngineName, Host } from './host.ts';

/** Where the content of a place is kept, as the drill file declares it. */
export type PlaceLocation =
  | { readonly type: 'volume'; readonly name: string }
  | { readonly type: 'path'; readonly path: string }
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'bucket'; readonly name: string }
  | { readonly type: 'instance'; readonly name: string };

/** A volume in the engine and when its folder was born. */
export interface EngineVolume {
  readonly name: string;
  /** Folder in the host that holds the content. */
  readonly root: string;
  /** Birth of the folder, seconds since 1970 with fraction, by the host's clock. */
  readonly born: number;
  /** No person named it (64 hexadecimal digits in Docker). */
  readonly anonymous: boolean;
}

/** A container or instance that had a place open, and was killed for it. */
export interface KilledInstance {
  readonly name: string;
}

export interface Engine {
  readonly name: EngineName;
  /** Path patterns in the host that hold the engine's own storage: no artefact is looked for there. */
  readonly storage: readonly string[];
  volumes(host: Host): Promise<readonly EngineVolume[]>;
  /** Makes a volume that nothing uses; the folder in the host that holds its content. */
  makeVolume(host: Host, name: string): Promise<string>;
  /** The absolute path in the host of a place's content (folder or file), or null where the engine knows no such volume. */
  locate(host: Host, place: PlaceLocation): Promise<string | null>;
  /** SIGKILL to every container or instance that has one of the places open; what was killed. */
  killUsers(host: Host, places: readonly PlaceLocation[]): Promise<readonly KilledInstance[]>;
  /** Starts again what `killUsers` killed. A start that fails is no error. Waits for nothing. */
  startAgain(host: Host, killed: readonly KilledInstance[]): Promise<void>;
  /** Removes the volume with what is attached to it. Only for `volume`, `bucket` and `instance` places. */
  removePlace(host: Host, place: PlaceLocation): Promise<void>;
  /** Kills and removes all containers or instances, networks, and all volumes and buckets except `keep`. */
  removeStack(host: Host, keep: readonly PlaceLocation[]): Promise<void>;
  /** Names of all containers, instances and volumes: empty on a host that was just made. */
  inventory(host: Host): Promise<readonly string[]>;
  /** Command line, as a program and its arguments, that runs `command` inside a container or instance. */
  insideCommand(inside: string, command: readonly string[]): readonly string[];
}
