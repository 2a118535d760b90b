/** Commands that read a runbook and run nothing: a first drill file, and what reading alone finds. */
import './node-20.ts';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { draftDrillFile } from './drill/draft.ts';
import { counted } from './drill/format.ts';
import { InputErrors, type Plan } from './drill/model.ts';
import { readGit } from './drill/plan/git-facts.ts';
import { terminalText } from './drill/terminal-text.ts';
import { parseRunbook } from './runbook/blocks.ts';

const write = (text: string): void => void process.stdout.write(text);

/** `init`: writes a drill file that is not there yet. */
export async function init(runbook: string, { out }: { readonly out: string }): Promise<void> {
  const path = resolve(runbook);
  const git = readGit(dirname(path));
  const root = 'root' in git ? git.root : process.cwd();
  const file = relative(root, path);
  const text = draftDrillFile(parseRunbook(file, await readFile(path, 'utf8')), file, basename(root).toLowerCase().replaceAll(/[^a-z0-9-]/g, '-') || 'drill');
  try {
    await writeFile(out, text, { flag: 'wx' });
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    throw new InputErrors([{ file: out, line: 1, column: 1, message: 'the drill file cannot be written', expected: 'a path where no file is yet', got, help: 'name another with --out, or remove the file' }]);
  }
  write(`${out} was written: read it, then run \`runbook-drill plan ${out}\`\n`);
}

/** `init --workflows`. @param out the drill file that they drill. */
export async function initWorkflows({ out }: { readonly out: string }): Promise<void> {
  const { writeWorkflows } = await import('./cli-workflows.ts');
  for (const path of await writeWorkflows(out)) write(`${path} was written\n`);
  write('Read them, and docs/getting-started.md of runbook-drill; then commit them\n');
}

/** `lint`: what reading alone finds, one line each, the same finding of several scenarios once; 1 where there is an error. */
export function lint(plan: Plan): number {
  const seen = new Map(plan.scenarios.flatMap(({ findings }) => findings.map((finding) => [JSON.stringify(finding), finding])));
  const findings = [...seen.values()].toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.rule.localeCompare(b.rule));
  for (const warning of plan.warnings) write(`warning: ${terminalText(warning)}\n`);
  for (const { file, line, severity, rule, message, help } of findings) write(`${terminalText(`${file}:${line}: ${severity} ${rule}: ${message}. ${help}`)}\n`);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  write(`${counted(errors, 'error')}, ${counted(findings.length - errors, 'warning')}\n`);
  return errors === 0 ? 0 : 1;
}
