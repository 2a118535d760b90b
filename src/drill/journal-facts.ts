/** The facts that a journal's events carry: what was seen of steps, artefacts, places, services and the engine. */
import type { CompareMode, SourceLine } from './model.ts';

/** A place and a service may share a name: in every list and table that names both, the service stands as `service NAME`. */
export const serviceKey = (name: string): string => `service ${name}`;

/** A command that failed with nothing acting on it. */
export interface CommandFailure extends SourceLine {
  /** `untested`: nothing tested its status. `masked`: something hid it. */
  readonly kind: 'untested' | 'masked';
  readonly command: string;
  /** Exit status; of the last time, where it failed more than once. */
  readonly status: number;
  readonly count: number;
  /** End of its standard error, masked, at most 2 KiB; empty when nothing is known. */
  readonly stderr: string;
  /** How it was hidden (`|| true`, `upstream in a pipeline`, …), or empty. */
  readonly hiddenBy: string;
  /** The script that the line called, when the failure was in one. */
  readonly script: SourceLine | null;
}

/** Something that a drill host cannot give. */
export interface HostLimit extends SourceLine {
  readonly what: string;
  readonly remedy: string;
}

export interface StepResult {
  readonly status: 'succeeded' | 'failed' | 'timed-out' | 'skipped';
  readonly exitCode: number | null;
  /** RFC 3339 by the host's clock; null when it was not started. */
  readonly start: string | null;
  /** Seconds, taken inside the host. */
  readonly duration: number | null;
  readonly failures: readonly CommandFailure[];
  /** It waited for a person: the line, and the program that waited. */
  readonly prompt: (SourceLine & { readonly program: string }) | null;
  /** The line that ran when its time was over. */
  readonly timedOutAt: SourceLine | null;
  readonly limits: readonly HostLimit[];
  /** Seconds and executions for each file line. */
  readonly lineTimes: readonly { readonly line: number; readonly seconds: number; readonly count: number }[];
  /** End of its output, masked, at most 8 KiB. */
  readonly output: string;
  /** A declared `input` was taken by a prompt. */
  readonly inputTaken: boolean;
  /** How often gpg asked for a passphrase and was answered by the drill. */
  readonly passphrases?: number;
}

/**
 * How an encrypted artefact stands to what is known to open it. `open`: who restores has the key or passphrase. `backup-only`: its
 * passphrase stands in what the backup runs, and nowhere else. `closed`: nothing that the drill knows opens it. `mistake`: a known
 * passphrase opens it only with a mistake in it. `damaged`: it cannot be decrypted to its end.
 */
export type ArtefactLock = 'open' | 'backup-only' | 'closed' | 'mistake' | 'damaged';

/** One artefact after inspection. */
export interface ArtefactFact {
  /** `folder`: plain copies below one new folder. `commit`: a branch or tag of the origin. `snapshot`, `object`: kept by the engine. */
  readonly kind: 'file' | 'folder' | 'commit' | 'snapshot' | 'object';
  /** Absolute in the host; `volume:NAME/…` in a volume of the engine; `git:REF`; the engine's own name. */
  readonly path: string;
  /** Of the file; of a folder that of its listing as `sha256sum` writes it, sorted by path; else null. */
  readonly sha256: string | null;
  readonly bytes: number;
  readonly state: 'readable' | 'broken' | 'opaque';
  /** Formats from the outside in, for example `['openpgp', 'gzip', 'tar']`. */
  readonly layers: readonly string[];
  /** Members of the innermost archive that are not folders; null without an archive. */
  readonly members: number | null;
  /** Bytes of content in all, decoded. */
  readonly contentBytes: number | null;
  /** Names of places, and `serviceKey` of services, whose nonce stands in it. */
  readonly holds: readonly string[];
  /** Places with `secret: true` of which content can be read in it by everyone. */
  readonly plaintext: readonly string[];
  /** Absent where nothing is encrypted, or not with OpenPGP. */
  readonly lock?: ArtefactLock;
  /** Outlives a lost host. */
  readonly offsite: boolean;
  /** The command that wrote it last. */
  readonly writtenBy: SourceLine | null;
  /** Why it is broken, or what it was recognised as. */
  readonly detail: string;
}

