/** Which places a backup covers, from what its artefacts hold. */
import type { ArtefactFact, Coverage } from '../../drill/journal-events.ts';

export interface CoverageQuestion {
  readonly name: string;
  /** The place's own name, or its service's with `compare: service`: whose nonce must stand in an artefact. */
  readonly provenBy: readonly string[];
  /** False where a copy need not hold that nonce in plain bytes. */
  readonly legible: boolean;
  /** A database service keeps its data here, so that a dump may hold it. */
  readonly database: boolean;
}

export interface DeclaredArtefact {
  /** True where this artefact's glob matches. */
  readonly matches: (path: string) => boolean;
  readonly holds: readonly string[];
}

/**
 * @param hostLost for a lost host only what is offsite counts.
 */
export function coverageOf(
  questions: readonly CoverageQuestion[],
  artefacts: readonly ArtefactFact[],
  declared: readonly DeclaredArtefact[],
  hostLost: boolean,
): readonly Coverage[] {
  const counting = hostLost ? artefacts.filter((artefact) => artefact.offsite) : artefacts;
  return questions.map((question) => {
    const holding = counting.find((artefact) => artefact.state === 'readable' && question.provenBy.some((name) => artefact.holds.includes(name)));
    if (holding !== undefined) return { name: question.name, covered: 'yes', why: `its canary stands in ${holding.path}` };
    const maybe = counting.find((artefact) => artefact.state === 'opaque' && couldHold(artefact, question, declared));
    if (maybe !== undefined) return { name: question.name, covered: 'unknown', why: `${maybe.path} cannot be looked into (${maybe.detail})` };
    const illegible = question.legible ? undefined : counting.find((artefact) => artefact.state === 'readable' && artefact.contentBytes !== 0 && artefact.members !== 0);
    if (illegible !== undefined) return { name: question.name, covered: 'unknown', why: `its canary can be read in no copy; ${illegible.path} may hold it` };
    return { name: question.name, covered: 'no', why: reason(question, artefacts, counting, hostLost) };
  });
}

function couldHold(artefact: ArtefactFact, question: CoverageQuestion, declared: readonly DeclaredArtefact[]): boolean {
  const matching = declared.filter((candidate) => candidate.matches(artefact.path) && candidate.holds.length > 0);
  if (matching.length > 0) return matching.some((candidate) => candidate.holds.includes(question.name));
  return artefact.detail !== 'sql-dump' || question.database;
}

function reason(question: CoverageQuestion, all: readonly ArtefactFact[], counting: readonly ArtefactFact[], hostLost: boolean): string {
  const elsewhere = all.find((artefact) => !counting.includes(artefact) && question.provenBy.some((name) => artefact.holds.includes(name)));
  if (hostLost && elsewhere !== undefined) return `its canary stands in ${elsewhere.path}, which is lost with the host`;
  const broken = counting.filter((artefact) => artefact.state === 'broken').length;
  const looked = counting.length === 0 ? 'the backup left no artefact' : `its canary stands in none of ${counting.length} artefact${counting.length === 1 ? '' : 's'}`;
  return `${looked}${hostLost ? ' that outlive the host' : ''}${broken > 0 ? ` (${broken} broken)` : ''}`;
}
