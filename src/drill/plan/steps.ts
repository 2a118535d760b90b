/** The steps of a drill file, resolved: one for each block, in order. */
import type { Block } from '../../runbook/blocks.ts';
import { findPlaceholders } from '../../runbook/placeholders.ts';
import { blockLines, findQuote } from '../../runbook/references.ts';
import { keysWithoutHit, type LinedText, replaceIn, type Replaced } from '../../runbook/replace.ts';
import { parseDuration } from '../drill-file/quantities.ts';
import type { Path } from '../drill-file/positions.ts';
import type { DrillStep } from '../drill-file/schema-steps.ts';
import type { Finding, PlannedStep, ShellStep, ShellText, SkipStep, StepPhase, WaitStep, WriteStep } from '../model.ts';
import { builtInName, planBuiltIn } from './built-in.ts';
import { blocksOf, checkNames, type PlanContext, tellReference, valueLine } from './context.ts';
import { brokenFence, builtIn, emptyBlock, notInRunbook, placeholder, substituted } from './findings.ts';
import { firstLine, runbookText, untouched, writtenText } from './shell-text.ts';

const defaultTimeoutSeconds = 600;

/** Where in a scenario a list of steps is run. */
export interface StepList {
  readonly steps: readonly DrillStep[];
  readonly path: Path;
  readonly phase: StepPhase;
  readonly before: 'loss' | null;
}

type OptionStep = Exclude<DrillStep, string>;
type Common = Pick<OptionStep, 'cwd' | 'env' | 'user' | 'timeout' | 'input' | 'terminal'>;

/** Plans the steps of one scenario; `replace` is one pass over all of them. */
export class StepPlanner {
  readonly findings: Finding[] = [];
  readonly #context: PlanContext;
  readonly #replace: Readonly<Record<string, string>>;
  readonly #replaced: Replaced[] = [];

  constructor(context: PlanContext, replace: Readonly<Record<string, string>>) {
    this.#context = context;
    this.#replace = replace;
  }

