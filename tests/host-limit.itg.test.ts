/** What a drill host cannot give is never the runbook's fault, and never green. */
import { describe, expect, it } from 'vitest';
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

  it('an engine that dies under the drill is not measured', async () => {
    const result = await runSmallDrill({ blocks: { restore: 'sudo kill -9 1 $(pidof s6-svscan) || true; sleep 1; sudo pkill -9 s6-svscan; sleep 5' } });
    expect(result.scenario.validationStatus, explained(result)).not.toBe('SUCCESSFUL');
  });
});
