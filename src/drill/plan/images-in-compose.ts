/** Images that the repository's Compose files name. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { parseDocument } from 'yaml';
import { valueAt } from '../drill-file/explain.ts';
import { isImageName } from './images-in-blocks.ts';

const composeFile = /^(?:docker-)?compose.*\.ya?ml$/;

/** @param tracked files relative to `folder`. Files that cannot be read name nothing. */
export function imagesInCompose(folder: string, tracked: Iterable<string>): readonly string[] {
  const files = [...tracked].filter((file) => composeFile.test(basename(file)));
  return [...new Set(files.flatMap((file) => imagesOf(readFile(join(folder, file)), exampleVariables(join(folder, dirname(file))))))];
}

/** Images of one Compose file, with variables as `.env.example` has them, or their defaults. */
export function imagesOf(source: string, variables: NodeJS.Dict<string>): readonly string[] {
  const services = valueAt(contentOf(source), ['services']);
  if (typeof services !== 'object' || services === null) return [];
  return Object.values(services)
    .map((service: unknown) => valueAt(service, ['image']))
    .filter((image) => typeof image === 'string')
    .map((image) => interpolate(image, variables))
    .filter((image) => isImageName(image));
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
