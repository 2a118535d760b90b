/** What reads a big runbook, and what shows many drills. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { exampleJournal, exampleScenario } from '../src/drill/verdict/example-journal.ts';
import { reportInput } from '../src/report/formats.ts';
import { exampleLine } from '../src/report/golden/example-history.ts';
import { reportHtml } from '../src/report/html/index.ts';
import { makeRepository } from '../tests/small-drill.ts';
import { type Row, median } from './measure.ts';

/** A runbook of 1 MB: a heading, a sentence and a block, thousands of times. */
export function bigPlan(): Row {
  const filler = Array.from({ length: 4400 }, (_, index) => `## Section ${index}\n\nSome words about what is done here and why, for a person who is tired and has to go on without asking.\n\n\`\`\`sh {"name":"b${index}"}\necho step ${index}\ntar czf /srv/backups/${index}.tgz /data\n\`\`\`\n`);
  const named = ['deploy', 'backup', 'restore'].map((name) => `\`\`\`sh {"name":"${name}"}\ntrue\n\`\`\`\n`);
  const runbook = `# Runbook\n\n${[...named, ...filler].join('\n')}`;
  const repository = makeRepository({ runbook });
  try {
    const times = Array.from({ length: 7 }, () => {
      const start = performance.now();
      execFileSync(process.execPath, [resolve('dist/cli.js'), 'plan'], { cwd: repository });
      return (performance.now() - start) / 1000;
    });
    return { what: `plan of a runbook of ${(Buffer.byteLength(runbook) / 1e6).toFixed(1)} MB`, seen: median(times), limit: 0.5, unit: 's' };
  } finally {
    rmSync(repository, { recursive: true });
  }
}

/** Of 200 drills of one scenario, and of one drill of 200 scenarios: the bigger and the slower of both. */
export async function reportPage(): Promise<readonly Row[]> {
  const scenarios = Array.from({ length: 200 }, (_, index) => ({ ...exampleScenario, id: `scenario-${index}` }));
  const [started, ...rest] = exampleJournal({}, {}, { scenarios });
  const wide = [...(started === undefined ? [] : [started]), ...scenarios.flatMap(({ id }) => rest.flatMap((entry) => ('scenario' in entry ? [{ ...entry, scenario: id }] : [])))];
  const history = Array.from({ length: 200 }, (_, index) => exampleLine({ ended: new Date(Date.UTC(2000, index, 1)).toISOString(), rta: 10 + (index % 7) }));
  const pages = [reportInput(wide), reportInput(exampleJournal(), history)].map((input) => reportHtml.render(input) ?? '');
  const size: Row = { what: 'report.html of 200 drills', seen: Math.max(...pages.map((page) => Buffer.byteLength(page))) / 1e6, limit: 1, unit: 'MB' };
  const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
  if (executablePath === undefined) {
    console.log('SKIPPED report.html drawn: no Chromium on this machine');
    return [size];
  }
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
  try {
    const drawn: number[] = [];
    for (const [index, page] of pages.entries()) {
      const path = join(folder, `${index}.html`);
      writeFileSync(path, page);
      const times: number[] = [];
      for (let round = 0; round < 3; round += 1) {
        const tab = await browser.newPage();
        await tab.goto(`file://${path}`);
        times.push(Number(await tab.evaluate('new Promise((told) => requestAnimationFrame(() => setTimeout(() => told(performance.now()))))')) / 1000);
        await tab.close();
      }
      drawn.push(median(times));
    }
    return [size, { what: 'report.html of 200 drills, drawn', seen: Math.max(...drawn), limit: 1, unit: 's' }];
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}
