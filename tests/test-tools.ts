/** Tools that `scripts/test-tools.sh` has fetched where they can be had. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';

/** Its path. Where it could not be had the test is skipped, and says so; on a GitHub runner it fails. */
export function testTool(name: string, context: TestContext): string {
  const path = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'runbook-drill/bin', name);
  if (existsSync(path)) return path;
  if (process.env['GITHUB_ACTIONS'] === 'true') throw new Error(`${name} is not there: scripts/test-tools.sh must be able to fetch it on a GitHub runner`);
  console.log(`SKIPPED ${name} could not be had here`);
  context.skip();
}
