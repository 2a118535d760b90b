/**
 * undici, which testcontainers brings, binds Node's zstd when it is loaded, and Node 20 has none. This must be loaded before it.
 * The engine is never asked for an answer in zstd, so what stands in is never called.
 */
import { syncBuiltinESMExports } from 'node:module';
import zlib from 'node:zlib';

function absent(): never {
  throw new Error(`Node ${process.version} has no zstd: expected Node 22.15 or newer`);
}

if (!('createZstdDecompress' in zlib)) {
  Object.assign(zlib, { createZstdDecompress: absent });
  syncBuiltinESMExports();
}
