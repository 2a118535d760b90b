/** What can be found, and how each finding is told. */

/** `file` is relative to the repository root; `line` counts from 1. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
}

export type Severity = 'error' | 'warning';

/** Every rule with the severity it has unless the verdict says otherwise. Design, section 7. */
export const rules = {
  'empty-block': 'error',
  'broken-fence': 'warning',
  placeholder: 'error',
  prompt: 'error',
  'masked-failure': 'error',
  'step-failed': 'error',
  'step-timeout': 'error',
  'not-in-runbook': 'warning',
  substituted: 'warning',
  'fidelity-breached': 'error',
  'host-limit': 'error',
  'no-artefact': 'error',
  'empty-artefact': 'error',
  'empty-archive': 'error',
  'unreadable-artefact': 'error',
  'undecryptable-artefact': 'error',
  'stale-artefact': 'error',
  'artefact-mismatch': 'error',
  'uncovered-data': 'error',
  'volume-born-in-backup': 'error',
  'data-gone-in-backup': 'warning',
  'plaintext-secret': 'error',
  'secret-in-git': 'error',
  'retention-broken': 'error',
  'image-changed': 'error',
  'data-missing': 'error',
  'data-changed': 'error',
  'data-extra': 'error',
  'metadata-changed': 'error',
  'late-write-returned': 'error',
  'service-not-ready': 'error',
  'service-data-missing': 'error',
  'not-regenerated': 'error',
  'not-lost': 'warning',
  'bystander-changed': 'error',
  'check-passed-without-data': 'error',
  'check-failed-with-data': 'error',
  'rto-breached': 'error',
  'rpo-breached': 'error',
} as const satisfies Record<string, Severity>;

export type RuleId = keyof typeof rules;

/** One thing that is wrong: where, what was expected, what was seen, what to do. */
export interface Finding extends SourceLine {
  readonly rule: RuleId;
  readonly severity: Severity;
  readonly message: string;
  readonly expected: string;
  readonly actual: string;
  readonly help: string;
}
