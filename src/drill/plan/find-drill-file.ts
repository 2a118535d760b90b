import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** `drill.yaml`, then `docs/drill.yaml`; null without either. */
export function findDrillFile(cwd: string): string | null {
  return ['drill.yaml', join('docs', 'drill.yaml')].map((name) => join(cwd, name)).find((path) => existsSync(path)) ?? null;
}
