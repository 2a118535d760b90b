/** A repository as a user of the package has it: a runbook, a remote, and the package as `npm pack` ships it. */
import { type SpawnSyncReturns, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the documents say that the package is; the test has its own in that place. */
const published = 'https://github.com/runbook-drill/runbook-drill/releases/latest/download/runbook-drill.tgz';

const blocks: Readonly<Record<string, string>> = {
  Deploy: `docker volume create notes_data
docker run -d --name notes --stop-signal KILL -v notes_data:/data alpine sleep 1000000
docker exec notes sh -c 'echo kept > /data/note'`,
  Backup: 'docker run --rm -v notes_data:/v:ro -v /srv/backups:/b alpine tar czf /b/notes.tar.gz -C /v .',
  Restore: `docker run --rm -v notes_data:/v -v /srv/backups:/b alpine sh -c 'find /v -mindepth 1 -delete && tar xzf /b/notes.tar.gz -C /v'`,
};
const runbook = `# Notes\n\n<!-- drill:benchmark -->\n<!-- /drill:benchmark -->\n${Object.entries(blocks).map(([title, text]) => `\n## ${title}\n\n\`\`\`sh\n${text}\n\`\`\`\n`).join('')}`;

export class UserRepository implements Disposable {
  readonly #home = mkdtempSync(join(tmpdir(), 'user-'));
  readonly #folder = join(this.#home, 'notes');
  /** The package as a file. */
  readonly #tarball: string;

  constructor() {
    this.#tarball = join(this.#home, execFileSync('npm', ['pack', '--silent', '--pack-destination', this.#home], { encoding: 'utf8' }).trim());
    const files = { 'docs/backup-restore.md': runbook, '.gitignore': 'node_modules/\ndrill-report/\npart-*/\nwhole/\n' };
    mkdirSync(join(this.#folder, 'docs'), { recursive: true });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(this.#folder, name), content);
    execFileSync('git', ['init', '-q', '--bare', join(this.#home, 'origin.git')]);
    this.#git('init', '-q', '-b', 'main');
    this.#git('remote', 'add', 'origin', join(this.#home, 'origin.git'));
    this.push();
  }

  /** As a person pastes it, except that nothing may come from the network. */
  paste(text: string): SpawnSyncReturns<string> {
    const env = { ...process.env, npm_config_offline: 'true', GITHUB_ACTIONS: undefined };
    return spawnSync('bash', ['-euo', 'pipefail', '-c', text.replaceAll(published, this.#tarball)], { cwd: this.#folder, env, encoding: 'utf8' });
  }

  /** Commits and pushes what is there. */
  push(): void {
    this.#git('add', '-A');
    this.#git('commit', '-q', '--allow-empty', '-m', 'As it is');
    this.#git('push', '-q', 'origin', 'main');
  }

  [Symbol.dispose](): void {
    rmSync(this.#home, { recursive: true, force: true });
  }

  #git(...args: readonly string[]): void {
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd: this.#folder });
  }
}
