import { defineConfig } from 'rolldown';

/** `dist/` runs from a clone with no `node_modules`. What talks to an engine is split off, so that the doors start fast. */
export default defineConfig({
  input: { action: 'src/action.ts', cleanup: 'src/cleanup.ts', cli: 'src/cli.ts', publish: 'src/publish.ts', comment: 'src/comment.ts' },
  platform: 'node',
  // Optional native parts of ssh2, which is never used: hosts are reached through the local engine alone.
  external: [/\.node$/, 'cpu-features'],
  transform: { target: 'node20' },
  // The Action asks for no token of its own, so the HTTP client behind that part of @actions/core is left out.
  treeshake: { moduleSideEffects: [{ test: /node_modules\/(@actions|undici)\//, sideEffects: false }] },
  output: { dir: 'dist', format: 'esm', cleanDir: true, minify: true, chunkFileNames: 'chunks/[name].js', comments: { legal: false } },
});
