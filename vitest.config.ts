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
          // Two workers: the machines this suite must fit on have two cores, and hosts are heavier than tests.
          maxWorkers: 2,
          maxConcurrency: 2,
        },
      },
    ],
  },
});
