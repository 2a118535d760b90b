/** The machine under the drill fails: what was found before it did, and what its end brought about. */
import { describe, expect, it } from 'vitest';
import { exampleFailure } from './example-facts.ts';
import { type ExampleEvent, type ExampleParts, exampleBackup, exampleJournal, goodParts, stepEnded } from './example-journal.ts';
import { judge } from './index.ts';

const died = (phase: 'backup' | 'restore' | 'verify'): ExampleEvent => ({ event: 'unproven', phase, why: 'the engine died', limit: null, cannotRun: true });
const failedStep = (step: number, stderr = 'tar: no such file'): readonly ExampleEvent[] => stepEnded(step, { status: 'failed', failures: [exampleFailure(step === 1 ? 42 : 62, { stderr })] });
const nothingAfter: Partial<ExampleParts> = { check: [], verified: [] };

function told(parts: Partial<ExampleParts>): readonly [string, string] {
  const [scenario] = judge(exampleJournal({ ...nothingAfter, ...parts })).scenarios;
  return [scenario?.validationStatus ?? '', scenario?.validationStatusMessage ?? ''];
}

describe('the machine fails', () => {
  it('after an error of the restore: that stands', () => {
    expect(told({ restore: [...failedStep(2), died('restore')] })[0]).toBe('FAILED');
  });

  it('after the backup left something out: that stands too', () => {
    const coverage = [{ name: 'grafana', covered: 'no', why: 'its canary is in no artefact' } as const];
    expect(told({ inspected: [{ ...exampleBackup, coverage }], restore: [...goodParts.restore, died('verify')] })[0]).toBe('FAILED');
  });

  it('with nothing found before it', () => {
    expect(told({ restore: [...goodParts.restore, died('restore')] })).toEqual(['NOT_MEASURED', 'The restore phase proved nothing: the engine died.']);
  });

  it('and the command that ran then is not blamed for it', () => {
    const stderr = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?';
    expect(told({ restore: [...failedStep(2, stderr), died('restore')] })[0]).toBe('NOT_MEASURED');
    expect(told({ restore: failedStep(2, stderr), check: goodParts.check, verified: goodParts.verified })[0]).toBe('FAILED');
  });

  it('before the loss is proven: whatever was found, nothing is measured', () => {
    expect(told({ backup: [...failedStep(1), died('backup')], inspected: [], lost: [], restore: [] })).toEqual(['NOT_MEASURED', 'The backup phase proved nothing: the engine died.']);
  });
});
