import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputErrors } from '../model.ts';

const names = ['drill.yaml', join('docs', 'drill.yaml')];

/** The path of `drill.yaml`, else of `docs/drill.yaml`. @throws InputErrors without either. */
export function findDrillFile(cwd: string): string {
  const found = names.map((name) => join(cwd, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new InputErrors([{ file: 'drill.yaml', line: 1, column: 1, message: 'there is no drill file', expected: names.join(' or '), got: 'neither', help: `write one in ${cwd}, or give its path` }]);
}
