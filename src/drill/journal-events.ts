/**
 * What a drill writes down, as it happens: facts, never judgements. The verdict and every report are pure functions of these.
 * One JSON object a line in `journal.ndjson`; `at` is RFC 3339 UTC with milliseconds by this machine's clock.
 */
import type { ArtefactFact, BornVolume, Coverage, DataInUseFact, GoneFiles, HostLimit, ImageFact, Mismatch, OldArtefact, PlaceFact, RetentionFact, ServiceFact, StepResult } from './journal-facts.ts';
import type { CompareMode, Expectation, Finding, Loss, Phase, Plan, ScenarioOutline, SourceLine, StepPhase } from './model.ts';

export * from './journal-facts.ts';

export interface PlaceDeclaration extends SourceLine {
  readonly name: string;
  /** The engine's name of the volume that it is, where it is one. */
  readonly volume?: string | undefined;
  readonly compare: CompareMode;
  readonly seeded: boolean;
  readonly sizeBytes: number | null;
}
export interface ServiceDeclaration extends SourceLine {
  readonly name: string;
  readonly kind: string;
  readonly data: string | null;
  readonly seeded: boolean;
  /** What its kind advises when it comes back without its data. */
  readonly remedy?: string;
}

export interface StepDeclaration extends SourceLine {
  readonly index: number;
  readonly phase: StepPhase;
  readonly before: 'loss' | null;
  readonly name: string;
  readonly kind: string;
  readonly substitutions: number;
  readonly inRunbook: boolean;
  readonly sourceLines: readonly number[];
  readonly replacedLines: readonly number[];
  /** Its lines as the runbook has them, before `replace`, and the file line of each; where it has lines. */
  readonly excerpt?: { readonly text: string; readonly lines: readonly number[] };
  /** The drill file's reason, for `skip`. */
  readonly why?: string;
  /** Left out where the loss took nothing that the engine had. */
  readonly onlyIfGone?: true;
}

export interface ScenarioDeclaration {
  readonly id: string;
  readonly title: string;
  readonly at: SourceLine;
  readonly lossAt: SourceLine;
  readonly loss: Loss;
  readonly rtoSeconds: number | null;
  readonly rpo: number | 'last-backup' | null;
  readonly everySeconds: number | null;
  readonly manual: Readonly<Record<string, number>>;
  readonly lost: readonly string[];
  readonly also: readonly string[];
  readonly scope: { readonly places: readonly string[]; readonly services: readonly string[] };
  readonly expect: Readonly<Record<string, Expectation>>;
  readonly late: 'absent' | 'any';
  /** The restore runs twice. */
  readonly repeatRestore?: boolean;
  readonly steps: readonly StepDeclaration[];
  /** What reading the runbook alone has found. */
  readonly findings: readonly Finding[];
}

export type DrillEvent =
  | {
      readonly event: 'drill-started';
      readonly format: 1;
      readonly tool: string;
      readonly drill: string;
      readonly drillFile: string;
      readonly drillFileSha256?: string;
      /** The commit that was drilled. */
      readonly commit?: string;
      /** All scenarios of the drill file, selected or not. */
      readonly declared?: readonly ScenarioOutline[];
      /** Selected scenarios whose drill left no journal, as a job that dies leaves none: of a merged drill. */
      readonly absent?: readonly ScenarioOutline[];
      /** Shell blocks of the runbooks that no scenario names. */
      readonly undrilled?: Plan['undrilled'];
      readonly control: 'positive' | 'negative' | null;
      readonly runbooks: readonly { readonly file: string; readonly sha256: string }[];
      readonly host: { readonly environment: string; readonly engine: string; readonly network: string; readonly user: string; readonly date?: string };
      readonly minFidelity: number;
      /** Where `data:` stands in the drill file, for what is not declared. */
      readonly dataAt?: SourceLine;
      /** Names of what is in use and wants no warning. */
      readonly ignore?: readonly string[];
      readonly places: readonly PlaceDeclaration[];
      readonly services: readonly ServiceDeclaration[];
      readonly scenarios: readonly ScenarioDeclaration[];
    }
  | { readonly event: 'stand-in'; readonly for: string; readonly is: string }
  | { readonly event: 'not-measured'; readonly what: string; readonly why: string }
  | { readonly event: 'warning'; readonly message: string }
  | { readonly event: 'drill-ended'; readonly interrupted: 'SIGINT' | 'SIGTERM' | null; readonly fault: string | null };

