import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { drillFileJsonSchema } from './json-schema.ts';

it('schema/drill.schema.json is up to date (node scripts/generate-schema.ts writes it)', () => {
  const written = readFileSync(new URL('../../../schema/drill.schema.json', import.meta.url), 'utf8');
  expect(written).toBe(drillFileJsonSchema());
});

it('names what is needed', () => {
  expect(JSON.parse(drillFileJsonSchema())).toMatchObject({ required: ['version', 'name', 'runbook', 'host', 'scenarios'], additionalProperties: false });
});
