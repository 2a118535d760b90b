import { describe, expect, it } from 'vitest';
import type { DataInUseFact, ImageFact } from '../journal-events.ts';
import { exampleDrill, exampleJournal, exampleScenario, type ExampleParts, goodParts } from './example-journal.ts';
import { judge } from './index.ts';

const dataAt = { file: 'drill.yaml', line: 9 };
const item = (more: Partial<DataInUseFact>): DataInUseFact => ({ kind: 'volume', name: 'cache', anonymous: false, usedBy: ['web'], declared: false, harmless: null, ...more });
const image = (reference: string, more: Partial<ImageFact> = {}): ImageFact => ({ instance: 'stack/db', image: reference, id: `sha256:${reference}`, digests: [], version: null, startedBy: { file: 'docs/runbook.md', line: 62 }, ...more });

function told(parts: Partial<ExampleParts>, ignore: readonly string[] = []): readonly string[] {
  const [scenario] = judge(exampleJournal(parts, {}, { dataAt, ignore })).scenarios;
  return (scenario?.findings ?? []).map(({ rule, severity, file, line, actual }) => `${file}:${line} ${rule} ${severity}: ${actual}`);
}
const inUse = (...data: readonly DataInUseFact[]): Partial<ExampleParts> => ({ inspected: [{ event: 'inventory', when: 'backup', data, images: [] }, ...goodParts.inspected] });
const ran = (before: readonly ImageFact[], after: readonly ImageFact[]): Partial<ExampleParts> => ({
  inspected: [{ event: 'inventory', when: 'backup', data: [], images: before }, ...goodParts.inspected],
  restore: [...goodParts.restore, { event: 'inventory', when: 'restore', data: [], images: after }],
});

describe('what is in use and not declared', () => {
  it('is a warning where data is declared', () => {
    expect(told(inUse(item({}), item({ name: 'grafana', declared: true }), item({ kind: 'bind', name: '/run/docker.sock', harmless: 'it belongs to the machine' })))).toEqual([
      'drill.yaml:9 uncovered-data warning: no place is volume cache; web uses it',
    ]);
    expect(judge(exampleJournal(inUse(item({})))).scenarios[0]?.validationStatus).toBe('SUCCESSFUL');
  });

  it('is silent for what is ignored, by its name; without a name, by all that use it', () => {
    const nameless = item({ anonymous: true, name: 'f'.repeat(64), usedBy: ['one', 'two'] });
    expect(told(inUse(item({}), nameless), ['cache', 'one', 'two'])).toEqual([]);
    expect(told(inUse(item({}), nameless), ['web', 'one'])).toEqual([
      'drill.yaml:9 uncovered-data warning: no place is a volume without a name of one and two; one and two use it',
      'drill.yaml:9 uncovered-data warning: no place is volume cache; web uses it',
    ]);
  });
});

describe('an image that changed', () => {
  it.each([
    ['another major version by its tag', image('postgres:16-alpine'), image('postgres:17'), 'error'],
    ['the same major version', image('postgres:16.1'), image('postgres:v16.4-alpine'), null],
    ['the same content under another tag', image('postgres:16'), image('postgres:17', { id: 'sha256:postgres:16' }), null],
    ['another registry, the same version', image('postgres:16'), image('mirror:5000/postgres:16.2'), null],
    ['no tag, and labels that differ', image('db', { version: '1.9' }), image('db', { version: '2.0', id: 'sha256:new' }), 'error'],
    ['latest, and labels that agree', image('db:latest', { version: '2.9' }), image('db:latest', { version: '2.0', id: 'sha256:new' }), null],
    ['nothing that tells a version', image('db:latest'), image('db:latest', { id: 'sha256:new' }), 'warning'],
    ['a tag that is a commit', image('db:7f3c2d'), image('db:8a1b2c'), 'warning'],
  ] as const)('%s', (_, before, after, severity) => {
    expect(told(ran([before], [after])).map((text) => text.split(':').slice(0, 2).join(':'))).toEqual(severity === null ? [] : [`docs/runbook.md:62 image-changed ${severity}`]);
  });

  it('is known by its image where the instance has another name, and at the scenario where no command made it', () => {
    const [text] = told(ran([image('db:1', { instance: 'old' })], [image('db:2', { instance: 'new', startedBy: null })]));
    expect(text).toBe(`drill.yaml:${exampleScenario.at.line} image-changed error: db:2 [sha256:db:2]`);
    expect(told(ran([image('db:1', { instance: 'a' }), image('db:1', { instance: 'b' })], [image('db:2', { instance: 'c' })]))).toEqual([]);
  });

  it('is FAILED, though all data is back', () => {
    expect(judge(exampleJournal(ran([image('db:1')], [image('db:2')]), {}, exampleDrill)).scenarios[0]?.validationStatus).toBe('FAILED');
  });
});
