/** What the backup left, and what it left out. */
import { counted, listNames } from '../format.ts';
import type { BornVolume, GoneFiles } from '../journal-events.ts';
import type { SourceLine } from '../model.ts';
import { artefactFindings } from './artefact-findings.ts';
import type { DrillFacts, ScenarioFacts } from './facts.ts';
import { type Found, finding } from './found.ts';
import { lockedFindings } from './locked-findings.ts';
import { staleFindings } from './stale-findings.ts';
import type { JudgedPlace, Outcomes } from './outcome.ts';

export type Covered = 'yes' | 'no' | 'unknown' | null;

/** Null before the backup. What came back was covered, though no one could look into the artefact. */
export function coveredOf(facts: ScenarioFacts, place: JudgedPlace): Covered {
  const covered = facts.backup?.fact.coverage.find(({ name }) => name === place.declaration.name)?.covered ?? null;
  const cameBack = place.inScope && place.expect === 'restored' && place.outcome === 'as-expected';
  return covered === 'unknown' && cameBack ? 'yes' : covered;
}

export function backupFindings(drill: DrillFacts, facts: ScenarioFacts, outcomes: Outcomes): readonly Found[] {
  const { backup, declaration } = facts;
  if (backup === null) return [];
  const at = { entry: backup.entry, line: 0 };
  const { bornVolumes } = backup.fact;
  const lastStep = declaration.steps.findLast(({ phase }) => phase === 'backup') ?? declaration.at;
  const findings = [
    ...noArtefact(facts, outcomes, lastStep),
    ...artefactFindings(backup.fact, outcomes, lastStep),
    ...lockedFindings(facts, outcomes, lastStep),
    ...staleFindings(facts, outcomes, lastStep),
    ...uncovered(facts, outcomes),
    ...goneInBackup(backup.fact.gone ?? [], outcomes),
    ...bornVolumes.map((volume) => bornVolume(volume, allCovered(facts, outcomes), drill)),
  ];
  return findings.map((item) => ({ finding: item, at }));
}

function noArtefact(facts: ScenarioFacts, { places, services }: Outcomes, lastStep: SourceLine): readonly Found['finding'][] {
  const wanted = [...places, ...services].some((item) => item.inScope && item.expect === 'restored');
  const left = facts.backup?.fact.artefacts.length !== 0 || facts.backup.fact.coverage.some(({ covered }) => covered === 'yes');
  if (left || !wanted) return [];
  return [
    finding('no-artefact', lastStep, {
      message: 'The backup left nothing behind',
      expected: 'a file, snapshot, exported object or commit made by the backup steps',
      actual: 'no file was created or changed outside the places',
      help: 'See that the backup steps write where they say, and that this path outlives them (a container’s own file system does not).',
    }),
  ];
}

function uncovered(facts: ScenarioFacts, { places }: Outcomes): readonly Found['finding'][] {
  return places.flatMap((place) => {
    const coverage = facts.backup?.fact.coverage.find(({ name }) => name === place.declaration.name);
    if (!place.inScope || place.expect !== 'restored' || coverage?.covered !== 'no') return [];
    return [
      finding('uncovered-data', place.declaration, {
        message: `The backup does not hold ${place.declaration.name}`,
        expected: 'its canary in an artefact that outlives the loss, or a snapshot of it',
        actual: coverage.why === '' ? 'its canary is in no artefact' : coverage.why,
        help: `Make the backup steps save ${place.declaration.name}${facts.declaration.loss.type === 'host' ? ' to a path under offsite, or to Git' : ''}; compare the name they use with the place's.`,
      }),
    ];
  });
}

/** What the backup takes away, or a service meanwhile, is in neither what is saved nor what is asked for: someone has to look. */
function goneInBackup(gone: readonly GoneFiles[], { places }: Outcomes): readonly Found['finding'][] {
  return gone.flatMap(({ place, paths, count }) => {
    const judged = places.find(({ declaration }) => declaration.name === place);
    if (judged?.inScope !== true || judged.expect !== 'restored') return [];
    return [
      finding('data-gone-in-backup', judged.declaration, {
        message: `${counted(count, 'file')} of ${place} went away while the backup ran`,
        expected: 'a backup that takes nothing away from what it saves',
        actual: `${listNames(paths)}${count > paths.length ? ` and ${count - paths.length} more` : ''} ${count === 1 ? 'was' : 'were'} there before the backup and not after it, so the drill does not ask for ${count === 1 ? 'it' : 'them'} back`,
        help: `See whether a backup step removes or moves them. Where a service tidies up by itself, add them to the place's volatile globs.`,
      }),
    ];
  });
}

/** Every declared place that is to be restored from a backup. */
function allCovered(facts: ScenarioFacts, { places }: Outcomes): boolean {
  const saved = places.filter(({ expect }) => expect === 'restored');
  return saved.every((place) => coveredOf(facts, place) === 'yes');
}

/** A wrong name makes the engine create a volume and read that; a volume with the data in it was meant. */
function bornVolume(volume: BornVolume, harmless: boolean, drill: DrillFacts): Found['finding'] {
  const { name, files, bytes, holds } = volume;
  const twin = drill.started.places.map((place) => place.volume).find((full) => full !== undefined && full.endsWith(`_${name}`));
  const hint = twin === undefined || holds.length > 0 ? '' : ` (is ${twin} meant?)`;
  const content = files === 0 ? 'nothing is in it' : `${counted(files, 'file')} of ${bytes} bytes ${files === 1 ? 'is' : 'are'} in it, ${holds.length === 0 ? 'with no canary' : `with the canary of ${listNames(holds)}`}`;
  return finding(
    'volume-born-in-backup',
    volume,
    {
      message: `The backup made a new volume ${name}${hint}`,
      expected: 'a backup that names volumes which are there',
      actual: `${name} did not exist before this command; ${content}`,
      help:
        holds.length > 0
          ? `Where ${name} is meant to keep the backup, make it in a deploy step; it is lost with the host.`
          : 'Use the full name that docker volume ls shows: Compose puts the project’s name before it (PROJECT_VOLUME).',
    },
    harmless ? 'warning' : 'error',
  );
}
