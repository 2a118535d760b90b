import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts'], exclude: ['src/**/*.itg.test.ts'], sequence: { groupOrder: 0 } } },
      {
        test: {
          name: 'integration',
          include: ['src/**/*.itg.test.ts', 'tests/**/*.itg.test.ts'],
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // More workers than the two cores that this suite must fit on: a drill waits for its host's engine half of the time.
          maxWorkers: 3,
          maxConcurrency: 2,
        },
      },
    ],
  },
});
