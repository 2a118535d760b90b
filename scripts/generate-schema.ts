/** Writes `schema/drill.schema.json` from the schema in the source. */
import { mkdir, writeFile } from 'node:fs/promises';
import { drillFileJsonSchema } from '../src/drill/drill-file/json-schema.ts';

const folder = new URL('../schema/', import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(new URL('drill.schema.json', folder), drillFileJsonSchema());
