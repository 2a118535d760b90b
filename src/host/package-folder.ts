/** Where this package keeps what it ships beside its code. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The package's folder `images/`. */
export const imagesFolder = (): string => join(packageFolder(), 'images');

/** Seen from the sources and from `dist/` alike. */
export function packageFolder(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'images', 'host', 'Dockerfile'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no images/host/Dockerfile above ${from}: the package is not complete`);
  }
}
