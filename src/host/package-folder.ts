/** Where this package keeps what it ships beside its code. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The package's folder `images/`, seen from the sources and from `dist/` alike. */
export function imagesFolder(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'images');
    if (existsSync(join(candidate, 'host', 'Dockerfile'))) return candidate;
    if (folder === dirname(folder)) throw new Error(`no images/host/Dockerfile above ${from}: the package is not complete`);
  }
}
