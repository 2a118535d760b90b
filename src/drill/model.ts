/** The words of the design that every part shares: phases, findings, plan. Types only, and the table of rules (`rules.ts`). */
import type { EngineName, EnvironmentName, ImageRequest, NetworkMode, PoolDriver } from '../ports/host.ts';
import type { PlaceLocation } from '../ports/engine.ts';
import type { Finding, SourceLine } from './rules.ts';

export type StepPhase = 'deploy' | 'backup' | 'lose' | 'restore' | 'check';
export type Phase = 'create' | 'seed' | 'verify' | 'destroy' | StepPhase;

export * from './rules.ts';

export type Expectation = 'restored' | 'regenerated' | 'lost';
export type CompareMode = 'exact' | 'stable' | 'canary' | 'service';

/** A declared place, ready to be used: paths are absolute or start with `~`. */
export interface PlacePlan {
  readonly name: string;
  readonly at: SourceLine;
  readonly location: PlaceLocation;
  readonly compare: CompareMode;
  readonly volatile: readonly string[];
  readonly secret: boolean;
  /** Content the file has before deploy, for a `file` place. */
  readonly initial: { readonly text: string } | null;
  readonly canary: { readonly type: 'line' } | { readonly type: 'json'; readonly key: string } | { readonly type: 'none' };
  /** Declared size of the real data and of the ballast to plant, in bytes. */
  readonly sizeBytes: number | null;
  readonly ballastBytes: number | null;
}

/** What `src/service/` needs to build a service of its kind. */
export interface ServicePlan {
  readonly name: string;
  readonly at: SourceLine;
  readonly kind: string;
  /** Name of the place it keeps its data in. */
  readonly data: string | null;
  readonly inside: string | null;
  readonly readyTimeoutSeconds: number;
  /** The validated options of its kind, `url` among them. */
  readonly options: Readonly<Record<string, unknown>>;
}

interface StepCommon {
  readonly phase: StepPhase;
  /** For `check: { backup }`: runs before the loss. */
  readonly before: 'loss' | null;
  /** `#name`, the reference with `[n]`, the first line of a `run` or `quote`, `wait SERVICE`, `archive PLACE, …` or `unarchive PLACE, …`. */
  readonly name: string;
  readonly at: SourceLine;
  readonly timeoutSeconds: number;
  /** Run only when something that the engine had before the loss is not there any more. */
  readonly onlyIfGone?: true;
}

/** Text that bash runs, with the file line that each of its lines came from. */
export interface ShellText {
  readonly text: string;
  /** The same lines as they stand in their file, before `replace`. */
  readonly written: string;
  readonly file: string;
  readonly lines: readonly number[];
  /** `shell` is sourced; `script` begins with `#!` and is saved and run by its interpreter. */
  readonly runs: 'shell' | 'script';
  readonly sha256: string;
  readonly inRunbook: boolean;
  /** Lines that count for fidelity and those of them that `replace` touched. File lines. */
  readonly sourceLines: readonly number[];
  readonly replacedLines: readonly number[];
  /** Number of hits of `replace`. */
  readonly substitutions: number;
}

export interface ShellStep extends StepCommon {
  readonly kind: 'block' | 'quote' | 'run';
  readonly shell: ShellText;
  /** Why it is not run at all, or null: it has a finding of that rule. */
  readonly refused: 'empty-block' | 'placeholder' | null;
  readonly cwd: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly user: string | null;
  /** `typed`: sent to the terminal ahead; `stdin`: standard input is this text (empty under `terminal: false`). */
  readonly input: { readonly to: 'typed' | 'stdin'; readonly text: string } | null;
}
export interface WaitStep extends StepCommon {
  readonly kind: 'wait';
  readonly service: string;
}
export interface WriteStep extends StepCommon {
  readonly kind: 'write';
  readonly shell: ShellText;
  readonly refused: 'empty-block' | 'placeholder' | null;
  readonly to: string;
  readonly mode: string;
  readonly user: string | null;
}
export interface SkipStep extends StepCommon {
  readonly kind: 'skip';
  readonly shell: ShellText;
  readonly why: string;
}
/** The built-in backup: one archive for each place. */
export interface ArchiveStep extends StepCommon {
  readonly kind: 'archive';
  readonly places: readonly string[];
  /** Folder in the host. */
  readonly to: string;
  readonly encrypt: 'gpg-passphrase' | null;
}
/** The built-in restore: each place's content is replaced by that of its archive. */
export interface UnarchiveStep extends StepCommon {
  readonly kind: 'unarchive';
  readonly places: readonly string[];
  readonly from: string;
}
export type PlannedStep = ShellStep | WaitStep | WriteStep | SkipStep | ArchiveStep | UnarchiveStep;

export type Loss =
  | { readonly type: 'data'; readonly how: 'delete' | 'remove' | 'corrupt' }
  | { readonly type: 'stack' }
  | { readonly type: 'host' }
  | { readonly type: 'compromise' }
  | { readonly type: 'steps' };

