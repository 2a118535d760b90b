/** What a drill file says of a service reaches whoever is asked. */
import { expect, it } from 'vitest';
import { brokenHost } from '../drill/test-host.ts';
import type { ExecResult } from '../ports/host.ts';
import type { ServiceContext } from '../ports/service.ts';
import { createService } from './registry.ts';

/** All that is asked when it is asked whether it is ready, and then for its canary. */
async function askedBy(kind: string, options: Readonly<Record<string, unknown>>): Promise<string> {
  const asked: string[] = [];
  const answer = (text: unknown): Promise<ExecResult> => {
    asked.push(String(text));
    return Promise.resolve({ exitCode: 0, stdout: Buffer.from('\n200'), stderr: '' });
  };
  const host = brokenHost({ exec: (_command, { stdin } = {}) => answer(stdin) });
  const context: ServiceContext = { host, nonce: 'N', placeNonce: null, workspace: '/w', user: 'ops', signal: AbortSignal.timeout(10_000), run: answer };
  const service = await createService({ name: 's', at: { file: 'drill.yaml', line: 1 }, kind, data: null, inside: null, readyTimeoutSeconds: 1, options });
  await service.ready(context);
  await service.seed(context).catch(() => undefined);
  await service.check(context);
  return asked.join('\n');
}

const login = { user: 'u', password: { text: 'p' } };

it.each([
  ['loki', { url: 'http://h', tenant: 'team-a' }, 'header = "X-Scope-OrgID: team-a"'],
  ['s3', { url: 'http://h', bucket: 'b', region: 'eu-west-3', ...login }, 'aws-sigv4 = "aws:amz:eu-west-3:s3"'],
  ['s3', { url: 'http://h', bucket: 'b', ...login }, 'aws-sigv4 = "aws:amz:us-east-1:s3"'],
  ['step-ca', { provisioner: 'ops-team' }, "--provisioner 'ops-team' "],
  ['step-ca', {}, "--provisioner 'admin' "],
  ['http', { url: 'http://h', ready: 200, seed: { method: 'PUT', path: '/a', headers: { 'X-Key': '1' } }, check: { method: 'GET', path: '/b', headers: { 'X-Other': '$DRILL_NONCE' } } }, 'header = "X-Other: N"'],
])('of %s: %j', async (kind, options, expected) => {
  expect(await askedBy(kind, options)).toContain(expected);
});
