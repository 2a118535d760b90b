/** The walk over the syntax tree that tells each command where its exit status goes. */
import { parse } from 'unbash';
import type { AndOr, Case, Command, CommandNode, Pipeline, Redirection, Script, Statement, SyntaxNode, TestCommand, TestExpression } from 'unbash';
import { commandKey, comparesText, isMasker, nodeKey, staticWords, substitutionsIn } from './command-text.ts';
import type { StaticWords } from './command-text.ts';
import { firstText, readsStatus } from './reads-status.ts';
import { discardsStderr, redirectionName } from './redirections.ts';
import { lineAt, type Source, sourceOf } from './source-text.ts';
import type { Fate, Handler, PipelineUnit, Range, Unit } from './syntax.ts';

type OrderedUnit = Unit & { readonly order: number };

interface Context {
  readonly source: Source;
  readonly inFunction: string | null;
  /** A `$(…)` of an argument around it: nothing in there reaches anybody. */
  readonly hiddenBy: string | null;
  /** Its output is a value: a default that `|| echo` gives is used. */
  readonly isValue: boolean;
  readonly pipeline: Unit['pipeline'];
  readonly pipedStderr: boolean;
  readonly listFate: Fate | null;
}

const toTest: Fate = { to: 'test' };
const toParent: Fate = { to: 'parent' };
const mask = (by: string): Fate => ({ to: 'mask', by });
const declarations = new Set(['local', 'export', 'readonly', 'declare', 'typeset']);

export class SyntaxWalk {
  readonly units: OrderedUnit[] = [];
  /** Given to the next command that is met: it is the first of that handler. */
  #handler: Handler | null = null;

  script(script: Script, text: string): void {
    const source = sourceOf(text, 1, null);
    this.#list(script.commands, { to: 'end' }, { source, inFunction: null, hiddenBy: null, isValue: false, pipeline: null, pipedStderr: false, listFate: null });
  }

