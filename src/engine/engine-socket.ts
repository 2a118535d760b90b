/**
 * Questions to an engine's API over its socket in the host: out of reach of the wrappers on PATH and of what a runbook chose for its
 * client, and in no process list.
 */
import type { Host } from '../ports/host.ts';

/** Built into the host's runner: to start a client for each question takes ten times as long. */
const exchange = '/usr/local/lib/runbook-drill/host/exchange';
/** Longest answer, in bytes: thousands of volumes or instances. */
const maxBytes = 64 * 1024 ** 2;

export interface EngineAnswer {
  readonly status: number;
  /** What the JSON of its body says. */
  readonly body: unknown;
}

export interface EngineQuestion {
  /** Absolute path of the socket. */
  readonly socket: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its names made safe. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** How long the answer may take. */
  readonly seconds: number;
}

/** Whatever the engine answers. Rejects when nobody does, or not to the end. */
export async function askEngine(host: Host, { socket, method, path, body, seconds }: EngineQuestion): Promise<EngineAnswer> {
  const content = body === undefined ? '' : JSON.stringify(body);
  // With HTTP/1.0 the answer comes in one piece, and its end is the connection's.
  const head = [`${method} ${path} HTTP/1.0`, 'Host: engine', ...(body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(content)}`])];
  const signal = AbortSignal.timeout(seconds * 1000);
  const { exitCode, stdout, stderr } = await host.exec([exchange, socket], { stdin: `${head.join('\r\n')}\r\n\r\n${content}`, maxBytes, signal });
  if (exitCode !== 0) throw new Error(`no answer at ${socket}: ${stderr.trim()}`);
  const answer = stdout.toString('utf8');
  const end = answer.indexOf('\r\n\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1];
  const told = jsonOf(end === -1 ? '' : answer.slice(end + 4));
  if (status === undefined || told === undefined) throw new Error(`no whole answer at ${socket}: it is cut after ${stdout.length} bytes`);
  return { status: Number(status), body: told };
}

/** Undefined where it is none: of an engine that dies while it answers. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
