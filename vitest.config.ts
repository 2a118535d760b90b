import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest start first, so that no core waits for the last one. Vitest itself goes by what it remembers, which a fresh clone does not. */
const longest = [
  'fixture-raspberry-pi-wrong',
  'must-catch',
  'semantics',
  'tests/databases',
  'tests/incus',
  'interrupt',
  'artefact-lies',
  'prompts',
  'fixture-raspberry-pi',
  'monitoring-drill',
  'instance/lifecycle',
  'fixture-atlas',
  'engine/incus',
  'control',
  'service/databases',
  'incidents',
];

function rank({ moduleId }: TestSpecification): number {
  const place = longest.findIndex((name) => moduleId.endsWith(`/${name}.itg.test.ts`));
  return place === -1 ? longest.length : place;
}

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort([...files]);
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts'], exclude: ['src/**/*.itg.test.ts'], sequence: { groupOrder: 0 }, isolate: false, maxWorkers: 2 } },
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