/** A readable artefact that holds a place otherwise than the place was. */
export interface Mismatch {
  /** Path of the artefact. */
  readonly artefact: string;
  readonly place: string;
  /** It has no canary of this run: it was made of a state before the seed. */
  readonly older: boolean;
  /** Stable paths of other content, relative to the place; the first few. */
  readonly paths: readonly string[];
  readonly count: number;
}

/** Of one place: how many files, and the first of them. */
export interface GoneFiles {
  readonly place: string;
  readonly paths: readonly string[];
  readonly count: number;
}

/** A backup that was there before the backup steps, and that they left as it was. */
export interface OldArtefact {
  /** As in `ArtefactFact`. */
  readonly path: string;
  readonly sha256: string | null;
  readonly bytes: number;
  /** Seconds since 1970, host's clock. */
  readonly changed: number;
  /** Places of which it holds an earlier state. Empty where that cannot be told. */
  readonly places: readonly string[];
  /** The command of the backup that names it. */
  readonly meantBy: SourceLine | null;
}

/** A volume that the backup steps made. */
export interface BornVolume extends SourceLine {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
  /** As in `ArtefactFact`. */
  readonly holds: readonly string[];
}

export interface Coverage {
  /** Of a place, or `serviceKey` of a service. */
  readonly name: string;
  readonly covered: 'yes' | 'no' | 'unknown';
  /** What holds it, or why nothing does. */
  readonly why: string;
}

export interface Difference {
  /** Relative to the place; `.` is its root. */
  readonly path: string;
  readonly kind: 'missing' | 'changed' | 'extra' | 'metadata' | 'late' | 'late-path';
  readonly severity: 'error' | 'warning';
  /** `mode`, `owner`, `content`, … */
  readonly aspect: string;
  readonly expected: string;
  readonly seen: string;
}

/** What one place was after the restore. */
export interface PlaceFact {
  readonly name: string;
  readonly compare: CompareMode;
  readonly exists: boolean;
  /** Its own nonce came back in its files. */
  readonly nonceBack: boolean;
  readonly lateNonceBack: boolean;
  /** Where it is to be regenerated: whether what it was known by is gone. */
  readonly identity?: { readonly state: 'new' | 'same' | 'none' | 'unknown'; readonly path: string | null } | undefined;
  readonly entries: number;
  readonly bytes: number;
  /** At most 50, worst first. */
  readonly differences: readonly Difference[];
  /** Of each kind and severity, all counted: keys are `kind/severity`. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface ServiceFact {
  readonly name: string;
  readonly kind: string;
  readonly seeded: boolean;
  /** It answered at all after the restore. */
  readonly ready: boolean;
  /** Seconds from the end of the restore until it first answered; null if never. */
  readonly readySeconds: number | null;
  /** Seconds from the end of the restore until its canary was seen; null if never. */
  readonly canarySeconds: number | null;
  readonly canary: 'there' | 'absent' | 'unproven';
  /** `absent` where none was planted. */
  readonly lateCanary: 'there' | 'absent' | 'unproven';
  /** Where it is to be regenerated, and its kind has an identity. */
  readonly identity?: 'new' | 'same' | 'unknown' | undefined;
  /** What it is known by now, where its kind may tell: `the fingerprint of its root is …`. */
  readonly knownBy?: string | undefined;
  readonly seen: string;
}

/** What is left of a place's backups after several of them: runs are counted back from the newest, which is 0. */
export interface RetentionFact {
  readonly name: string;
  /** How many generations are to be left. */
  readonly keep: number;
  /** Runs of which an artefact that holds the place is left. */
  readonly kept: readonly number[];
  /** Runs of which only artefacts are left that cannot be looked into. */
  readonly unknown: readonly number[];
}

/** One thing that a running container or instance uses. */
export interface DataInUseFact {
  readonly kind: 'volume' | 'bind' | 'bucket' | 'instance';
  /** As the engine shows it; a path for `bind`. */
  readonly name: string;
  readonly anonymous: boolean;
  readonly usedBy: readonly string[];
  /** It is a place, or lies in one. */
  readonly declared: boolean;
  /** Why nothing in it would be missed, or null. */
  readonly harmless: string | null;
}

/** The image of one running container or instance. */
export interface ImageFact {
  readonly instance: string;
  readonly image: string;
  readonly id: string;
  readonly digests: readonly string[];
  /** Of the image's own labels. */
  readonly version: string | null;
  /** The command of the restore that made the instance, as far as it is known. */
  readonly startedBy: SourceLine | null;
}
