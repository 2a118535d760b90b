/**
 * The REST API that Incus and LXD share, over the engine's own socket in the host: whatever remote and project a runbook chose for
 * its client. https://linuxcontainers.org/incus/docs/main/rest-api/
 */
import { z } from 'zod';
import type { Host } from '../ports/host.ts';
import { type EngineQuestion, askEngine } from './engine-socket.ts';

/** What is different between the two. */
export interface Dialect {
  readonly name: 'incus' | 'lxd';
  /** Absolute path of the client. */
  readonly client: string;
  /** Variable that says where the client keeps its configuration. */
  readonly clientConfig: string;
  /** The engine's folder: its socket and its pools are in it. */
  readonly home: string;
}

/** Seconds that one answer, and one operation, may take. */
const answerSeconds = 60;
const operationSeconds = 180;

const answerSchema = z.object({
  type: z.enum(['sync', 'async', 'error']),
  error: z.string().default(''),
  error_code: z.number().default(0),
  operation: z.string().default(''),
  metadata: z.unknown().optional(),
});
type Answer = z.output<typeof answerSchema>;

type Method = EngineQuestion['method'];

const operationSchema = z.object({ status: z.string(), err: z.string() });

/** The engine refused. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

export class InstanceApi {
  readonly host: Host;
  readonly dialect: Dialect;

  constructor(host: Host, dialect: Dialect) {
    this.host = host;
    this.dialect = dialect;
  }

  /** What is at a path, or null where nothing is. */
  async get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema> | null> {
    const answer = await this.#ask('GET', path, undefined);
    return answer === null ? null : schema.parse(answer.metadata);
  }

  /** All of a kind; none where the engine does not know the kind. */
  async list<Schema extends z.ZodType>(path: string, schema: Schema): Promise<readonly z.output<Schema>[]> {
    return (await this.get(path, z.array(schema).nullable())) ?? [];
  }

  /** Changes something and waits until it has. False where it is not there. @throws Refused */
  async change(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<boolean> {
    const answer = await this.#ask(method, path, body);
    if (answer === null) return false;
    if (answer.type !== 'async') return true;
    const ended = await this.get(`${answer.operation}/wait?timeout=${operationSeconds}`, operationSchema);
    // An operation that ended a moment ago may be forgotten already; one that failed is told by its own answer.
    if (ended !== null && ended.status !== 'Success') throw new Refused(this.#failure(method, path, ended.err || `${ended.status} after ${operationSeconds} s`));
    return true;
  }

  async #ask(method: Method, path: string, body: unknown): Promise<Answer | null> {
    const answer = await this.#call(method, path, body);
    if (answer.type !== 'error') return answer;
    if (answer.error_code === 404) return null;
    throw new Refused(this.#failure(method, path, answer.error));
  }

  async #call(method: Method, path: string, body: unknown): Promise<Answer> {
    const seconds = path.includes('/wait?') ? operationSeconds + answerSeconds : answerSeconds;
    const answer = await askEngine(this.host, { socket: `${this.dialect.home}/unix.socket`, method, path, body, seconds }).catch((error: unknown) => {
      throw new Error(this.#failure(method, path, error instanceof Error ? error.message : String(error)), { cause: error });
    });
    return answerSchema.parse(answer.body);
  }

  #failure(method: string, path: string, why: string): string {
    return `${this.dialect.name} on host ${this.host.name}: ${method} ${path} failed: ${why}`;
  }
}

/** A path of the API with its names made safe. */
export function apiPath(parts: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const path = ['1.0', ...parts].map((part) => encodeURIComponent(part)).join('/');
  const search = new URLSearchParams(query).toString();
  return `/${path}${search === '' ? '' : `?${search}`}`;
}
