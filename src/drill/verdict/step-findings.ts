/** What went wrong while steps ran. */
import type { CommandFailure, HostLimit, StepDeclaration, StepResult } from '../journal-events.ts';
import type { SourceLine } from '../model.ts';
import { type ScenarioFacts, isOwnCheck, wentWrong } from './facts.ts';
import { type Found, finding, firstLine, tail, whereIs } from './found.ts';

/** Failures of one source line under one rule: a loop that fails seven times is one finding. */
interface Group {
  readonly failure: CommandFailure;
  readonly step: StepDeclaration;
  readonly entry: number;
  /** It failed only when the restore ran again. */
  readonly repeated: boolean;
  count: number;
}

export function stepFindings(facts: ScenarioFacts): readonly Found[] {
  const groups = new Map<string, Group>();
  const found: Found[] = [];
  for (const step of facts.declaration.steps) {
    for (const repeated of [false, true]) {
      const runs = repeated ? facts.repeat?.runs : facts.runs;
      for (const { entry, fact: result } of runs?.get(step.index) ?? []) {
        found.push(...oneResult(step, entry, result));
        for (const failure of blamed(step, result)) collect(groups, { failure, step, entry, repeated, count: failure.count });
      }
    }
  }
  return [...found, ...[...groups.values()].map(failureFinding)];
}

function oneResult(step: StepDeclaration, entry: number, result: StepResult): readonly Found[] {
  const found: Found[] = result.limits.map((limit) => ({ finding: hostLimit(limit, step.name), at: { entry, line: limit.line } }));
  const add = (item: Found['finding']): void => {
    found.push({ finding: item, at: { entry, line: item.line } });
  };
  if (result.inputTaken) add(inputTaken(step));
  if (result.prompt !== null) add(prompt(step, result.prompt));
  else if (step.kind === 'wait' && wentWrong(result)) add(waitFailed(step, result));
  else if (result.status === 'timed-out') add(stepTimeout(step, result));
  else if (failedUnexplained(step, result)) add(failedStep(step, result));
  return found;
}

/** A failing step of the runbook's own check is that check's answer, and no finding of its own. */
function failedUnexplained(step: StepDeclaration, result: StepResult): boolean {
  if (result.status !== 'failed' || isOwnCheck(step) || result.limits.length > 0) return false;
  return !result.failures.some(({ kind }) => kind === 'untested');
}

/** The failures that are the runbook's: not what the host cannot give, nor what was cut off by a prompt or a timeout. */
function blamed(step: StepDeclaration, result: StepResult): readonly CommandFailure[] {
  const limits = new Set(result.limits.map(whereIs));
  const end = result.prompt ?? (result.status === 'timed-out' ? result.timedOutAt : null);
  const cutOff = new Set(end === null ? [] : [whereIs(end)]);
  return result.failures.filter((failure) => {
    if (limits.has(whereIs(failure))) return false;
    return failure.kind === 'masked' || !(isOwnCheck(step) || cutOff.has(whereIs(failure)));
  });
}

function collect(groups: Map<string, Group>, group: Group): void {
  const key = `${whereIs(group.failure)} ${group.failure.kind}`;
  const known = groups.get(key);
  if (known === undefined) groups.set(key, group);
  else known.count += group.count;
}

function failureFinding({ failure, step, entry, repeated, count }: Group): Found {
  const times = count > 1 ? `, ${count} times` : '';
  const script = failure.script === null ? '' : `, in ${whereIs(failure.script)}`;
  const stderr = failure.stderr.trim() === '' ? '' : `: ${tail(failure.stderr)}`;
  const again = repeated ? ' in the second run of the restore' : '';
  const actual = `exit ${failure.status}${again}${times}${script}${stderr}`;
  const command = firstLine(failure.command);
  const at = { entry, line: failure.line };
  if (failure.kind === 'untested') {
    return {
      at,
      finding: finding('step-failed', failure, {
        message: `A command of ${step.name} failed, and nothing tested it: ${command}`,
        expected: 'exit 0',
        actual,
        help: 'Correct the command so that it works on this host, or test it where its failure is expected (if, or || with a command that acts).',
      }),
    };
  }
  return {
    at,
    finding: finding('masked-failure', failure, {
      message: `A command of ${step.name} failed unseen${failure.hiddenBy === '' ? '' : ` (${failure.hiddenBy})`}: ${command}`,
      expected: 'a failure that stops the block or is acted on',
      actual,
      help: 'Let the failure end the block (set -euo pipefail, no || true), or act on it; then correct its cause.',
    }),
  };
}

export function hostLimit(limit: HostLimit, name: string): Found['finding'] {
  return finding('host-limit', limit, {
    message: `The drill host cannot give what ${name} needs: ${limit.what}`,
    expected: 'only what a drill host can give',
    actual: limit.what,
    help: limit.remedy,
  });
}

const inputTaken = (step: StepDeclaration): Found['finding'] =>
  finding('substituted', step, {
    message: `The drill file's input answered a prompt of ${step.name}`,
    expected: 'a block that runs with nobody typing',
    actual: 'a prompt that took the declared input',
    help: 'Nothing needs to be done where a person is meant to answer here; else let the runbook say so without a prompt.',
  });

const prompt = (step: StepDeclaration, at: SourceLine & { readonly program: string }): Found['finding'] =>
  finding('prompt', at, {
    message: `${at.program} in ${step.name} waits for a person`,
    expected: 'a command that needs no answer',
    actual: `${at.program} waited for the terminal, on which nobody types`,
    help: "Use the command's option for unattended use, or answer it with the step's input or host.env in the drill file.",
  });

function waitFailed(step: StepDeclaration, result: StepResult): Found['finding'] {
  return finding('service-not-ready', step, {
    message: `${step.name} ended without an answer of the service`,
    expected: 'an answer within the step’s timeout',
    actual: tail(result.output) || 'no answer',
    help: 'See why the service does not start in the output of the steps before, or give it a longer timeout.',
  });
}

function stepTimeout(step: StepDeclaration, { timedOutAt, duration, output }: StepResult): Found['finding'] {
  const said = output.trim() === '' ? '' : `: ${tail(output, 300)}`;
  return finding('step-timeout', timedOutAt ?? step, {
    message: `${step.name} did not end in its time`,
    expected: 'an end within the step’s timeout',
    actual: `${duration === null ? 'still running' : `still running after ${Math.round(duration)} s`}${said}`,
    help: 'Find out what this line waits for; if it only needs longer, give the step a longer timeout in the drill file.',
  });
}

function failedStep(step: StepDeclaration, { exitCode, output }: StepResult): Found['finding'] {
  const said = output.trim() === '' ? '' : `: ${tail(output, 300)}`;
  return finding('step-failed', step, {
    message: `${step.name} failed`,
    expected: 'exit 0',
    actual: `${exitCode === null ? 'no exit status' : `exit ${exitCode}`}${said}`,
    help: 'Read the end of its output, and correct the command that ends it with this status.',
  });
}
