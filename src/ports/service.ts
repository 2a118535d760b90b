/**
 * A service is a program whose API is used to seed and to check data.
 * One file in `src/service/` implements this port for each kind.
 */
import type { ExecResult, Host } from './host.ts';

/** What a probe saw. `absent` is a definite answer of a service that works; `unproven` is no answer, or one that says nothing. */
export type ProbeAnswer = { readonly state: 'there' | 'absent' | 'unproven'; readonly seen: string };

export interface ServiceContext {
  readonly host: Host;
  /** The nonce of this service, or the late one. */
  readonly nonce: string;
  /** The nonce of the place it keeps its data in, or null. */
  readonly placeNonce: string | null;
  readonly workspace: string;
  readonly user: string;
  readonly signal: AbortSignal;
  /**
   * Runs a shell command in the workspace as `user`, inside the service's container where `inside` says so, with `env` (of which
   * only the nonces get inside) and `stdin`: the way for secrets, which no process list shows. Exit 124 after a minute, 125 where
   * there is no such container.
   */
  run(command: string, env: Readonly<Record<string, string>>, stdin?: string): Promise<ExecResult>;
}

export interface Service {
  readonly kind: string;
  /** Globs, relative to the service's place, of paths that a running service rewrites at any time. */
  readonly volatile: readonly string[];
  /** Globs of the same kind, of paths that a running service adds at any time and never changes: what was there must come back, and more may be. */
  readonly grows?: readonly string[];
  /** Whether its check proves data, or asks for life only. */
  readonly seeded: boolean;
  /** False where a copy of its data need not hold the nonce in plain bytes, so that an artefact without it proves nothing. Default true. */
  readonly legible?: boolean;
  /** True for a database: a dump that cannot be looked into may hold its data. Default false. */
  readonly database?: boolean;
  /** What its probe leaves unproven whatever it says, for every report. */
  readonly notice?: string;
  /** What a person does when it comes back without its data, where the kind knows more than any service: whole sentences. */
  readonly remedy?: string;
  /** One try, with no waiting: does it answer? */
  ready(context: ServiceContext): Promise<ProbeAnswer>;
  /** Plants `context.nonce` through the API. Rejects when the service refuses. */
  seed(context: ServiceContext): Promise<void>;
  /** Plants `context.nonce` as the late canary. */
  late(context: ServiceContext): Promise<void>;
  /**
   * What makes this very instance of it the one that it is, for kinds that have such a thing (a CA's fingerprint): another string once it
   * was made anew. Null when it does not answer. Asked after the seed and after the restore where a scenario wants it `regenerated`.
   */
  identity?(context: ServiceContext): Promise<string | null>;
  /** What its identity says to a person (`the fingerprint of its root`), where it is no secret and a report may print it. */
  readonly identityIs?: string;
  /** Is `context.nonce` there? */
  check(context: ServiceContext): Promise<ProbeAnswer>;
}
