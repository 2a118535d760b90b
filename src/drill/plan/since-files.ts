/** Files of the repository that a scenario's steps name or read, and those that these name in turn. */
import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { Plan, PlannedStep, ScenarioPlan } from '../model.ts';

/** What a program reads without being told a file's name. */
const readBy: readonly { readonly file: RegExp; readonly program: RegExp }[] = [
  { file: /^(?:(?:docker-)?compose\b.*\.ya?ml|\.env)$/, program: /\bdocker[ -]compose\b/ },
  { file: /^(?:GNU)?[Mm]akefile$|\.mk$/, program: /\bmake\b/ },
  { file: /\.tf(?:vars)?(?:\.json)?$/, program: /\b(?:tofu|terraform)\b/ },
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
  const texts = [...stepTexts(steps), ...textsBehind(join(gitRoot, folder), steps, tracked.filter((file) => !known.has(file)))];
  return files.flatMap((file) => {
    const image = plan.host.images.find(({ build }) => build !== null && !relative(build, join(gitRoot, folder, file)).startsWith('..'));
    if (image !== undefined) return [`${file} is part of the image ${image.name}`];
    const source = texts.find(({ text }) => names(text, file));
    return source === undefined ? [] : [`${file} differs, which ${source.of} names or reads`];
  });
}

interface Source {
  /** What a person calls it. */
  readonly of: string;
  readonly text: string;
}

const stepTexts = (steps: readonly PlannedStep[]): readonly Source[] => steps.flatMap((step) => ('shell' in step ? [{ of: `${step.phase} ${step.name}`, text: step.shell.text }] : []));

/** What stands in the files that the steps name, and in those that these name. */
function textsBehind(root: string, steps: readonly PlannedStep[], tracked: readonly string[]): readonly Source[] {
  const behind: Source[] = [];
  let left = tracked;
  for (let texts = stepTexts(steps); texts.length > 0; ) {
    const named = new Set(left.filter((file) => texts.some(({ text }) => names(text, file))));
    left = left.filter((file) => !named.has(file));
    texts = [...named].map((file) => ({ of: file, text: contentOf(join(root, file)) }));
    behind.push(...texts);
  }
  return behind;
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

function names(text: string, file: string): boolean {
  const name = basename(file);
  if (readBy.some((reader) => reader.file.test(name) && reader.program.test(text))) return true;
  // Prose is named by its whole path or not at all: many a command says README.md and means another.
  return hasWord(text, file) || (!/\.mdx?$/.test(name) && hasWord(text, name));
}

function hasWord(text: string, word: string): boolean {
  if (!text.includes(word)) return false;
  const escaped = word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?<![\w.-])${escaped}(?![\w-]|\.\w)`).test(text);
}
