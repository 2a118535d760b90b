/** Artefacts that the drill could not open, or only with what the backup alone knows. Others may open them: so the restore decides. */
import { type ArtefactFact, serviceKey } from '../journal-events.ts';
import type { Finding, SourceLine } from '../model.ts';
import type { ScenarioFacts } from './facts.ts';
import { finding } from './found.ts';
import type { Outcomes } from './outcome.ts';

/** @param lastStep of the backup: for what no command can be named for. */
export function lockedFindings(facts: ScenarioFacts, outcomes: Outcomes, lastStep: SourceLine): readonly Finding[] {
  const artefacts = facts.backup?.fact.artefacts ?? [];
  return artefacts.flatMap((artefact) => (isLockedOut(artefact, facts, outcomes) ? [lockedOut(artefact, artefact.writtenBy ?? lastStep)] : []));
}

/** Only where gpg could not open something in the restore, and data is missing that it may hold. */
export function isLockedOut({ lock, holds }: ArtefactFact, facts: ScenarioFacts, { places, services }: Outcomes): boolean {
  if (lock !== 'closed' && lock !== 'backup-only') return false;
  const missing = [...places, ...services].filter((item) => item.inScope && item.expect === 'restored' && item.outcome === 'wrong');
  const concerned = missing.some(({ declaration }) => lock === 'closed' || holds.includes('kind' in declaration ? serviceKey(declaration.name) : declaration.name));
  return concerned && restoreCouldNotDecrypt(facts);
}

/** gpg's own words. */
const cannotDecrypt = /decryption failed|No secret key/;

function restoreCouldNotDecrypt({ declaration, runs }: ScenarioFacts): boolean {
  const results = declaration.steps.flatMap((step) => (step.phase === 'restore' ? (runs.get(step.index) ?? []) : []));
  return results.some(({ fact }) => cannotDecrypt.test(fact.output) || fact.failures.some(({ stderr }) => cannotDecrypt.test(stderr)));
}

function lockedOut({ path, lock }: ArtefactFact, at: SourceLine): Finding {
  return finding('undecryptable-artefact', at, {
    message: `${path} could not be decrypted in the restore`,
    expected: 'a message that opens with what the person who restores has',
    actual: `${lock === 'closed' ? 'no passphrase or key that the drill knows opens it' : 'it opens with the passphrase that stands in the backup alone'}, and gpg could not decrypt in the restore`,
    help: 'Encrypt with the passphrase or to the key that the person who restores will have; the drill’s own is answered where gpg asks.',
  });
}