export interface ScenarioPlan {
  readonly id: string;
  readonly title: string;
  readonly at: SourceLine;
  readonly rtoSeconds: number | null;
  readonly rpo: number | 'last-backup' | null;
  readonly everySeconds: number | null;
  /** How many days of backups are simulated, and how many generations of each place are to be left then; null: none are. */
  readonly retention: { readonly runs: number; readonly keep: Readonly<Record<string, number>>; readonly at: SourceLine } | null;
  readonly timeoutSeconds: number;
  readonly loss: Loss;
  readonly lossAt: SourceLine;
  /** Names of places. */
  readonly lost: readonly string[];
  readonly keep: readonly string[];
  readonly also: readonly string[];
  /** Lost places and `also`; services on one of them or on none. */
  readonly scope: { readonly places: readonly string[]; readonly services: readonly string[] };
  readonly expect: Readonly<Record<string, Expectation>>;
  readonly afterLoss: 'restarted' | 'stopped' | 'deployed';
  readonly onFailure: 'skip' | 'continue';
  readonly late: 'absent' | 'any';
  readonly repeatRestore: boolean;
  /** Seconds of declared human work, by name. */
  readonly manual: Readonly<Record<string, number>>;
  readonly steps: readonly PlannedStep[];
  /** What reading the runbook alone has found for this scenario. */
  readonly findings: readonly Finding[];
}

/** What every scenario of a drill file is called and is to reach, selected or not. */
export interface ScenarioOutline {
  readonly id: string;
  readonly title: string;
  readonly rtoSeconds: number | null;
  readonly rpo: number | 'last-backup' | null;
}

/** A file that the operator carries to a fresh host. Content is resolved before anything starts. */
export interface HostFile {
  readonly path: string;
  readonly content: string;
  readonly mode: string;
  readonly secret: boolean;
}

export interface HostPlan {
  readonly environment: EnvironmentName;
  readonly engine: EngineName;
  readonly workspace: { readonly path: string; readonly clone: 'drill' | 'runbook' };
  readonly user: string;
  readonly network: NetworkMode;
  readonly images: readonly ImageRequest[];
  /** Images named by Compose files and selected blocks: absent ones are met as a `host-limit`. */
  readonly foundImages: readonly string[];
  readonly packages: readonly string[];
  readonly pool: PoolDriver | null;
  readonly env: Readonly<Record<string, string>>;
  readonly limits: { readonly cpu: number | null; readonly memoryBytes: number | null; readonly diskBytes: number | null };
  readonly date: string | null;
  readonly gpgPassphrase: string | null;
  readonly files: readonly HostFile[];
}

/** What a drill proves when it is not the runbook that is drilled: that the drill itself passes and fails as it must. */
export type Control = 'positive' | 'negative';

/** A drill file and its runbooks, read, checked and resolved: all that a run needs to know. */
export interface Plan {
  readonly name: string;
  /** Relative to the repository root where it lies in it, else absolute. */
  readonly drillFile: { readonly file: string; readonly sha256: string };
  readonly repository: {
    /** The Git root on this machine. */
    readonly gitRoot: string;
    /** The folder in it that stands in the host as the repository: `''` or a relative path. */
    readonly folder: string;
    readonly head: string;
    readonly uncommitted: boolean;
    /** Remote URLs that `insteadOf` maps to the host's own origin. */
    readonly remotes: readonly string[];
  };
  readonly runbooks: readonly { readonly file: string; readonly sha256: string }[];
  readonly minFidelity: number;
  readonly control: Control | null;
  readonly host: HostPlan;
  readonly offsite: readonly string[];
  readonly artefacts: readonly { readonly name: string; readonly path: string; readonly holds: readonly string[] }[];
  /** Where `data:` stands in the drill file. */
  readonly dataAt: SourceLine;
  readonly places: readonly PlacePlan[];
  readonly services: readonly ServicePlan[];
  readonly ignore: readonly string[];
  readonly scenarios: readonly ScenarioPlan[];
  /** All scenarios of the drill file, in its order. */
  readonly declared: readonly ScenarioOutline[];
  /** Shell blocks of the runbooks that no step of the drill file names, selected or not: nobody knows what they do. */
  readonly undrilled: readonly (SourceLine & { readonly reference: string })[];
  /** What the drill file takes from variables of the environment: never read in an output. */
  readonly secrets: readonly string[];
  readonly warnings: readonly string[];
}

/** A mistake in what the user gave, with its place: exit 2. */
export interface InputError {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly expected: string;
  readonly got: string;
  readonly help: string;
}

/** Thrown at the door for everything that is wrong with the input, all of it at once. */
export class InputErrors extends Error {
  override readonly name = 'InputErrors';
  readonly errors: readonly InputError[];
  constructor(errors: readonly InputError[]) {
    super(errors.map((e) => `${e.file}:${e.line}:${e.column}: ${e.message}`).join('\n'));
    this.errors = errors;
  }
}
