/** The JSON Schema that editors use, from the schema that reads the file. */
import { z } from 'zod';
import { drillFile } from './schema.ts';

/** The content of `schema/drill.schema.json`. */
export function drillFileJsonSchema(): string {
  const schema = z.toJSONSchema(drillFile, { target: 'draft-7', io: 'input' });
  return `${JSON.stringify({ ...schema, title: 'runbook-drill drill file', anyOf: [{ required: ['data'] }, { required: ['services'] }] }, null, 2)}\n`;
}