  plan(list: StepList): readonly PlannedStep[] {
    return list.steps.flatMap((step, index) => this.#planStep(step, [...list.path, index], list));
  }

  /** Keys of `replace` that no step has had. */
  get unusedKeys(): readonly string[] {
    return keysWithoutHit(this.#replaced, this.#replace);
  }

  #planStep(step: DrillStep, path: Path, list: StepList): readonly PlannedStep[] {
    if (typeof step === 'string') return this.#blocks({ block: step }, path, path, list);
    if ('block' in step) return this.#blocks(step, path, [...path, 'block'], list);
    if ('quote' in step) return this.#quote(step, path, list);
    if ('run' in step) return [this.#run(step, path, list)];
    if ('wait' in step) return this.#wait(step, path, list);
    if ('write' in step) return this.#write(step, path, list);
    if ('skip' in step) return this.#skip(step, path, list);
    const name = builtInName(step);
    const at = valueLine(this.#context, path);
    this.findings.push(builtIn(at, name));
    return [planBuiltIn(this.#context, step, path, this.#common(list, name, at, step))];
  }

  #blocks(step: Extract<OptionStep, { block: string }>, path: Path, at: Path, list: StepList): readonly ShellStep[] {
    const resolved = blocksOf(this.#context, step.block, at);
    if (resolved === null) return [];
    return this.#excerpts(step, resolved, path).map(({ block, name }) => {
      const { shell, refused } = this.#judged(block, name);
      return { kind: 'block', ...this.#common(list, name, block, step, block), ...this.#shellOptions(step), shell, refused };
    });
  }

  /** The named blocks; with `lines`, the part of the only one. */
  #excerpts(step: Extract<OptionStep, { block: string }>, resolved: { readonly blocks: readonly Block[]; readonly names: readonly string[] }, path: Path): readonly NamedBlock[] {
    const named = withNames(resolved);
    if (step.lines === undefined) return named;
    const [first] = named;
    if (first === undefined || named.length > 1) {
      tellReference(this.#context, [...path, 'block'], step.block, { problem: 'ambiguous', message: `\`lines\` must lie in one block, and \`${step.block}\` selects ${named.length}`, candidates: resolved.blocks.map((block) => block.reference) });
      return [];
    }
    const excerpt = blockLines(first.block, step.lines);
    if ('problem' in excerpt) {
      tellReference(this.#context, [...path, 'lines'], step.lines, excerpt);
      return [];
    }
    return [{ block: excerpt, name: first.name }];
  }

  #quote(step: Extract<OptionStep, { quote: string }>, path: Path, list: StepList): readonly ShellStep[] {
    const { runbooks, runbooksComplete } = this.#context;
    const quote = findQuote(runbooks, step.quote, step.in);
    if ('problem' in quote) {
      if (runbooksComplete) tellReference(this.#context, [...path, 'quote'], step.quote, quote);
      return [];
    }
    const name = firstLine(quote.text);
    const shell = this.#shellText(quote, quote.file);
    const refused = this.#placeholders(shell, name, quote.line) ? 'placeholder' : null;
    return [{ kind: 'quote', ...this.#common(list, name, quote, step), ...this.#shellOptions(step), shell, refused }];
  }

  #run(step: Extract<OptionStep, { run: string }>, path: Path, list: StepList): ShellStep {
    const text = step.run.replace(/\n$/, '');
    const textLines = this.#context.positions.textLines([...path, 'run']).slice(0, text.split('\n').length);
    const at = valueLine(this.#context, [...path, 'run']);
    const name = firstLine(text);
    this.findings.push(notInRunbook(at, name, step.why));
    const shell = writtenText({ text, textLines }, at.file);
    return { kind: 'run', ...this.#common(list, name, at, step), ...this.#shellOptions(step), shell, refused: null };
  }

  #wait(step: Extract<OptionStep, { wait: string }>, path: Path, list: StepList): readonly WaitStep[] {
    const { services } = this.#context.drill;
    checkNames(this.#context, [{ name: step.wait, path: [...path, 'wait'], at: 'value' }], Object.keys(services), 'service');
    const timeoutSeconds = step.timeout ?? services[step.wait]?.['ready-timeout'] ?? defaultTimeoutSeconds;
    return [{ kind: 'wait', ...this.#common(list, `wait ${step.wait}`, valueLine(this.#context, [...path, 'wait']), step), timeoutSeconds, service: step.wait }];
  }

  #write(step: Extract<OptionStep, { write: string }>, path: Path, list: StepList): readonly WriteStep[] {
    const resolved = blocksOf(this.#context, step.write, [...path, 'write'], { among: 'fenced' });
    if (resolved === null) return [];
    const [only, ...others] = withNames(resolved);
    if (only === undefined || others.length > 0) {
      tellReference(this.#context, [...path, 'write'], step.write, { problem: 'ambiguous', message: `\`${step.write}\` selects ${resolved.blocks.length} blocks, and one file is written`, candidates: resolved.blocks.map((block) => block.reference) });
      return [];
    }
    const isShell = this.#context.runbooks.some((runbook) => runbook.blocks.includes(only.block));
    const { shell, refused } = this.#judged(only.block, only.name, isShell);
    const user = step.user ?? null;
    const to = this.#context.paths.absolute(step.to, step.user);
    return [{ kind: 'write', ...this.#common(list, only.name, only.block, step, only.block), shell, refused, to, mode: step.mode ?? '0644', user }];
  }

  #skip(step: Extract<OptionStep, { skip: string }>, path: Path, list: StepList): readonly SkipStep[] {
    const resolved = blocksOf(this.#context, step.skip, [...path, 'skip']);
    if (resolved === null) return [];
    return withNames(resolved).map(({ block, name }) => ({ kind: 'skip', ...this.#common(list, name, block, step, block), shell: runbookText(block, block.file, untouched(block)), why: step.why ?? '' }));
  }

  /** A block's text with what was found in it. */
  #judged(block: Block, name: string, isShell = true): { readonly shell: ShellText; readonly refused: ShellStep['refused'] } {
    const shell = this.#shellText(block, block.file);
    if (block.marks.includes('broken-fence')) this.findings.push(brokenFence(block, name));
    if (block.marks.includes('empty') || shell.text.trim() === '') {
      this.findings.push(emptyBlock(block, name));
      return { shell, refused: 'empty-block' };
    }
    return { shell, refused: this.#placeholders(shell, name, block.line, isShell) ? 'placeholder' : null };
  }

  #shellText(text: LinedText, file: string): ShellText {
    const replaced = replaceIn(text, this.#replace);
    this.#replaced.push(replaced);
    this.findings.push(...replaced.substitutions.map((hit) => substituted(file, hit)));
    return runbookText(text, file, replaced);
  }

  /** Tells the placeholders of a text; whether there are any. */
  #placeholders(shell: ShellText, name: string, line: number, isShell = true): boolean {
    const found = findPlaceholders(shell.text, isShell ? 'shell' : 'other');
    this.findings.push(...found.map((each) => placeholder({ file: shell.file, line: shell.lines[each.lineIndex] ?? line }, name, each)));
    return found.length > 0;
  }

  #common({ phase, before }: StepList, name: string, { file, line }: { readonly file: string; readonly line: number }, step: Common, block?: Block) {
    return { phase, before, name, at: { file, line }, timeoutSeconds: step.timeout ?? this.#blockTimeout(block) ?? defaultTimeoutSeconds };
  }

  /** A block's own `timeout` attribute. */
  #blockTimeout(block: Block | undefined): number | null {
    const written = block?.attributes['timeout'];
    if (block === undefined || written === undefined) return null;
    const seconds = parseDuration(written);
    if (!Number.isNaN(seconds)) return seconds;
    const told = { message: `the timeout of ${block.reference} is no duration`, expected: 'a whole number and s, m, h or d, such as 10m', got: `\`${written}\``, help: "correct the block's `timeout` attribute" };
    this.#context.problems.add({ file: this.#context.display(block.file), line: block.line, column: 1, ...told });
    return null;
  }

  #shellOptions({ cwd, env, user, input, terminal }: Common): Pick<ShellStep, 'cwd' | 'env' | 'user' | 'input'> {
    const stdin = terminal === false;
    return {
      cwd: cwd === undefined ? null : this.#context.paths.absolute(cwd, user),
      env: env ?? {},
      user: user ?? null,
      input: input === undefined && !stdin ? null : { to: stdin ? 'stdin' : 'typed', text: input ?? '' },
    };
  }
}

interface NamedBlock {
  readonly block: Block;
  readonly name: string;
}

function withNames({ blocks, names }: { readonly blocks: readonly Block[]; readonly names: readonly string[] }): readonly NamedBlock[] {
  return blocks.map((block, index) => ({ block, name: names[index] ?? block.reference }));
}
