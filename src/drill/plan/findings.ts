/** What reading alone finds wrong with a step. */
import { type Finding, type RuleId, rules, type SourceLine } from '../model.ts';
import type { Placeholder } from '../../runbook/placeholders.ts';
import type { Substitution } from '../../runbook/replace.ts';

const finding = (rule: RuleId, at: SourceLine, told: Pick<Finding, 'message' | 'expected' | 'actual' | 'help'>): Finding => ({ rule, severity: rules[rule], file: at.file, line: at.line, ...told });

export const emptyBlock = (at: SourceLine, name: string): Finding =>
  finding('empty-block', at, { message: `${name} is empty`, expected: 'commands', actual: 'no command', help: 'write the commands into the block' });

export const brokenFence = (at: SourceLine, name: string): Finding =>
  finding('broken-fence', at, { message: `${name} is not a block on GitHub: it is shown as text with its fence`, expected: 'a fence that Markdown reads as one', actual: 'a fence in an indented code block', help: 'indent what stands between the list and the block, or unindent the block' });

export const placeholder = (at: SourceLine, name: string, { token }: Placeholder): Finding =>
  finding('placeholder', at, { message: `${name} has a placeholder: ${token}`, expected: 'text that can be run as it stands', actual: token, help: 'write the real value, or give it in `replace`' });

export const notInRunbook = (at: SourceLine, name: string, why: string | undefined): Finding =>
  finding('not-in-runbook', at, {
    message: `the drill needs a command that the runbook does not have: ${name}${why === undefined ? '' : ` (${why})`}`,
    expected: 'every command in the runbook',
    actual: name,
    help: 'write it into the runbook, and name that block here',
  });

export const builtIn = (at: SourceLine, name: string): Finding =>
  finding('not-in-runbook', at, {
    message: `the drill does itself what the runbook does not say: ${name}`,
    expected: 'every step in the runbook',
    actual: name,
    help: 'write a backup and a restore of your own into the runbook, and name their blocks here',
  });

export const substituted = (file: string, { key, line, before, after }: Substitution): Finding =>
  finding('substituted', { file, line }, { message: `not run as written: \`${key}\` was replaced`, expected: before, actual: after, help: 'make the runbook say what is run' });

export const answeredByEnv = (at: SourceLine, name: string): Finding =>
  finding('substituted', at, {
    message: `not run as written: ${name} of host.env answers what a person would be asked`,
    expected: 'a runbook that runs with nobody typing, or a person who answers',
    actual: `${name} is set in every shell of the drill`,
    help: 'Nothing needs to be done where a person is meant to answer; else let the runbook itself say so.',
  });

/** Each finding once, though several steps select the same block. */
export function once(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((each) => [`${each.file}:${each.line}:${each.rule}:${each.message}:${each.actual}`, each])).values()];
}
