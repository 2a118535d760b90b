/** What every kind with an HTTP API shares: a request with its login, and the JSON that it answers with. */
import type { z } from 'zod';
import type { ServiceContext } from '../ports/service.ts';
import { type HttpAnswer, request } from './curl.ts';
import { type Password, readPassword } from './login.ts';

export interface Api {
  readonly url: string;
  readonly user?: string | undefined;
  readonly password?: Password | undefined;
  /** Requests are signed for this region, in place of HTTP Basic. */
  readonly region?: string | undefined;
  /** Of every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface ApiRequest {
  readonly method: string;
  /** Below the URL, with its query; empty: the URL itself. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/** Never rejects for what a service may do: no connection and no password are answers that say nothing. */
export async function call(context: ServiceContext, api: Api, { method, path, headers, body }: ApiRequest): Promise<HttpAnswer> {
  const { user, password, region } = api;
  const login = user === undefined || password === undefined ? null : await readPassword(context, password).then((text) => ({ user, password: text, region }), String);
  // Without its password file it cannot be asked: that says nothing of its data.
  if (typeof login === 'string') return { answered: false, why: login };
  const url = path === '' ? api.url : `${api.url.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;
  return request(context.host, { method, url, headers: { ...api.headers, ...headers }, body: body ?? null, login }, context.signal);
}

/** A GET, or with `body` a POST of it as JSON. */
export function callJson(context: ServiceContext, api: Api, path: string, body?: unknown): Promise<HttpAnswer> {
  const headers = { Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) };
  return call(context, api, { method: body === undefined ? 'GET' : 'POST', path, headers, body: body === undefined ? undefined : JSON.stringify(body) });
}

export const isSuccess = (answer: HttpAnswer): boolean => answer.answered && answer.status >= 200 && answer.status <= 299;

/** What a successful answer says, or null where it is of another shape. */
export function readJson<T>(answer: HttpAnswer, schema: z.ZodType<T>): T | null {
  if (!answer.answered || !isSuccess(answer)) return null;
  try {
    return schema.safeParse(JSON.parse(answer.body)).data ?? null;
  } catch {
    return null;
  }
}

/** Throws unless it took what was planted. */
export function expectTaken(service: string, asked: Pick<ApiRequest, 'method' | 'path'>, api: Api, answer: HttpAnswer): void {
  if (isSuccess(answer)) return;
  throw new Error(`service ${service} did not take its canary: ${asked.method} ${api.url}${asked.path}: expected HTTP 2xx, got ${seenIn(answer)}`);
}

/** `HTTP 404 {"message":"not found"}`, or why there is no answer; one line, at most some 200 characters. */
export function seenIn(answer: HttpAnswer): string {
  if (!answer.answered) return answer.why;
  const text = answer.body.trim().replaceAll(/\s+/g, ' ');
  return `HTTP ${answer.status} ${text.length <= 200 ? text : `${text.slice(0, 200)}…`}`.trim();
}
