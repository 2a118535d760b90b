/**
 * What Node 20 does not have yet. Must be loaded before testcontainers, whose undici binds some of it at once; of that nothing
 * is ever called: the engine is not asked for answers in zstd, and nothing is handed to a worker.
 */
import { syncBuiltinESMExports } from 'node:module';
import workerThreads from 'node:worker_threads';
import zlib from 'node:zlib';

function absent(): never {
  throw new Error(`Node ${process.version} is too old for this: expected Node 22.15 or newer`);
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  const parts: Partial<PromiseWithResolvers<T>> = {};
  const promise = new Promise<T>((resolve, reject) => Object.assign(parts, { resolve, reject }));
  const { resolve = absent, reject = absent } = parts;
  return { promise, resolve, reject };
}

function groupBy<K, T>(items: Iterable<T>, keyOf: (item: T, index: number) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index);
    groups.set(key, [...(groups.get(key) ?? []), item]);
    index += 1;
  }
  return groups;
}

if (!('createZstdDecompress' in zlib)) Object.assign(zlib, { createZstdDecompress: absent });
if (!('markAsUncloneable' in workerThreads)) Object.assign(workerThreads, { markAsUncloneable: () => undefined });
if (!('withResolvers' in Promise)) Object.assign(Promise, { withResolvers });
if (!('groupBy' in Map)) Object.assign(Map, { groupBy });
syncBuiltinESMExports();
