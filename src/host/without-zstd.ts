/**
 * undici, which testcontainers brings, binds Node's zstd when it is loaded, and Node 20 has none. Import this before it.
 * The engine is never asked for an answer in zstd, so what stands in is never called.
 */
import { syncBuiltinESMExports } from 'node:module';
import zlib from 'node:zlib';

if (!('createZstdDecompress' in zlib)) {
  const absent = (): never => {
    throw new Error(`Node ${process.version} has no zstd: expected Node 22.15 or newer`);
  };
  Object.assign(zlib, { createZstdDecompress: absent });
  syncBuiltinESMExports();
}