  #list(statements: readonly Statement[], last: Fate, context: Context): void {
    statements.forEach((statement, at) => {
      const next = statements[at + 1];
      let fate = last;
      if (next !== undefined) fate = readsStatus(firstText(next, context.source.text), '$?') ? toTest : context.hiddenBy === null ? { to: 'nothing' } : mask(context.hiddenBy);
      if (statement.background === true) fate = { to: 'background' };
      const statusRead = next !== undefined && readsStatus(firstText(next, context.source.text), 'PIPESTATUS');
      this.#operand(statement.command, fate, statusRead, { ...context, listFate: null });
    });
  }

  #operand(node: AndOr | Pipeline | CommandNode, fate: Fate, statusRead: boolean, context: Context): void {
    if (node.type === 'AndOr') this.#andOr(node, fate, statusRead, context);
    else if (node.type === 'Pipeline') this.#pipeline(node, fate, statusRead, context);
    else this.#command(node, fate, context);
  }

  #andOr(node: AndOr, fate: Fate, statusRead: boolean, context: Context): void {
    node.commands.forEach((operand, at) => {
      const next = node.operators.indexOf('||', at);
      const handler = next === -1 ? null : hidingHandler(node.commands.slice(next + 1), context);
      const last = at === node.commands.length - 1;
      const own = last ? fate : next === -1 || handler === null ? toTest : mask(handler);
      if (node.operators[at - 1] === '||') {
        const rest = node.commands.slice(at);
        this.#handler = { left: node.commands.slice(0, at).map((left) => place(left, context)), right: span(rest.map((right) => place(right, context))), hides: hidingHandler(rest, context) };
      }
      const following = node.commands[at + 1];
      const read = last ? statusRead : following !== undefined && readsStatus(context.source.text.slice(following.pos, following.end), 'PIPESTATUS');
      this.#operand(operand, own, read, { ...context, listFate: last || next !== -1 ? null : fate });
    });
  }

  #pipeline(node: Pipeline, outer: Fate, statusRead: boolean, context: Context): void {
    const fate = node.prefixes.some((prefix) => prefix.type === 'Negation') ? toTest : outer;
    const [only] = node.commands;
    if (only !== undefined && node.commands.length === 1) return this.#command(only, fate, { ...context, listFate: fate === outer ? context.listFate : null });
    const elements: { pos: number; end: number; unit: Unit | null }[] = node.commands.map((element) => ({ ...place(element, context), unit: null }));
    const pipeline: PipelineUnit = { ...place(node, context), elements, fate, statusRead };
    node.commands.forEach((element, at) => {
      const from = this.units.length;
      const pipedStderr = node.operators[at] === '|&';
      const simple = element.type === 'Command';
      const own = at === node.commands.length - 1 ? fate : statusRead ? toTest : mask('upstream in a pipeline');
      this.#command(element, simple ? own : toParent, { ...context, pipeline: simple ? { of: pipeline, element: at } : null, pipedStderr, listFate: null });
      const held = elements[at];
      if (simple && held !== undefined) held.unit = this.units[from] ?? null;
    });
  }

  #command(node: CommandNode, fate: Fate, context: Context): void {
    const inner: Context = { ...context, pipeline: null, pipedStderr: false };
    switch (node.type) {
      case 'Command':
        return this.#simple(node, fate, context);
      case 'TestCommand':
        this.#unit(node, 'simple', ['[['], nodeKey(node, this.#text(node, context)), fate, context, []);
        return this.#testOperands(node, inner);
      case 'ArithmeticCommand':
        this.#unit(node, 'simple', ['(('], nodeKey(node, this.#text(node, context)), fate, context, []);
        return this.#expansions([node], mask('$(…) in arithmetic'), inner);
      case 'Redirected':
        this.#expansions(node.redirects, mask('$(…) in a redirection'), inner);
        return this.#command(node.command, fate, context);
      case 'Subshell':
        this.#unit(node, 'compound', ['('], nodeKey(node, this.#text(node, context)), fate, context, []);
        return this.#list(node.body.commands, fate.to === 'background' ? fate : toParent, inner);
      case 'BraceGroup':
        return this.#list(node.body.commands, fate, inner);
      case 'If':
        this.#list(node.clause.commands, toTest, inner);
        this.#list(node.then.commands, fate, inner);
        for (const branch of node.elif) {
          this.#list(branch.clause.commands, toTest, inner);
          this.#list(branch.then.commands, fate, inner);
        }
        return node.else === undefined ? undefined : this.#list(node.else.commands, fate, inner);
      case 'While':
        this.#list(node.clause.commands, toTest, inner);
        return this.#list(node.body.commands, loopEnd(fate, context), inner);
      case 'For':
      case 'Select': {
        const words = node.wordlist ?? [];
        this.#unit(node, 'header', ['for'], nodeKey(node, ''), fate, context, []);
        this.#expansions(words, mask('$(…) in an argument'), inner);
        return this.#list(node.body.commands, loopEnd(fate, context), inner);
      }
      case 'ArithmeticFor':
        return this.#list(node.body.commands, loopEnd(fate, context), inner);
      case 'Case':
        return this.#case(node, fate, inner);
      case 'Function':
        return this.#list(node.body.type === 'CompoundList' ? node.body.commands : [bodyStatement(node.body)], { to: 'end' }, { ...inner, inFunction: node.name.text });
      case 'Coproc':
        return node.body.type === 'CompoundList' ? this.#list(node.body.commands, { to: 'background' }, inner) : this.#command(node.body, { to: 'background' }, inner);
    }
  }

  #case(node: Case, fate: Fate, context: Context): void {
    this.#unit(node, 'header', ['case'], nodeKey(node, ''), fate, context, []);
    // A `case` acts on the text it got, the empty one too.
    this.#expansions([node.word], toTest, context);
    for (const item of node.items) this.#list(item.body.commands, fate, context);
  }

  #simple(node: Command, fate: Fate, context: Context): void {
    const words = staticWords(node);
    const unit = this.#unit(node, 'simple', words, commandKey(node, context.pipedStderr), fate, context, node.redirects);
    const inner: Context = { ...context, pipeline: null, pipedStderr: false, listFate: null };
    for (const redirection of node.redirects) this.#expansions([redirection], mask(redirectionName(redirection)), inner);
    const assignments = node.prefix.filter((part) => part.type === 'Assignment');
    if (node.name === undefined) return this.#expansions(assignments, mask('$(…) that another one follows'), inner, toParent);
    this.#expansions(assignments, mask('$(…) in an argument'), inner);
    this.#expansions([node.name], mask('$(…) in an argument'), inner, node.args.length === 0 ? toParent : undefined);
    const name = words[0] ?? null;
    const argumentFate = (name === '[' || name === 'test') && comparesText(words) ? toTest : mask('$(…) in an argument');
    for (const arg of node.args) {
      this.#expansions([arg], arg.type === 'Assignment' || (name !== null && declarations.has(name)) ? mask(`${name ?? ''} NAME=$(…)`) : argumentFate, inner);
    }
    this.#strings(node, words, unit, fate, inner);
  }

  /** `eval '…'` and `trap '…' EXIT`: code in a string. */
  #strings(node: Command, words: StaticWords, unit: Unit, fate: Fate, context: Context): void {
    const string = node.args[0];
    if (string === undefined || string.type !== 'Word' || (words[0] !== 'eval' && words[0] !== 'trap')) return;
    const code = words[0] === 'eval' ? words.slice(1).join(' ') : (words[1] ?? null);
    if (code === null || words.slice(1).includes(null) || code === '-' || code === '') return;
    const source = sourceOf(code, unit.firstLine, { pos: unit.pos, end: unit.end });
    this.#list(parse(code).commands, words[0] === 'eval' ? fate : { to: 'end' }, { ...context, source });
  }

  #testOperands(node: TestCommand, context: Context): void {
    const visit = (expression: TestExpression): void => {
      switch (expression.type) {
        case 'TestUnary':
          return this.#expansions([expression.operand], /^-[nz]$/.test(expression.operator) ? toTest : mask('$(…) in an argument'), context);
        case 'TestBinary':
          return this.#expansions([expression.left, expression.right], /^(?:[=!]?=|=~|[<>])$/.test(expression.operator) ? toTest : mask('$(…) in an argument'), context);
        case 'TestLogical':
          return expression.operands.forEach(visit);
        case 'TestNot':
          return visit(expression.operand);
        case 'TestGroup':
          return visit(expression.expression);
      }
    };
    visit(node.expression);
  }

  /** Walks the `$(…)` and `<(…)` in nodes; `last` is where the status of the last `$(…)` goes, if elsewhere. */
  #expansions(nodes: readonly SyntaxNode[], fate: Fate, context: Context, last: Fate = fate): void {
    const found = nodes.flatMap((node) => substitutionsIn(node));
    found.forEach((part, at) => {
      const script = part.script;
      if (script === undefined) return;
      const own = part.type === 'ProcessSubstitution' ? mask(`${part.operator}(…)`) : found.slice(at + 1).some((later) => later.type === 'CommandExpansion') ? fate : last;
      // Backquotes with escapes are read from a text of their own.
      const source = script.source === undefined ? context.source : sourceOf(script.source, lineAt(context.source, part.pos), place(part, context));
      this.#list(script.commands, own, { ...context, source, isValue: part.type === 'CommandExpansion', hiddenBy: own.to === 'mask' ? own.by : context.hiddenBy, listFate: null });
    });
  }

  #unit(node: Range, kind: Unit['kind'], words: StaticWords, key: string, fate: Fate, context: Context, redirections: readonly Redirection[]): Unit {
    const unit: OrderedUnit = {
      ...place(node, context), kind, key, words, fate, order: this.units.length,
      text: this.#text(node, context).replace(/\\\n\s*/g, '').replace(/\s*\n\s*/g, ' ').slice(0, 400),
      firstLine: lineAt(context.source, node.pos), lastLine: lineAt(context.source, Math.max(node.pos, node.end - 1)),
      listFate: context.listFate ?? fate, pipeline: context.pipeline, handler: this.#handler, inFunction: context.inFunction,
      stderrDiscarded: redirections.some(discardsStderr),
    };
    // A subshell is the handler, and so is the first command in it, which tells of the status.
    if (kind !== 'compound') this.#handler = null;
    this.units.push(unit);
    return unit;
  }

  #text(node: Range, context: Context): string {
    return context.source.text.slice(node.pos, node.end);
  }
}

