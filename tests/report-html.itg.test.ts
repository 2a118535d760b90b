/** `report.html` in a browser, and `metrics.prom` as Prometheus reads it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { journals } from '../src/report/golden/journals.ts';
import { exampleLine } from '../src/report/golden/example-history.ts';
import { renderReports, reportInput } from '../src/report/index.ts';

const golden = resolve('src/report/golden');
const browserPath = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'].find((path) => existsSync(path));
if (browserPath === undefined) console.log('SKIPPED report.html in a browser: no Chromium on this machine');

describe.skipIf(browserPath === undefined)('report.html in a browser', { timeout: 120_000 }, () => {
  let browser: Browser;
  let folder = '';
  let file = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'report-html-'));
    file = join(folder, 'report.html');
    const history = [13, 14, null, 15].map((rta, index) => exampleLine({ rta, verdict: rta === null ? 'FAILED' : 'SUCCESSFUL', ended: `2026-0${index * 2 + 1}-01T00:00:00.000Z` }));
    writeFileSync(file, renderReports(reportInput(journals['green'] ?? [], history)).get('report.html') ?? '');
    const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
    browser = await chromium.launch({ executablePath: browserPath ?? '', args });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a page that must say nothing in the console and ask for nothing. */
  async function open<T>(path: string, options: BrowserContextOptions, look: (page: Page) => Promise<T>): Promise<T> {
    const context = await browser.newContext(options);
    const said: string[] = [];
    const asked: string[] = [];
    try {
      const page = await context.newPage();
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (error) => said.push(String(error)));
      page.on('dialog', (dialog) => void said.push(dialog.message()));
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(`file://${path}`);
      const seen = await look(page);
      expect(said).toEqual([]);
      expect(asked).toEqual([`file://${path}`]);
      return seen;
    } finally {
      await context.close();
    }
  }

  const pages = (): readonly (readonly [string, string])[] => [['with a history', file], ...['backup-lied', 'hostile', 'host-limit'].map((name) => [name, join(golden, name, 'report.html')] as const)];

  it('is accessible, light and dark, wide and narrow', async () => {
    const [light, dark] = [{ colorScheme: 'light', viewport: { width: 1200, height: 900 } }, { colorScheme: 'dark', viewport: { width: 360, height: 740 } }] as const;
    for (const [name, path] of pages()) {
      for (const options of name === 'with a history' ? [light, dark] : [dark]) {
        const violations = await open(path, { ...options, bypassCSP: true }, async (page) => {
          await page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true');
          await page.evaluate(axe.source);
          return page.evaluate("axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id} ${nodes[0].html}`))");
        });
        expect(violations, `${name}, ${options.colorScheme}`).toEqual([]);
      }
    }
  });

  it('never scrolls sideways, down to 360 px, with everything unfolded', async () => {
    for (const [, path] of pages()) {
      const wide = await open(path, { viewport: { width: 360, height: 740 } }, async (page) => {
        await page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true');
        return page.evaluate('document.documentElement.scrollWidth');
      });
      expect(wide).toBe(360);
    }
  });

  it('works with a keyboard', async () => {
    await open(file, { viewport: { width: 1200, height: 900 } }, async (page) => {
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the results');
      const reached = new Set<unknown>();
      for (let presses = 0; presses < 40; presses += 1) {
        await page.keyboard.press('Tab');
        reached.add(await page.evaluate('document.activeElement.tagName'));
        if (reached.has('SUMMARY')) break;
      }
      expect(reached).toContain('A');
      await page.keyboard.press('Enter');
      expect(await page.evaluate('document.activeElement.parentElement.open')).toBe(true);
    });
  });

  it('follows the colours of the system, and prints dark on white with everything unfolded', async () => {
    const background = 'getComputedStyle(document.body).backgroundColor';
    expect(await open(file, { colorScheme: 'light' }, (page) => page.evaluate(background))).toBe('rgb(255, 255, 255)');
    expect(await open(file, { colorScheme: 'dark' }, (page) => page.evaluate(background))).toBe('rgb(13, 17, 23)');
    await open(file, { colorScheme: 'dark' }, async (page) => {
      await page.emulateMedia({ media: 'print' });
      expect(await page.evaluate(background)).toBe('rgb(255, 255, 255)');
      expect(await page.evaluate('document.querySelector("details td").getBoundingClientRect().height')).toBeGreaterThan(5);
    });
  });

  it('lets nothing act that a runbook printed', async () => {
    const path = join(golden, 'hostile/report.html');
    const seen = await open(path, {}, (page) => page.evaluate('[document.scripts.length, document.images.length, document.querySelectorAll("iframe,object,form,a:not([href^=\\"#\\"])").length]'));
    expect(seen).toEqual([0, 0, 0]);
    // The policy of the page holds where an escape would not.
    const evil = join(folder, 'evil.html');
    writeFileSync(evil, readFileSync(path, 'utf8').replace('<main', '<img src=x onerror="document.title=1"><script>document.title=2</script><main'));
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`file://${evil}`);
    expect(await page.title()).toContain('FAILED');
    await context.close();
  });
});

const promtool = [join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'runbook-drill/bin/promtool'), '/usr/bin/promtool'].find((path) => existsSync(path));
if (promtool === undefined) console.log('SKIPPED metrics.prom in promtool: no promtool on this machine');

describe.skipIf(promtool === undefined)('metrics.prom', () => {
  it.each(Object.keys(journals))('of %s is accepted by promtool', (name) => {
    expect(execFileSync(promtool ?? '', ['check', 'metrics'], { input: readFileSync(join(golden, name, 'metrics.prom')), encoding: 'utf8' })).toBe('');
  });

  it('would not be with a metric that breaks its rules', () => {
    expect(spawnSync(promtool ?? '', ['check', 'metrics'], { input: '# TYPE a_total gauge\na_total 1\n' }).status).not.toBe(0);
  });
});
