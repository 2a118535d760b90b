/** Variables of `host.env` that stand in for a person at a terminal: what they answer is not run as the runbook has it. */
import type { Finding } from '../model.ts';
import { keyLine, type PlanContext } from './context.ts';
import { answeredByEnv } from './findings.ts';

/** Passwords and passphrases that programs ask for (PGPASSWORD, RESTIC_PASSWORD, BORG_PASSPHRASE, SSHPASS), and switches that stop them asking. */
const answeringNames = /PASS(?:WORD|WD|PHRASE)?(?:_FILE|_COMMAND)?$|AUTO_?APPROVE|ASSUME_?YES|NON_?INTERACTIVE/i;
/** Options that say yes beforehand, in a variable that a program reads as part of its command line. */
const answeringValues = /(?:^|\s)(?:-y|--yes|--assume-yes|--?auto-approve|--force|--batch|--no-?confirm|noninteractive)(?:=\S*)?(?:\s|$)/;

/** The value is in no finding: it may be a secret. */
export function answersInEnv(context: PlanContext): readonly Finding[] {
  return Object.entries(context.drill.host.env ?? {}).flatMap(([name, value]) =>
    answeringNames.test(name) || answeringValues.test(value) ? [answeredByEnv(keyLine(context, ['host', 'env', name]), name)] : [],
  );
}