export type ScenarioEvent = { readonly scenario: string } & (
  | { readonly event: 'host-created'; readonly engine: string; readonly mode: string; readonly seconds: number; readonly replacement: boolean }
  | { readonly event: 'phase-started'; readonly phase: Phase }
  | { readonly event: 'phase-ended'; readonly phase: Phase; readonly seconds: number }
  | { readonly event: 'step-started'; readonly step: number }
  | { readonly event: 'step-ended'; readonly step: number; readonly result: StepResult }
  /**
   * Nonces planted, by name of a place or `serviceKey` of a service; `newest`: seconds since 1970 of the newest canary before the backup;
   * `bytes`: what a place held then, ballast included.
   */
  | {
      readonly event: 'seeded';
      readonly names: readonly string[];
      readonly newest: Readonly<Record<string, number>>;
      readonly bytes?: Readonly<Record<string, number>>;
    }
  | {
      readonly event: 'backup-inspected';
      /** Seconds since 1970, host's clock. */
      readonly backupEnded: number;
      readonly artefacts: readonly ArtefactFact[];
      readonly coverage: readonly Coverage[];
      readonly bornVolumes: readonly BornVolume[];
      readonly mismatches: readonly Mismatch[];
      /** Files that were there before the backup and not after it: they cannot be demanded back. Absent in older journals. */
      readonly gone?: readonly GoneFiles[];
      readonly old: readonly OldArtefact[];
    }
  /** The engine's inventory: before the backup, and after the restore (images alone). */
  | { readonly event: 'inventory'; readonly when: 'backup' | 'restore'; readonly data: readonly DataInUseFact[]; readonly images: readonly ImageFact[] }
  /** Which of `old` the restore read, with the command that names it. */
  | { readonly event: 'old-artefacts-read'; readonly read: readonly { readonly path: string; readonly by: SourceLine | null }[] }
  /** After backups on simulated days. `dates`: of each run, the newest first; `removes`: the command that takes old ones away, where one is seen. */
  | {
      readonly event: 'retention';
      /** Where the drill file asks for it. */
      readonly asked: SourceLine;
      readonly dates: readonly string[];
      readonly failed: readonly number[];
      readonly removes: SourceLine | null;
      readonly places: readonly RetentionFact[];
    }
  | { readonly event: 'loss-proven'; readonly proven: boolean; readonly why: string }
  | { readonly event: 'not-measured'; readonly what: string; readonly why: string }
  /** Set-up, seed or the machine failed: the scenario proves nothing. */
  | { readonly event: 'unproven'; readonly phase: Phase; readonly why: string; readonly limit: HostLimit | null; readonly cannotRun: boolean }
  | { readonly event: 'verified'; readonly places: readonly PlaceFact[]; readonly services: readonly ServiceFact[]; readonly bystanders: readonly PlaceFact[]; readonly bystanderServices: readonly ServiceFact[] }
  /** What was there after the first run of the restore. Results of restore steps after this line are those of the second run. */
  | { readonly event: 'restore-repeats'; readonly places: readonly PlaceFact[]; readonly services: readonly ServiceFact[] }
  | { readonly event: 'scenario-timed-out'; readonly phase: Phase; readonly seconds: number }
  | { readonly event: 'scenario-ended' }
);

export type JournalEvent = DrillEvent | ScenarioEvent;
export type JournalEntry = { readonly at: string } & JournalEvent;
