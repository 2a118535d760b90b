/**
 * A host is one disposable machine. The runbook's commands run in it and nowhere else.
 * One file in `src/host/` implements this port for each environment.
 */
import type { Readable, Writable } from 'node:stream';

export const environmentNames = ['docker', 'lxd', 'incus'] as const;
export type EnvironmentName = (typeof environmentNames)[number];
export const engineNames = ['docker', 'incus', 'lxd'] as const;
export type EngineName = (typeof engineNames)[number];
export type PoolDriver = 'btrfs' | 'dir' | 'zfs';
export type NetworkMode = 'isolated' | 'open';

/** Who owns what is made: on every container, volume, network and instance that a drill makes, together with the process that made it. */
export interface Ownership {
  /** Unique for one `run`; lower-case letters and digits, safe in names. */
  readonly run: string;
  readonly scenario: string;
}

export interface HostSpec {
  readonly ownership: Ownership;
  readonly engine: EngineName;
  readonly hostname: string;
  /** Made with uid 1000, passwordless sudo and the engine's group, unless it is `root`. */
  readonly user: string;
  readonly network: NetworkMode;
  /** Debian packages on the host besides the usual ones. */
  readonly packages: readonly string[];
  /** Driver of the pool `local` that Incus and LXD start with; null for the best that is to be had. */
  readonly pool: PoolDriver | null;
  readonly limits: { readonly cpu: number | null; readonly memoryBytes: number | null; readonly diskBytes: number | null };
  /** The host's clock, RFC 3339, or null for the present. */
  readonly date: string | null;
  /** What the drill's pinentry answers to gpg. Kept out of every process list. */
  readonly gpgPassphrase: string;
}

/** Makes hosts of one kind, and removes what earlier runs of this program left. */
export interface Environment {
  readonly name: EnvironmentName;
  /**
   * Throws `CannotRun` when no engine answers or too little disk is free. Resolves once the host's engine answers.
   * @param progress told of slow work (an image that is built), with no line end.
   */
  createHost(spec: HostSpec, options: { readonly signal: AbortSignal; readonly progress: (message: string) => void }): Promise<Host>;
  /**
   * Makes an image available to `copyImage`: from a registry, else from a build.
   * `null` when it cannot be had at all.
   */
  provideImage(image: ImageRequest, options: { readonly signal: AbortSignal; readonly progress: (message: string) => void }): Promise<ProvidedImage | null>;
  /** A folder on this machine for one piece of a run's work; `cleanup` finds it when its owner has died. */
  temporaryFolder(ownership: Ownership): Promise<AsyncDisposable & { readonly path: string }>;
  /** Removes what carries our labels. Resolves to the names of what was removed. */
  cleanup(which: { readonly dead: true } | { readonly run: string } | { readonly all: true }): Promise<readonly string[]>;
}

export interface ImageRequest {
  readonly name: string;
  /** What it is for, default Docker: only there is it a registry's image. To Incus and LXD a name is an alias. */
  readonly engine?: EngineName;
  /** Folder with a Dockerfile, where the drill file names one. */
  readonly build: string | null;
  readonly standIn: boolean;
}

export interface ProvidedImage {
  readonly name: string;
  /** Set where the image is not what its name says: what it is instead, for every report. */
  readonly standIn: string | null;
  /** As `docker save` writes it. */
  save(): Promise<Readable>;
}

export interface ExecOptions {
  /** Default `root`. */
  readonly user?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; without it the input is empty. */
  readonly stdin?: Readable | Buffer | string;
  /** Standard output goes here and is not kept. */
  readonly stdout?: Writable;
  /** Longest output that is kept, in bytes, of each stream. Default 16 MiB; more is an error, never a silent cut. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** A process in the host with both ends open, for as long as a phase. */
export interface HostProcess extends AsyncDisposable {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves to the exit code once the process has ended. */
  readonly exited: Promise<number>;
  /** Whether it keeps this program alive; at first it does. */
  hold(held: boolean): void;
}

export interface Host extends AsyncDisposable {
  /** Name that the environment's own tools know it by. */
  readonly name: string;
  readonly spec: HostSpec;
  /** `recipe`, `privileged` or `unprivileged`: what the host was given. */
  readonly mode: string;
  /** For example `docker 26.1.5`. */
  readonly engineVersion: string;
  /** Runs a program (no shell) and waits. Rejects with `HostLost` when the host is gone, never on a non-zero exit. */
  exec(command: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Starts a program (no shell) with its streams open. */
  start(command: readonly string[], options?: Pick<ExecOptions, 'user' | 'cwd' | 'env'>): Promise<HostProcess>;
  /** Writes a file (its folder is made) with owner `user` and octal `mode`. The content is in no process list. */
  writeFile(path: string, content: Readable | Buffer | string, options: { readonly user: string; readonly mode: string }): Promise<void>;
  /** Copies a provided image into the host's engine. */
  copyImage(image: ProvidedImage): Promise<void>;
}

/** The machine under the drill is at fault or missing something: exit 3. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}

/** The host or its engine died under the drill: exit 3. */
export class HostLost extends CannotRun {}
