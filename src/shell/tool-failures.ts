/** Failures that only a wrapper saw: in `sh -c`, in a recipe of make, under `find -exec`. */
import { programWords, wasKilled } from './command-text.ts';
import type { Failure } from './failure.ts';
import type { ToolRecord } from './protocol.ts';
import { indexSyntax } from './syntax.ts';
import type { SyntaxIndex, Unit } from './syntax.ts';
import type { Trace } from './trace.ts';

/** `make: [Makefile:3: target] Error 1 (ignored)` */
const ignoredByMake = /^make(?:\[\d+\])?: \[(?:([^\]:]+):(\d+): )?([^\]]+)\] Error (\d+) \(ignored\)$/gm;

/** What failed where the block's line went on as if it had worked. */
export function judgeTools(trace: Trace, seen: readonly Failure[]): readonly Failure[] {
  const lines = new Set(seen.map((failure) => failure.line));
  const ignored = trace.input.tools.flatMap((tool) => ignoredRecipes(trace, tool)).filter((failure) => !lines.has(failure.line));
  for (const failure of ignored) lines.add(failure.line);
  const finds = trace.input.tools.filter((tool) => tool.tool === 'find' && !isTestOfFind(tool.args)).map((tool) => told(trace, tool, 'find -exec')).filter((found) => !lines.has(found.line));
  for (const found of finds) lines.add(found.line);
  const rest = trace.input.tools.flatMap((tool) => {
    const line = trace.blockLine(tool.line);
    if (tool.exitCode === 0 || tool.tool === 'find' || lines.has(line) || trace.lineFailed(line)) return [];
    const job = backgroundCall(trace, tool, line);
    if (job !== null) return [{ ...told(trace, tool, ''), kind: 'untested' as const, command: job.text, unit: job }];
    const by = hiddenBy(trace, tool);
    return by === null ? [] : [told(trace, tool, by)];
  });
  return [...ignored, ...finds, ...rest];
}

/** A block that begins with `#!/bin/sh`: no bash tells of it, but its text is known. */
export function judgeUntracedScript(trace: Trace): readonly Failure[] {
  return trace.input.tools.flatMap((tool) => {
    const unit = tool.exitCode === 0 || !isPlainShell(programName(tool.parent)) ? null : callOf(trace.block, tool);
    if (unit === null || unit.fate.to === 'test' || (unit.fate.to === 'end' && trace.input.exitCode === 0)) return [];
    const hides = unit.fate.to === 'mask' ? unit.fate.by : '';
    return [{ ...told(trace, tool, hides), kind: hides === '' ? ('untested' as const) : ('masked' as const), line: unit.firstLine, unit, command: unit.text }];
  });
}

/** `docker pull x &`: a plain `wait` throws its status away. */
function backgroundCall(trace: Trace, tool: ToolRecord, line: number): Unit | null {
  const job = trace.block.units.find((unit) => unit.firstLine === line && unit.kind === 'simple' && unit.fate.to === 'background' && programWords(unit.words)[0] === tool.tool);
  const waited = trace.block.units.some((unit) => unit.words[0] === 'wait' && unit.words.length > 1);
  return job === undefined || waited || wasKilled(tool.exitCode) ? null : job;
}

function ignoredRecipes(trace: Trace, tool: ToolRecord): readonly Failure[] {
  if (tool.tool !== 'make' || tool.exitCode !== 0) return [];
  return [...tool.stderr.matchAll(ignoredByMake)].map((match) => ({
    ...told(trace, tool, '`-` in the recipe'),
    status: Number(match[4]),
    script: match[1] === undefined ? null : { file: absolute(match[1], tool.cwd), line: Number(match[2]) },
  }));
}

const programName = (commandLine: string): string => /^(?:\S*\/)?([^\s/]*)/.exec(commandLine)?.[1] ?? '';
/** A shell that the trace does not see into. */
const isPlainShell = (name: string): boolean => /^(?:da|a)?sh$/.test(name);

/** How the caller hid it; null where the caller acted on it, or nobody can say. */
function hiddenBy(trace: Trace, tool: ToolRecord): string | null {
  const [, ...rest] = tool.parent.split(' ');
  const name = programName(tool.parent);
  const underMake = trace.input.tools.some((other) => other.tool === 'make' && other.line === tool.line && other.exitCode === 0);
  if (/^g?make$/.test(name)) return 'make';
  if (!isPlainShell(name)) return null;
  const flag = rest.findIndex((word) => /^-[a-z]*c$/.test(word));
  const code = flag === -1 ? scriptText(trace, rest, tool.cwd) : rest.slice(flag + 1).join(' ');
  if (code === null) return null;
  const unit = callOf(indexSyntax(code), tool);
  if (unit === null) return null;
  const { fate } = unit;
  switch (fate.to) {
    case 'mask':
      return fate.by;
    case 'nothing':
      return 'a shell that goes on';
    case 'end': case 'parent':
      // Its status reached the caller of that shell.
      return underMake ? 'make' : null;
    default:
      return null;
  }
}

/** Of the calls of that program in a text the one whose words are the arguments; null where those with different ends cannot be told apart. */
function callOf(index: SyntaxIndex, tool: ToolRecord): Unit | null {
  const calls = index.units.filter((unit) => unit.kind === 'simple' && programWords(unit.words)[0] === tool.tool);
  const fitting = calls.filter((unit) => {
    const words = programWords(unit.words).slice(1);
    return words.length <= tool.args.length && words.every((word, at) => word === null || word === tool.args[at]);
  });
  const candidates = fitting.length > 0 ? fitting : calls;
  const ends = new Set(candidates.map((unit) => unit.fate.to));
  return ends.size === 1 ? (candidates[0] ?? null) : null;
}

function scriptText(trace: Trace, words: readonly string[], cwd: string): string | null {
  const file = words.find((word) => !word.startsWith('-'));
  return file === undefined ? null : (trace.input.scripts?.get(absolute(file, cwd)) ?? null);
}

const absolute = (path: string, cwd: string): string => (path.startsWith('/') ? path : `${cwd}/${path.replace(/^\.\//, '')}`);

/** `find … -exec grep -q x {} \; -print` asks, and `! -exec` or `-o` act on the answer. */
function isTestOfFind(args: readonly string[]): boolean {
  const at = args.findIndex((arg) => arg === '-exec' || arg === '-execdir' || arg === '-ok' || arg === '-okdir');
  if (at === -1) return true;
  const end = args.findIndex((arg, index) => index > at && (arg === ';' || arg === '+'));
  return args[at - 1] === '!' || args[at - 1] === '-not' || (end !== -1 && end < args.length - 1 && !(args[end + 1] ?? '').startsWith('-exec'));
}

function told(trace: Trace, tool: ToolRecord, by: string): Failure {
  const words = [tool.tool, ...tool.args];
  return { kind: 'masked', line: trace.blockLine(tool.line), unit: null, command: words.join(' '), words, status: tool.exitCode, count: tool.count, hiddenBy: by, script: null, stderr: tool.stderr };
}
