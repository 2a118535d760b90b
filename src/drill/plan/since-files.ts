/** Files of the repository that a scenario's steps name or read. */
import { basename, join, relative } from 'node:path';
import type { Plan, PlannedStep, ScenarioPlan } from '../model.ts';

/** What a program reads without being told a file's name. */
const readBy: readonly { readonly file: RegExp; readonly program: RegExp }[] = [
  { file: /^(?:docker-)?compose\b.*\.ya?ml$/, program: /\bdocker[ -]compose\b/ },
  { file: /^(?:GNU)?[Mm]akefile$|\.mk$/, program: /\bmake\b/ },
  { file: /\.tf(?:vars)?(?:\.json)?$/, program: /\b(?:tofu|terraform)\b/ },
];

/** Why a change of these files touches the scenario, in words. A script that only another script names is not found. */
export function filesNamed(plan: Plan, { steps }: ScenarioPlan, changed: readonly string[]): readonly string[] {
  const { gitRoot, folder } = plan.repository;
  const read = new Set([plan.drillFile.file, ...plan.runbooks.map(({ file }) => file)]);
  return changed
    .filter((file) => !read.has(file))
    .flatMap((file) => {
      const image = plan.host.images.find(({ build }) => build !== null && !relative(build, join(gitRoot, folder, file)).startsWith('..'));
      if (image !== undefined) return [`${file} is part of the image ${image.name}`];
      const step = steps.find((candidate) => names(candidate, file));
      return step === undefined ? [] : [`${file} differs, which ${step.phase} ${step.name} names or reads`];
    });
}

function names(step: PlannedStep, file: string): boolean {
  if (!('shell' in step)) return false;
  const { text } = step.shell;
  const name = basename(file);
  if (readBy.some((reader) => reader.file.test(name) && reader.program.test(text))) return true;
  // Prose is named by its whole path or not at all: many a command says README.md and means another.
  return hasWord(text, file) || (!/\.mdx?$/.test(name) && hasWord(text, name));
}

function hasWord(text: string, word: string): boolean {
  const escaped = word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?<![\w.-])${escaped}(?![\w-]|\.\w)`).test(text);
}
