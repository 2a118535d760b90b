/** What a drill writes: no secret in any spelling, and nothing that a runbook prints does anything. */
import { describe, expect, it } from 'vitest';
import { explained, goodBlocks, runSmallDrill } from './small-drill.ts';

const secret = 'S3cr3t/p@ss"word\\with spaces';

describe('outputs', { timeout: 120_000 }, () => {
  it('carry no secret, raw or encoded', async () => {
    const result = await runSmallDrill(
      {
        host: { images: ['alpine'], files: { '~/token': { env: 'DRILL_TEST_SECRET', mode: '0600' } }, 'gpg-passphrase': { env: 'DRILL_TEST_SECRET' } },
        blocks: {
          backup: `cat ~/token; base64 -w0 < ~/token; echo; od -An -tx1 ~/token | tr -d ' \\n'; echo
jq -Rs . ~/token; jq -sRr @uri ~/token
ls "$(cat ~/token)" || true
${goodBlocks.backup}`,
        },
      },
      { DRILL_TEST_SECRET: secret },
    );
    expect(result.scenario.validationStatus, explained(result)).toBe('SUCCESSFUL');
    const everything = [result.output, ...Object.values(result.files)].join('\n');
    const spellings = [secret, Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex'), encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
    for (const spelling of spellings) expect(everything).not.toContain(spelling);
    expect(result.output).toContain('***');
  });

  it('carry no secret that was made on the host', async () => {
    const made = { data: { app: { volume: 'app_data', secret: true } } };
    const result = await runSmallDrill({
      drill: made,
      blocks: { deploy: `${goodBlocks.deploy}\ndocker exec app sh -c 'echo TOKEN=made-on-the-host > /data/secret'`, backup: `docker exec app cat /data/secret\n${goodBlocks.backup}` },
    });
    // The backup does keep it in plain sight, and is told so.
    expect(result.errors, explained(result)).toEqual(['plaintext-secret']);
    expect([result.output, ...Object.values(result.files)].join('\n').replaceAll("echo TOKEN=made-on-the-host", '')).not.toContain('made-on-the-host');
    expect(result.output).toContain('***');
  });

  it('are inert, whatever a runbook prints', async () => {
    const hostile = String.raw`printf '::error::owned\n\033[31mred\033[0m\n<script>alert(1)</script>|\n' >&2; false`;
    const result = await runSmallDrill({ blocks: { restore: `${hostile}\n${goodBlocks.restore}` } });
    expect(result.errors).toContain('step-failed');
    const markdown = result.files['report.md'] ?? '';
    expect(markdown).not.toMatch(/^::error::/m);
    expect(markdown).not.toContain('<script>');
    expect(markdown).not.toContain('\u001B');
  });
});
