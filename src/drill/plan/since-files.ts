/** Files of the repository that a scenario's steps name or read, and those that these name in turn. */
import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { Plan, PlannedStep, ScenarioPlan } from '../model.ts';
import { type HostPaths, hostPaths } from './host-paths.ts';
import { contextsInCompose, isComposeFile } from './images-in-compose.ts';
import { meantBy } from './named-paths.ts';

/** What a program reads without being told a file's name. */
const readBy: readonly { readonly file: RegExp; readonly program: RegExp }[] = [
  { file: /^(?:(?:docker-)?compose\b.*\.ya?ml|\.env)$/, program: /\bdocker[ -]compose\b/ },
  { file: /^(?:GNU)?[Mm]akefile$|\.mk$/, program: /\bmake\b/ },
  { file: /^\.?justfile$/i, program: /\bjust\b/ },
  { file: /^package\.json$/, program: /\b(?:npm|pnpm|yarn)\b/ },
  { file: /\.tf(?:vars)?(?:\.json)?$/, program: /\b(?:tofu|terraform)\b/ },
  { file: /^(?:Docker|Container)file\b|\.dockerfile$/i, program: /\bdocker (?:image |builder |buildx )?build\b/ },
  // A context that is the folder itself: which one is not known.
  { file: /(?<!\.mdx?)$/, program: /\bdocker (?:image |builder |buildx )?build\b(?:[^\n;|&]|\\\n)*\s\.\/?(?=[\s;|&)]|$)/ },
];

/**
 * Why a change of these files touches the scenario, in words.
 * @param tracked all files that Git tracks. `changed` and they are relative to the repository's folder.
 */
export function filesNamed(plan: Plan, { steps }: ScenarioPlan, changed: readonly string[], tracked: readonly string[]): readonly string[] {
  const { gitRoot, folder } = plan.repository;
  const known = new Set([plan.drillFile.file, ...plan.runbooks.map(({ file }) => file)]);
  const files = changed.filter((file) => !known.has(file));
  if (files.length === 0) return [];
  const paths = hostPaths(plan.host.user, plan.host.workspace.path);
  const sources = sourcesOf(join(gitRoot, folder), steps, tracked.filter((file) => !known.has(file)), paths);
  return files.flatMap((file) => {
    if (basename(file) === '.gitattributes') return [`${file} differs, which says how files are checked out`];
    const image = plan.host.images.find(({ build }) => build !== null && !relative(build, join(gitRoot, folder, file)).startsWith('..'));
    if (image !== undefined) return [`${file} is part of the image ${image.name}`];
    const source = sources.find(({ names }) => names(file));
    return source === undefined ? [] : [`${file} differs, which ${source.of} names or reads`];
  });
}

/** A text that may name files. */
interface Source {
  /** What a person calls it. */
  readonly of: string;
  /** Whether it names or reads a file, given relative to the repository. */
  readonly names: (file: string) => boolean;
}

/** The steps, the files that they name, and those that these name in turn. */
function sourcesOf(root: string, steps: readonly PlannedStep[], tracked: readonly string[], paths: HostPaths): readonly Source[] {
  const sources: Source[] = [];
  let left = tracked;
  for (let next = steps.flatMap((step) => ('shell' in step ? [textSource(`${step.phase} ${step.name}`, step.shell.text, paths)] : [])); next.length > 0; ) {
    sources.push(...next);
    const named = new Set(left.filter((file) => next.some(({ names }) => names(file))));
    left = left.filter((file) => !named.has(file));
    next = [...named].map((file) => fileSource(file, contentOf(join(root, file)), paths));
  }
  return sources;
}

function textSource(of: string, text: string, paths: HostPaths): Source {
  const programs = readBy.filter(({ program }) => program.test(text));
  const isMeant = meantBy(text, paths);
  return {
    of,
    names: (file) => {
      const name = basename(file);
      if (hasWord(text, file) || programs.some((reader) => reader.file.test(name))) return true;
      // Prose is named by its whole path or not at all: many a command says README.md and means another.
      return !/\.mdx?$/.test(name) && (hasWord(text, name) || isMeant(file));
    },
  };
}

/** A Compose file reads all of the folders that it builds images from, too. */
function fileSource(file: string, text: string, paths: HostPaths): Source {
  const { of, names } = textSource(file, text, paths);
  if (!isComposeFile(file)) return { of, names };
  const contexts = contextsInCompose(text).map((context) => join(dirname(file), context));
  return { of, names: (other) => names(other) || contexts.some((context) => !relative(context, other).startsWith('..')) };
}

/** Bytes: what is longer was written by no person. */
const mostBytes = 256 * 1024;

/** A symbolic link says where it leads. Empty for what is no text, or is not there any more. */
function contentOf(path: string): string {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isSymbolicLink() === true) return readlinkSync(path);
  if (found?.isFile() !== true || found.size > mostBytes) return '';
  const text = readFileSync(path, 'utf8');
  return text.includes('\0') ? '' : text;
}

function hasWord(text: string, word: string): boolean {
  if (!text.includes(word)) return false;
  const escaped = word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?<![\w.-])${escaped}(?![\w-]|\.\w)`).test(text);
}
