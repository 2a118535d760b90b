/** The streams of a program against a server that behaves, or does not, as LXD and Incus do. */
import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { openInput, openOutput } from './websocket.ts';

let folder: string;
let http: Server;
let onConnection: (socket: WebSocket) => void = () => undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ws-'));
  http = createServer();
  new WebSocketServer({ server: http }).on('connection', (socket) => onConnection(socket));
  await new Promise<void>((resolve) => void http.listen(join(folder, 'socket'), resolve));
});
afterEach(() => {
  http.close();
  http.closeAllConnections();
  rmSync(folder, { recursive: true });
});

const stream = () => ({ socketPath: join(folder, 'socket'), operation: 'op', secret: 'word', onSocket: () => undefined });

it('hands over all that was written before the server was heard to answer, though it pinged and went', async () => {
  onConnection = (socket) => {
    socket.ping('keepalive');
    socket.send(Buffer.from('all of it'));
    socket.send('', { binary: false }, () => socket.terminate());
  };
  for (let round = 0; round < 50; round += 1) expect(await text(await openOutput(stream()))).toBe('all of it');
});

it('ends with a connection that is closed in order, too', async () => {
  onConnection = (socket) => {
    socket.send(Buffer.from('said'));
    socket.close();
  };
  expect(await text(await openOutput(stream()))).toBe('said');
});

it('is an error where the connection breaks off: what came is not all', async () => {
  onConnection = (socket) => socket.send(Buffer.from('half'), () => socket.terminate());
  await expect(openOutput(stream()).then(text)).rejects.toThrow(/broke off/);
});

it('takes no more than is read', async () => {
  let sent = 0;
  onConnection = (socket) => {
    const more = (): void => {
      if (sent < 400) socket.send(Buffer.alloc(65_536), () => ((sent += 1), more()));
      else socket.send('', { binary: false });
    };
    more();
  };
  const output = await openOutput(stream());
  await sleep(200);
  expect(sent).toBeLessThan(100);
  let length = 0;
  for await (const chunk of output) length += chunk.length;
  expect(length).toBe(400 * 65_536);
});

it('writes bytes, then the empty text that ends them', async () => {
  const heard = new Promise<readonly string[]>((resolve) => {
    const messages: string[] = [];
    onConnection = (socket) =>
      void socket.on('message', (data, isBinary) => {
        messages.push(`${isBinary ? 'bytes' : 'text'} ${String(data)}`);
        if (!isBinary) resolve(messages);
      });
  });
  const input = await openInput(stream());
  input.write('one');
  input.end('two');
  expect(await heard).toEqual(['bytes one', 'bytes two', 'text ']);
});

it('is gone for whoever writes once the program has ended', async () => {
  onConnection = (socket) => socket.terminate();
  const input = await openInput(stream());
  await sleep(50);
  expect(input.destroyed).toBe(true);
});
