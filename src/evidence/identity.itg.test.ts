/** What in a real folder counts as key material. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeTestHost } from '../../tests/test-host.ts';
import type { Host } from '../ports/host.ts';
import { takeIdentity } from './identity.ts';
import { makeNonce } from './nonce.ts';

let host: Host;
beforeAll(async () => {
  host = await makeTestHost();
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

const armoured = (kind: string, body: string): string => `-----BEGIN ${kind}-----\n${body}\n-----END ${kind}-----\n`;
const files: Readonly<Record<string, string | Buffer>> = {
  'ca.key': armoured('EC PRIVATE KEY', 'MHcCAQEEIBk\nhello'),
  'root.crt': armoured('CERTIFICATE', 'MIIBozCC'),
  'trusted.pem': Array.from({ length: 11 }, (_, index) => armoured('CERTIFICATE', `A${index}`)).join(''),
  'a token': 'TOKEN=glsa_HO0Fqe7Yk3xUjWq1ZsD8\n',
  'an id': 'uid: 3f2b8c1e-9d47-4a60-b5e2-7c8f01d9a36b\n',
  raw: Buffer.from('9f3c1ba7e204d85f6a0be7193c52f8d4417ea0936bcd28f15e7730acb94d618a', 'hex'),
  header: Buffer.concat([Buffer.from([1, 2, 3, 0, 255]), Buffer.alloc(27)]),
  'compose.yml': `image: db@sha256:${'0123456789abcdef'.repeat(4)}\nname: monitoring_grafana-data-volume2\n`,
  'config.json': '{"title": "An ordinary configuration, version 2", "retention": "30d"}\n',
  '.drill-canary/keep': 'TOKEN=HO0Fqe7Yk3xUjWq1ZsD8\n',
};

it('are keys, certificates, random words and bytes, and nothing that a person writes', async () => {
  for (const [path, content] of Object.entries(files)) await host.writeFile(`/srv/place/${path}`, content, { user: 'root', mode: '0644' });
  const { keys } = await takeIdentity(host, '/srv/place');
  expect([...new Set(keys.values())].toSorted()).toEqual(['a token', 'an id', 'ca.key', 'raw', 'root.crt']);
});

/** Of a file without a key. */
const textOf = async (content: string): Promise<readonly string[]> => {
  await host.writeFile('/srv/.env', content, { user: 'root', mode: '0600' });
  const { keys, texts } = await takeIdentity(host, '/srv/.env');
  expect(keys.size).toBe(0);
  return [...texts.keys()];
};

it('of a file are those in it, and its text without the canary', async () => {
  const plain = await textOf('PASSWORD=only-in-a-drill\n');
  expect(await textOf(`PASSWORD=only-in-a-drill\n# ${makeNonce()}\n`)).toEqual(plain);
  expect(await textOf('PASSWORD=another-one\n')).not.toEqual(plain);
});

it('of what is not there are none', async () => {
  expect(await takeIdentity(host, '/srv/nowhere')).toEqual({ keys: new Map(), texts: new Map() });
});
