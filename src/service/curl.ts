/** One HTTP request made inside a host, by its curl: the host's network and names, and nothing of it in a process list. */
import type { Host } from '../ports/host.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Login by HTTP Basic or, with a region, by a signature (AWS Signature Version 4, of the service s3); or null. */
  readonly login: { readonly user: string; readonly password: string; readonly region?: string | undefined } | null;
}

export type HttpAnswer =
  | { readonly answered: true; readonly status: number; readonly body: string }
  /** No connection, no answer in time, or one that is too long: it says nothing. */
  | { readonly answered: false; readonly why: string };

const seconds = 10;
const mostBytes = 8 * 1024 * 1024;

/** Redirections are not followed: to be sent to a login page is no answer to the question. */
export async function request(host: Host, asked: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  // -q first: no ~/.curlrc of the runbook's user; as nobody, for curl needs no right at all.
  const result = await host.exec(['/usr/bin/curl', '-q', '--config', '-'], { user: 'nobody', cwd: '/', stdin: curlConfig(asked), maxBytes: mostBytes + 4096, signal });
  const output = result.stdout.toString('utf8');
  const end = output.lastIndexOf('\n');
  const status = Number(output.slice(end + 1));
  if (result.exitCode === 0 && status > 0) return { answered: true, status, body: output.slice(0, end) };
  return { answered: false, why: result.stderr.trim().split('\n')[0] || `curl: exit ${result.exitCode}` };
}

/** A file for `curl --config`. */
export function curlConfig({ method, url, headers, body, login }: HttpRequest): string {
  const lines = [
    'silent',
    'show-error',
    // Brackets and braces in a path are meant as they stand.
    'globoff',
    'noproxy = "*"',
    'connect-timeout = 3',
    `max-time = ${seconds}`,
    `max-filesize = ${mostBytes}`,
    // Last line of the output: the body itself may end in anything.
    'write-out = "\\n%{http_code}"',
    `url = ${quoted(url)}`,
    // For HEAD curl must be told that no body will come.
    method === 'HEAD' ? 'head' : `request = ${quoted(method)}`,
    ...Object.entries(headers).map(([name, value]) => `header = ${quoted(`${name}: ${value}`)}`),
    ...(body === null ? [] : [`data-raw = ${quoted(body)}`]),
    ...(login === null ? [] : [login.region === undefined ? 'basic' : `aws-sigv4 = ${quoted(`aws:amz:${login.region}:s3`)}`, `user = ${quoted(`${login.user}:${login.password}`)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v' };

function quoted(text: string): string {
  return `"${text.replaceAll(/[\\"\n\r\t\v]/g, (character) => escapes[character] ?? character)}"`;
}
