/** The runbook's own check, held against what is known. */
import type { StepDeclaration } from '../journal-events.ts';
import type { SourceLine } from '../model.ts';
import { type ScenarioFacts, isOwnCheck, resultOf, wentWrong } from './facts.ts';
import { type Found, finding, firstLine } from './found.ts';
import { type Outcomes, allAsExpected, inScope } from './outcome.ts';
import { listNames } from '../format.ts';

export type CheckAnswer = 'passed' | 'failed' | 'none';

/** `none` where no check ran, or where the host could not give it what it needed. */
function checkAnswer(facts: ScenarioFacts): CheckAnswer {
  const results = facts.declaration.steps.filter((step) => isOwnCheck(step) && step.kind !== 'skip').map((step) => resultOf(facts, step));
  if (results.length === 0 || results.some((result) => result !== null && result.limits.length > 0)) return 'none';
  if (results.some((result) => result !== null && wentWrong(result))) return 'failed';
  return results.every((result) => result?.status === 'succeeded') ? 'passed' : 'none';
}

export function checkFindings(facts: ScenarioFacts, outcomes: Outcomes): readonly Found[] {
  const { verified, declaration } = facts;
  const steps = declaration.steps.filter((step) => isOwnCheck(step) && step.kind !== 'skip');
  const [first] = steps;
  if (verified === null || first === undefined) return [];
  const at = { entry: verified.entry, line: 0 };
  const answer = checkAnswer(facts);
  const wrong = inScope(outcomes).filter(({ outcome }) => outcome === 'wrong');
  if (answer === 'passed' && wrong.length > 0) {
    const names = [...new Set(wrong.map((item) => item.declaration.name))];
    return [
      {
        at,
        finding: finding('check-passed-without-data', firstCommand(first), {
          message: 'The runbook’s own check passed, though data is not back',
          expected: 'a check that fails while data is missing or wrong',
          actual: `it passed; not as expected: ${listNames(names)}`,
          help: 'Let the check look at data (a dashboard, a row, a silence that must be there), not only at whether services answer.',
        }),
      },
    ];
  }
  if (answer === 'failed' && allAsExpected(outcomes)) return [{ at, finding: failedWithData(facts, steps) }];
  return [];
}

function failedWithData(facts: ScenarioFacts, steps: readonly StepDeclaration[]): Found['finding'] {
  const failing = steps.find((step) => {
    const result = resultOf(facts, step);
    return result !== null && wentWrong(result);
  });
  const result = failing === undefined ? null : resultOf(facts, failing);
  const failure = result?.failures.find(({ kind }) => kind === 'untested');
  const where = failure ?? result?.prompt ?? result?.timedOutAt ?? (failing === undefined ? facts.declaration.at : firstCommand(failing));
  const status = failure?.status ?? result?.exitCode ?? null;
  const command = failure === undefined ? '' : `: ${firstLine(failure.command)}`;
  return finding('check-failed-with-data', where, {
    message: 'The runbook’s own check failed, though all data is back',
    expected: 'a check that passes when everything is as it was',
    actual: `${status === null ? 'it failed' : `exit ${status}`}${command}`,
    help: 'Correct the check, or let it wait until the services it asks are up.',
  });
}

function firstCommand(step: StepDeclaration): SourceLine {
  const [line = step.line] = step.sourceLines;
  return { file: step.file, line };
}
