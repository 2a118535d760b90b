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

/** A run of user or group ids that are kept in the host as others: `inside` and those that follow as `outside` and those that follow. */
export interface IdRange {
  readonly of: 'user' | 'group';
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

/** A container or instance that had a place open, and was killed or stopped for it. */
export interface KilledInstance {
  readonly name: string;
}

/** Data that a running container or instance uses, wherever it is kept. */
export interface DataInUse {
  /** `bind`: a file or folder of the host. `instance`: what an instance keeps in its own file system, for engines whose instances last. */
  readonly kind: 'volume' | 'bind' | 'bucket' | 'instance';
  /** As the engine shows it and a place names it (`pool/volume` for Incus and LXD); for a bind mount, the path that was mounted. */
  readonly name: string;
  /** Absolute path in the host of the content, links resolved; null where it cannot be looked into. */
  readonly root: string | null;
  readonly anonymous: boolean;
  /** Nobody who uses it may write to it. */
  readonly readOnly: boolean;
  /** Names of the containers or instances that use it, sorted. */
  readonly usedBy: readonly string[];
}

/** The image that a running container or instance was made from. */
export interface ImageInUse {
  /** What stays the same when it is made anew: `PROJECT/SERVICE` with Compose, else the name of the container or instance. */
  readonly instance: string;
  /** As whoever made it wrote it: `grafana/grafana:12.2.0`, `debian/12`. */
  readonly image: string;
  /** Content address: the same id is the same image. */
  readonly id: string;
  /** The registry's names for this very content (`repository@sha256:…`); none for an image that was built or loaded. */
  readonly digests: readonly string[];
  /** What the image's own labels say (`org.opencontainers.image.version`), or null. */
  readonly version: string | null;
  /** When the container or instance was made: seconds since 1970, the host's clock. */
  readonly created: number;
}

/** The engine's inventory: what is in use at one moment. */
export interface InUse {
  readonly data: readonly DataInUse[];
  readonly images: readonly ImageInUse[];
}

/** Something that the engine itself keeps of places, made by its own tools: no file of the host that could be read. */
export interface EngineArtefact {
  readonly kind: 'snapshot' | 'object';
  /** As the engine's own tools name it. */
  readonly name: string;
  /** Places whose whole content it holds, as it was when it was made. */
  readonly holds: readonly PlaceLocation[];
  /** When it was made, seconds since 1970 with fraction, by the host's clock. */
  readonly born: number;
  /** Null where the engine does not tell. */
  readonly bytes: number | null;
}

export interface Engine {
  readonly name: EngineName;
  /** Path patterns in the host that hold the engine's own storage: no artefact is looked for there. */
  readonly storage: readonly string[];
  /** What its own program prints before a secret that it has made, with the space behind. */
  readonly secretLabels: readonly string[];
  volumes(host: Host): Promise<readonly EngineVolume[]>;
  /** Makes a volume that nothing uses; the folder in the host that holds its content. */
  makeVolume(host: Host, name: string): Promise<string>;
  /**
   * The absolute path in the host of a place's content (folder or file), or null where the engine knows no such volume.
   * Of a bucket it is a copy of the objects as they are now.
   */
  locate(host: Host, place: PlaceLocation): Promise<string | null>;
  /** Brings what was changed in the folder that `locate` told back into a place of which it is only a copy: a bucket. */
  putBack(host: Host, place: PlaceLocation): Promise<void>;
  /**
   * How the owners in a place's folder are kept in the host, where an engine shifts those of its unprivileged instances: then only what
   * they are inside is true. Empty where they are kept as they are.
   */
  idRanges(host: Host, place: PlaceLocation): Promise<readonly IdRange[]>;
  /** SIGKILL to every container or instance that has one of the places open; what was killed. */
  killUsers(host: Host, places: readonly PlaceLocation[]): Promise<readonly KilledInstance[]>;
  /** Asks every container or instance that has one of the places open to stop, so that it writes down what it has in memory; what was stopped. */
  stopUsers(host: Host, places: readonly PlaceLocation[]): Promise<readonly KilledInstance[]>;
  /** Starts again what `killUsers` killed or `stopUsers` stopped. A start that fails is no error. Waits for no program in it. */
  startAgain(host: Host, killed: readonly KilledInstance[]): Promise<void>;
  /** Removes the volume with what is attached to it. Only for `volume`, `bucket` and `instance` places. */
  removePlace(host: Host, place: PlaceLocation): Promise<void>;
  /** Kills and removes all containers or instances, networks, and all volumes and buckets except `keep`. */
  removeStack(host: Host, keep: readonly PlaceLocation[]): Promise<void>;
  /** Names of all containers, instances and volumes: empty on a host that was just made. */
  inventory(host: Host): Promise<readonly string[]>;
  /** The data and the images of all that runs now. What is stopped uses nothing. */
  inUse(host: Host): Promise<InUse>;
  /**
   * Snapshots and exported objects made since a moment (seconds since 1970, host's clock) that are still there. They are lost with the host.
   * Absent where an engine keeps none: what Docker copies are files and volumes.
   * @param places those that an artefact is asked for.
   */
  artefacts?(host: Host, places: readonly PlaceLocation[], since: number): Promise<readonly EngineArtefact[]>;
  /** Command line, as a program and its arguments, that runs `command` inside a container or instance. */
  insideCommand(inside: string, command: readonly string[]): readonly string[];
}