const place = (node: Range, context: Context): Range => (context.source.at === null ? { pos: node.pos, end: node.end } : context.source.at);
const span = (ranges: readonly Range[]): Range => ({ pos: Math.min(...ranges.map((range) => range.pos)), end: Math.max(...ranges.map((range) => range.end)) });
const bodyStatement = (command: CommandNode): Statement => ({ type: 'Statement', pos: command.pos, end: command.end, command, background: undefined });
/** Only the last turn's status outlives a loop. */
const loopEnd = (fate: Fate, context: Context): Fate => (fate.to === 'test' ? fate : context.hiddenBy === null ? { to: 'end' } : mask(context.hiddenBy));

/** `|| true` and its like, or null where what follows acts. */
function hidingHandler(operands: readonly (Pipeline | CommandNode)[], context: Context): string | null {
  const words: StaticWords[] = [];
  const onlyMaskers = (node: SyntaxNode): boolean => {
    switch (node.type) {
      case 'Command':
        words.push(staticWords(node));
        return isMasker(staticWords(node)) && node.redirects.every((redirection) => redirection.type !== 'Redirect' || redirection.operator === '>&' || (redirection.target?.text ?? '').startsWith('/dev/'));
      case 'Subshell': case 'BraceGroup':
        return onlyMaskers(node.body);
      case 'CompoundList':
        return node.commands.every((statement) => onlyMaskers(statement.command));
      case 'AndOr':
        return node.commands.every(onlyMaskers);
      default:
        return false;
    }
  };
  if (!operands.every(onlyMaskers)) return null;
  const name = words[0]?.[0] ?? '';
  const givesDefault = context.isValue && words.some((list) => list[0] === 'echo' || list[0] === 'printf');
  return givesDefault ? null : `|| ${name}`;
}
