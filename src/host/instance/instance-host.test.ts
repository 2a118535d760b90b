/** The removal of an instance that its server is still busy with. */
import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lxd } from '../lxd.ts';
import { removeInstance } from './instance-host.ts';
import { InstanceServer } from './server.ts';

let folder: string;
let http: Server;
/** What the server says of a removal, in order; then that it is done. */
let refusals: string[];
let removals: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'server-'));
  removals = 0;
  http = createServer((request, response) => {
    const answer = (metadata: unknown): void => void response.end(JSON.stringify({ type: 'sync', metadata }));
    if (request.url === '/1.0/operations?recursion=1') return answer({});
    if (request.method === 'GET' && request.url === '/1.0/instances/one') return answer({ status: 'Stopped' });
    if (request.method !== 'DELETE') return answer({ id: 'op', status_code: 200, err: '', metadata: null });
    removals += 1;
    const refusal = refusals.shift();
    if (refusal === undefined) return answer({ id: 'op', status_code: 200, err: '', metadata: null });
    return void response.end(JSON.stringify({ type: 'error', error: refusal, error_code: 400, metadata: null }));
  });
  await new Promise<void>((resolve) => void http.listen(join(folder, 'socket'), resolve));
});
afterEach(() => {
  http.close();
  http.closeAllConnections();
  rmSync(folder, { recursive: true });
});

const server = () => new InstanceServer(lxd, join(folder, 'socket'));

it('is asked for again while another operation on it is the reason of a refusal', async () => {
  refusals = ['Failed to create instance delete operation: A matching non-reusable operation has now succeeded', 'Instance is busy running a "start" operation', 'Instance is running'];
  await removeInstance(server(), 'one');
  expect(removals).toBe(4);
});

it('fails with what the server says otherwise', async () => {
  refusals = ['no space left on device'];
  await expect(removeInstance(server(), 'one')).rejects.toThrow('no space left on device');
  expect(removals).toBe(1);
});
