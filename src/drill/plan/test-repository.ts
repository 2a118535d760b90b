/** Git repositories for tests, in temporary folders. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { InputErrors, type Plan } from '../model.ts';
import { loadPlan, type LoadOptions } from './load.ts';

export type Files = Readonly<Record<string, string>>;

export const runbook = `# Runbook

## Deploy

\`\`\`bash
docker compose up -d
\`\`\`

## Backup of the volume

\`\`\`bash {"name":"backup","timeout":"5m"}
# the volume
docker run --rm -v compose_site:/v:ro -v /srv/backups:/b alpine tar czf /b/site.tgz -C /v .

date
\`\`\`

## Restore

Owner first: \`sudo chown 472
/srv/x\`.

\`\`\`bash
cd /path/to/site
\`\`\`

\`\`\`bash

\`\`\`

\`\`\`console
$ docker compose up -d
done
$ echo ok
\`\`\`

\`\`\`ini {"name":"config"}
key=<value>
\`\`\`

\`\`\`bash {"name":"script"}
#!/bin/sh
echo saved
\`\`\`

## Twice

\`\`\`bash
true
\`\`\`

\`\`\`bash
true
\`\`\`
`;

export const drillFile = `version: 1
name: small
runbook: docs/runbook.md
host:
  workspace: ~/site
data:
  site: { volume: compose_site }
scenarios:
  gone:
    backup: ['#backup']
    loss: { data: [site], how: delete }
    restore: ['#restore[3]']
`;

export class TestRepository implements Disposable {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'runbook-drill-plan-')));

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }

  write(files: Files): void {
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, file)), { recursive: true });
      writeFileSync(join(this.folder, file), content);
    }
  }

  async git(...args: readonly string[]): Promise<string> {
    const { stdout } = await execa('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'init.defaultBranch=main', '-c', 'protocol.file.allow=always', ...args], { cwd: this.folder });
    return stdout;
  }

  async commit(files: Files): Promise<void> {
    this.write(files);
    await this.git('init', '-q');
    await this.git('add', '-A');
    await this.git('commit', '-qm', 'test');
  }

  load(options: Partial<LoadOptions> = {}): Promise<Plan> {
    return loadPlan({ drillFile: 'drill.yaml', env: {}, cwd: this.folder, ...options });
  }

  /** Every error as one line, `file:line:column: message | expected | got | help`; empty when there is none. */
  async told(options: Partial<LoadOptions> = {}): Promise<readonly string[]> {
    try {
      await this.load(options);
      return [];
    } catch (error) {
      if (!(error instanceof InputErrors)) throw error;
      return error.errors.map(({ file, line, column, message, expected, got, help }) => `${file}:${line}:${column}: ${message} | ${expected} | ${got} | ${help}`);
    }
  }
}

/** A repository with the small drill file and its runbook, and what a test changes in them. */
export async function testRepository(files: Files = {}): Promise<TestRepository> {
  const repository = new TestRepository();
  await repository.commit({ 'drill.yaml': drillFile, 'docs/runbook.md': runbook, 'compose.yaml': 'services: {}\n', ...files });
  return repository;
}

export function edited(text: string, edits: Files): string {
  return Object.entries(edits).reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`the text has no ${from}`);
    return result.replace(from, to);
  }, text);
}
