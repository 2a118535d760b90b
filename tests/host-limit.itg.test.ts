/** What a drill host cannot give is never the runbook's fault, and never green. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../src/drill/verdict/index.ts';
import { type SmallDrill, explained, goodBlocks, runSmallDrill } from './small-drill.ts';

const limits: readonly (readonly [string, SmallDrill])[] = [
  ['no network', { blocks: { restore: `curl -fsS https://backups.example.org/app.tar.gz -o /srv/backups/app.tar.gz\n${goodBlocks.restore}` } }],
  ['an image that is absent', { blocks: { restore: goodBlocks.restore.replace('alpine', 'example/rescue:1') } }],
  ['a unit that is not there', { blocks: { restore: `sudo systemctl start postgresql\n${goodBlocks.restore}` } }],
];

describe('a host limit', { timeout: 120_000 }, () => {
  it.each(limits)('%s is not measured', async (_name, small) => {
    const result = await runSmallDrill(small);
    expect(result.scenario.validationStatus, explained(result)).toBe('NOT_MEASURED');
    expect(result.rules).toContain('host-limit');
    expect(result.rules).not.toContain('step-failed');
  });

  it('a loss that does not take is not measured', async () => {
    const result = await runSmallDrill({ scenario: { loss: { steps: [{ run: 'echo nothing is lost', why: 'stages no loss' }], data: ['app'] } } });
    expect(result.scenario.validationStatus, explained(result)).toBe('NOT_MEASURED');
    expect(result.scenario.validationStatusMessage).toMatch(/did not take/);
  });

  it('a host that dies under the drill is not measured, and said', async () => {
    const result = await runSmallDrill({ blocks: { restore: 'sleep 30' } }, {}, (entry, run) => {
      if (entry.event !== 'step-started' || entry.step !== 2) return;
      const [host = ''] = execFileSync('docker', ['ps', '-q', '--filter', `label=runbook-drill.run=${run}`], { encoding: 'utf8' }).split('\n');
      execFileSync('docker', ['kill', host], { stdio: 'ignore' });
    });
    expect(result.scenario.validationStatus, explained(result)).toBe('NOT_MEASURED');
    expect(exitCodeOf(result.report, { interrupted: null })).toBe(3);
  });
});
