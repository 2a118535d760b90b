/** `report.json`, format 1: seconds; RFC 3339 UTC; null for not measured. Design, section 7. */
import type { Finding, StepPhase } from './model.ts';

export type ValidationStatus = 'SUCCESSFUL' | 'FAILED' | 'TIMED_OUT' | 'NOT_MEASURED';
export type Policy = 'PolicyMet' | 'PolicyBreached' | 'NotApplicable';
export type PlaceStatus = 'intact' | 'missing' | 'changed' | 'lost' | 'regenerated' | 'unproven';
export type ServiceStatus = 'intact' | 'missing' | 'not-ready' | 'ready' | 'regenerated' | 'lost' | 'unproven';

export interface StepReport {
  readonly phase: StepPhase;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly status: 'succeeded' | 'failed' | 'timed-out' | 'skipped';
  readonly exitCode: number | null;
  readonly substitutions: number;
  readonly start: string | null;
  readonly duration: number | null;
}

export interface ScenarioReport {
  readonly id: string;
  readonly title: string;
  /** First and last entry of this scenario in the journal; null when it was not begun. */
  readonly started: string | null;
  readonly ended: string | null;
  readonly validationStatus: ValidationStatus;
  readonly validationStatusMessage: string;
  readonly liar: 'backup' | 'restore' | 'check' | null;
  readonly fidelity: number | null;
  readonly substitutions: number;
  readonly rto: { readonly target: number | null; readonly actual: number | null; readonly policy: Policy };
  readonly rpo: { readonly target: number | 'last-backup' | null; readonly actual: number | null; readonly policy: Policy };
  readonly clock: {
    readonly provision: number | null;
    readonly deploy: number | null;
    readonly backup: number | null;
    readonly restore: number | null;
    readonly ready: number | null;
    readonly check: number | null;
    readonly verify: number | null;
    readonly manual: number;
  };
  readonly steps: readonly StepReport[];
  readonly data: readonly {
    readonly name: string;
    readonly expect: string;
    readonly status: PlaceStatus;
    /** Whether the scenario's loss or restore is about it. */
    readonly inScope: boolean;
    readonly covered: 'yes' | 'no' | 'unknown' | null;
    /** What was there after the restore; null when nobody looked. */
    readonly entries: number | null;
    readonly bytes: number | null;
  }[];
  readonly services: readonly {
    readonly name: string;
    readonly kind: string;
    readonly expect: string;
    readonly status: ServiceStatus;
    readonly inScope: boolean;
    readonly ready: number | null;
  }[];
  readonly artefacts: readonly {
    readonly path: string;
    readonly sha256: string | null;
    readonly bytes: number;
    readonly state: 'readable' | 'broken' | 'opaque';
    readonly kind: 'file' | 'folder' | 'commit' | 'snapshot' | 'object';
    /** From the outside in. */
    readonly layers: readonly string[];
    readonly covers: readonly string[];
  }[];
  readonly findings: readonly Finding[];
}

export interface Report {
  readonly format: 1;
  readonly tool: string;
  readonly drill: string;
  readonly control: 'positive' | 'negative' | null;
  readonly started: string;
  readonly ended: string;
  readonly validationStatus: ValidationStatus;
  readonly runbooks: readonly { readonly file: string; readonly sha256: string }[];
  readonly host: { readonly environment: string; readonly engine: string; readonly mode: string | null; readonly network: string; readonly user: string };
  readonly standIns: readonly { readonly for: string; readonly is: string }[];
  readonly notMeasured: readonly { readonly what: string; readonly why: string }[];
  readonly scenarios: readonly ScenarioReport[];
}
