import { describe, expect, it } from 'vitest';
import type { JournalEntry } from './journal-events.ts';
import { createProgress } from './progress.ts';
import { exampleFailure } from './verdict/example-facts.ts';
import { drillEnded, exampleDrill, exampleJournal, exampleScenario, goodParts, inOrder, stepEnded, writtenDown } from './verdict/example-journal.ts';

function shown(journal: readonly JournalEntry[], options: { readonly colour?: boolean; readonly tty?: boolean } = {}): string {
  let text = '';
  const progress = createProgress({ write: (part) => (text += part), colour: false, tty: false, ...options });
  for (const entry of journal) progress(entry);
  return text;
}

describe('in a log', () => {
  it('tells each step and phase once it ended, then the verdict', () => {
    expect(shown(exampleJournal())).toBe(`raspberry-pi-homelab: 1 scenario
✓ create  6.1s
✓ deploy #deploy  41s
✓ seed  1.2s
✓ backup #volume-backup  2.2s
✓ lose  0.7s
✓ restore #volume-restore  12.1s
✓ check #mandatory-checks[1]  1.3s
✓ verify  0.8s
✓ destroy  0.5s
✓ SUCCESSFUL: All 3 places and services in scope came back as expected in 16.3s, within the RTO of 15m.
`);
  });

  it('tells findings at the end, with their places', () => {
    const text = shown(exampleJournal({ restore: stepEnded(2, { status: 'failed', exitCode: 2, failures: [exampleFailure(62)] }) }));
    expect(text).toContain('✗ restore #volume-restore  2s, exit 2\n');
    expect(text).toContain('✗ FAILED: ');
    expect(text).toContain('    error docs/runbook.md:62 step-failed: A command of #volume-restore failed');
  });

  it('tells which scenario, where there are several', () => {
    const scenarios = [exampleScenario, { ...exampleScenario, id: 'other' }];
    const text = shown(writtenDown({ ...exampleDrill, scenarios }, { other: inOrder(goodParts) }, []));
    expect(text).toContain('other  ✓ deploy #deploy  41s\n');
  });

  it('tells what stopped it', () => {
    const fault = { ...drillEnded, interrupted: 'SIGTERM', fault: 'no engine answers' } as const;
    const text = shown(writtenDown(exampleDrill, { 'service-failure': [{ event: 'loss-proven', proven: false, why: 'still there' }, { event: 'unproven', phase: 'lose', why: 'x', limit: null, cannotRun: false }, { event: 'scenario-timed-out', phase: 'lose', seconds: 60 }] }, [{ event: 'warning', message: 'uncommitted changes' }, { event: 'stand-in', for: 'a', is: 'b' }, fault]));
    for (const part of ['! the loss did not take: still there', '! the lose phase proved nothing: x', '! its time is over, after 1m', '! uncommitted changes', '! a is b', '! interrupted by SIGTERM', '! no engine answers']) expect(text).toContain(`${part}`);
  });

  it('obeys nothing that a runbook or a program says', () => {
    const evil = '\u001b[2J\n::error::x\r##[error]y';
    const steps = exampleScenario.steps.map((step) => ({ ...step, name: evil }));
    const text = shown(exampleJournal({ restore: stepEnded(2, { failures: [exampleFailure(62, { command: evil, stderr: evil })] }), deploy: [{ event: 'unproven', phase: 'deploy', why: evil, limit: null, cannotRun: false }] }, { steps }, { drill: evil }));
    expect(text).not.toContain('\u001b');
    expect(text).not.toMatch(/^\s*::/m);
    expect(text).not.toContain('##[');
    expect(text).not.toContain('\r');
  });
});

describe('in a terminal', () => {
  it('takes the running step back when it ended', () => {
    const text = shown(exampleJournal(), { tty: true });
    expect(text).toContain('  … backup #volume-backup\r\u001b[2K✓ backup #volume-backup  2.2s\n');
    expect(text.split('…')).toHaveLength(text.split('\r\u001b[2K').length);
  });

  it('has colours when it is told so', () => {
    expect(shown(exampleJournal(), { colour: true })).toContain('\u001b[32m✓\u001b[39m');
  });
});
