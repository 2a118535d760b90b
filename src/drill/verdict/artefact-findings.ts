/** What is wrong with one artefact, told at the command that wrote it last. */
import { counted, listNames } from '../format.ts';
import type { ArtefactFact, Mismatch } from '../journal-events.ts';
import type { Finding, Severity, SourceLine } from '../model.ts';
import type { ScenarioFacts } from './facts.ts';
import { finding } from './found.ts';
import { type Outcomes, isToBeRestored } from './outcome.ts';

type Inspected = NonNullable<ScenarioFacts['backup']>['fact'];

/** A file of no content, or layers around nothing. What an engine keeps has no size that all engines tell. */
export const isEmptyArtefact = (artefact: ArtefactFact): boolean =>
  artefact.kind !== 'snapshot' && artefact.kind !== 'object' && (artefact.bytes === 0 || (artefact.contentBytes === 0 && artefact.members === null));

/** An archive with nothing in it but folders. */
export const isEmptyArchive = (artefact: ArtefactFact): boolean => artefact.bytes > 0 && artefact.members === 0;

/** @param lastStep of the backup: for what no command can be named for. */
export function artefactFindings({ artefacts, mismatches }: Inspected, { places }: Outcomes, lastStep: SourceLine): readonly Finding[] {
  const wanted = new Set(places.filter(isToBeRestored).map(({ declaration }) => declaration.name));
  const failed = new Set(places.filter((place) => isToBeRestored(place) && place.outcome !== 'as-expected').map(({ declaration }) => declaration.name));
  return artefacts.flatMap((artefact) => {
    const at = artefact.writtenBy ?? lastStep;
    return [
      ...artefactFinding(artefact, at),
      ...mismatches.flatMap((mismatch) => (mismatch.artefact === artefact.path && (!mismatch.older || wanted.has(mismatch.place)) ? [otherThanThePlace(mismatch, at, failed.has(mismatch.place) ? 'error' : 'warning')] : [])),
      ...(artefact.plaintext.length === 0 ? [] : [legibleSecret(artefact, at, encryptedCopy(artefact, artefacts))]),
    ];
  });
}

function artefactFinding(artefact: ArtefactFact, at: SourceLine): readonly Finding[] {
  const { path, bytes, layers, detail } = artefact;
  const form = layers.length === 0 ? 'file' : layers.join(' > ');
  if (isEmptyArchive(artefact)) {
    return [
      finding('empty-archive', at, {
        message: `${path} is an archive with nothing in it`,
        expected: 'an archive that holds the files of its place',
        actual: `${form} of ${bytes} bytes with no member beyond folders`,
        help: 'See what the archiver was pointed at: a wrong volume name makes the engine create an empty one and archive that.',
      }),
    ];
  }
  if (isEmptyArtefact(artefact)) {
    return [
      finding('empty-artefact', at, {
        message: `${path} holds nothing`,
        expected: 'an artefact with content',
        actual: bytes === 0 ? 'a file of 0 bytes' : `${form} of ${bytes} bytes around 0 bytes`,
        help: 'The command that should have filled it failed or read nothing: run it alone, and let the pipeline fail with it (set -o pipefail).',
      }),
    ];
  }
  return artefact.state === 'broken' ? [brokenArtefact(artefact, at, form, detail)] : [];
}

function brokenArtefact({ path, bytes, lock }: ArtefactFact, at: SourceLine, form: string, detail: string): Finding {
  const actual = `${form} of ${bytes} bytes${detail === '' ? '' : `: ${detail}`}`;
  if (lock === 'mistake' || lock === 'damaged') {
    return finding('undecryptable-artefact', at, {
      message: `${path} cannot be decrypted`,
      expected: 'a message that opens, to its end, with the passphrase of the person who restores',
      actual,
      help:
        lock === 'mistake'
          ? 'See how the passphrase reaches gpg: a file with Windows line ends makes it another one.'
          : 'See whether gpg was cut short, or what changed the file after it: gpg refuses it all, and so must who restores.',
    });
  }
  return finding('unreadable-artefact', at, {
    message: `${path} cannot be read to its end`,
    expected: 'an artefact that can be read to its end',
    actual,
    help: 'See whether the command that wrote it was cut short or failed: what follows the damage will not come back.',
  });
}

/** A service that is stopped while the backup reads may leave a file otherwise for that time alone: where all came back, that is no failure. */
function otherThanThePlace({ artefact, place, older, paths, count }: Mismatch, at: SourceLine, severity: Severity): Finding {
  const differing = count === 0 ? '' : `${counted(count, 'file')} of other content: ${paths.join(', ')}${count > paths.length ? ', …' : ''}`;
  const without = 'its files without the canary that was planted before the backup';
  return finding(
    'artefact-mismatch',
    at,
    {
      message: `${artefact} holds ${place} otherwise than it was`,
      expected: `${place} as it was before and after the backup`,
      actual: older && count === 0 ? without : older ? `${without}; ${differing}` : differing,
      help: older
        ? 'It is of an older state: see whether the command read a copy made earlier, and make all copies of one backup from the data as it is.'
        : 'It was damaged, or read while it was being written: stop what writes, or take a snapshot, while the backup reads; and use a format that checks its content.',
    },
    severity,
  );
}

/** The message that a program for it made of this very file, by the name that such programs give one. */
function encryptedCopy({ path }: ArtefactFact, artefacts: readonly ArtefactFact[]): ArtefactFact | undefined {
  return artefacts.find((other) => ['.gpg', '.pgp', '.asc', '.age'].some((ending) => other.path === `${path}${ending}`));
}

/** Nothing of the secret itself is said. Who encrypts a file and leaves it beside has done it there, not where it was written. */
function legibleSecret({ kind, path, plaintext }: ArtefactFact, at: SourceLine, encrypted: ArtefactFact | undefined): Finding {
  const names = listNames(plaintext);
  if (kind === 'commit') {
    return finding('secret-in-git', at, {
      message: `${names} can be read in a commit of ${path}`,
      expected: 'no secret in Git but encrypted',
      actual: `content of ${names}, which is secret, stands in a commit that the backup made or pushed`,
      help: 'Encrypt it before it is committed. What was pushed is known to all who can fetch: change the secret, a later commit does not take it away.',
    });
  }
  return finding('plaintext-secret', encrypted?.writtenBy ?? at, {
    message: `${names} can be read in ${path} without a key${encrypted === undefined ? '' : ', beside the encrypted copy'}`,
    expected: 'a secret in an artefact only under encryption',
    actual: `content of ${names}, which is secret, stands in it legibly`,
    help: 'Encrypt what the backup writes, and write it nowhere else: send the archive straight to gpg, and leave no copy beside it.',
  });
}
