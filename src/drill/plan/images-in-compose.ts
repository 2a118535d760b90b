/** What the repository's Compose files say about images: those that they name, and what they build. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { parseDocument } from 'yaml';
import { valueAt } from '../drill-file/explain.ts';
import { isImageName } from './images-in-blocks.ts';

/** By its name. */
export const isComposeFile = (file: string): boolean => /^(?:docker-)?compose.*\.ya?ml$/.test(basename(file));

/** @param tracked files relative to `folder`. Files that cannot be read name nothing. */
export function imagesInCompose(folder: string, tracked: Iterable<string>): readonly string[] {
  const files = [...tracked].filter(isComposeFile);
  return [...new Set(files.flatMap((file) => imagesOf(readFile(join(folder, file)), exampleVariables(join(folder, dirname(file))))))];
}

/** Images of one Compose file, with variables as `.env.example` has them, or their defaults. */
export function imagesOf(source: string, variables: NodeJS.Dict<string>): readonly string[] {
  return servicesOf(source)
    .map((service) => valueAt(service, ['image']))
    .filter((image) => typeof image === 'string')
    .map((image) => interpolate(image, variables))
    .filter((image) => isImageName(image));
}

/** Folders that images are built from, as one Compose file has them: relative to its own. What is fetched from elsewhere is none. */
export function contextsInCompose(source: string): readonly string[] {
  return servicesOf(source)
    .map((service) => valueAt(service, ['build']))
    .map((build) => (typeof build === 'string' || build === undefined ? build : (valueAt(build, ['context']) ?? '.')))
    .filter((context) => typeof context === 'string')
    .filter((context) => !/^[a-z+]+:|^git@/i.test(context));
}

function servicesOf(source: string): readonly unknown[] {
  const services = valueAt(contentOf(source), ['services']);
  return typeof services === 'object' && services !== null ? Object.values(services) : [];
}

function contentOf(source: string): unknown {
  try {
    return parseDocument(source, { logLevel: 'silent', prettyErrors: false, merge: true }).toJS();
  } catch {
    return null;
  }
}

function exampleVariables(folder: string): NodeJS.Dict<string> {
  return parseEnv(readFile(join(folder, '.env.example')));
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const innermost = /\$\$|\$([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)(?:(:?[-+?])([^${}]*))?\}/g;

/** Compose's interpolation; a variable without value and default is empty. */
export function interpolate(text: string, variables: NodeJS.Dict<string>): string {
  const next = text.replaceAll(innermost, (whole: string, bare: string | undefined, braced: string | undefined, operator = '', operand = '') => {
    if (whole === '$$') return whole;
    const value = variables[bare ?? braced ?? ''];
    const isSet = value !== undefined && (value !== '' || !operator.startsWith(':'));
    if (operator.endsWith('+')) return isSet ? operand : '';
    return isSet ? value : operator.endsWith('-') ? operand : '';
  });
  // A default may hold another variable: from the inside out.
  return next === text ? text.replaceAll('$$', '$') : interpolate(next, variables);
}
