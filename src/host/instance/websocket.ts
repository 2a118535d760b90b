/** Streams of a program in an instance: the server hands each over as a WebSocket on its local socket. */
import type { Socket } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { WebSocket } from 'ws';

/** One stream of an operation. */
export interface StreamOf {
  readonly socketPath: string;
  readonly operation: string;
  readonly secret: string;
  /** Told of the connection. */
  readonly onSocket: (socket: Socket) => void;
}

function connect({ socketPath, operation, secret, onSocket }: StreamOf): WebSocket {
  // The server pings at once, and wants no answer: one to a program that has already ended would fail, and with it what is still to be read.
  const socket = new WebSocket(`ws+unix://${socketPath}:/1.0/operations/${operation}/websocket?secret=${secret}`, { perMessageDeflate: false, autoPong: false });
  socket.once('upgrade', (response) => onSocket(response.socket));
  return socket;
}

/** Status of a WebSocket that ended without a word: RFC 6455, 7.4.1. */
const brokenOff = 1006;

async function opened(socket: WebSocket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('open', resolve);
  socket.once('error', reject);
  await promise;
}

/** What the program writes, once the server has the connection. It ends with the empty text message that says so, or with a connection that is closed in order. */
export async function openOutput(stream: StreamOf): Promise<Readable> {
  const socket = connect(stream);
  let ended = false;
  const output = new Readable({
    read: () => socket.resume(),
    destroy: (error, done) => {
      socket.terminate();
      done(error);
    },
  });
  const end = (): void => {
    if (!ended) output.push(null);
    ended = true;
  };
  // Listened to from the first moment: the program may have written all and ended before the server's answer is read.
  socket.on('message', (data, isBinary) => {
    if (!isBinary) end();
    else if (!ended && !output.push(data)) socket.pause();
  });
  // Without either the connection broke, and what came is not all.
  socket.once('close', (code) => (code === brokenOff && !ended ? output.destroy(new Error('the output of a program in the host broke off')) : end()));
  await opened(socket);
  socket.on('error', (error) => output.destroy(error));
  return output;
}

/** What the program reads, once the server has the connection. An empty text message ends it. */
export async function openInput(stream: StreamOf): Promise<Writable> {
  const socket = connect(stream);
  const input = new Writable({
    write: (chunk: Buffer, _encoding, done) => socket.send(chunk, { binary: true }, done),
    final: (done) => socket.send('', { binary: false }, done),
    destroy: (error, done) => {
      socket.terminate();
      done(error);
    },
  });
  socket.once('close', () => input.destroy());
  await opened(socket);
  socket.on('error', (error) => input.destroy(error));
  return input;
}

/** Tells the server for as long as it is open that somebody waits for the program. */
export async function openControl(stream: StreamOf): Promise<Disposable> {
  const socket = connect(stream);
  await opened(socket);
  socket.on('error', () => undefined);
  return { [Symbol.dispose]: () => socket.terminate() };
}
