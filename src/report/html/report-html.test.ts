import { DOMParser } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { exampleJournal, exampleScenario } from '../../drill/verdict/example-journal.ts';
import { reportInput } from '../formats.ts';
import { exampleLine } from '../golden/example-history.ts';
import { journals } from '../golden/journals.ts';
import { sourceAround } from '../source-around.ts';
import { historyPlot } from './history-plot.ts';
import { reportHtml } from './index.ts';
import { html, lines } from './markup.ts';

const render = (name: string): string => reportHtml.render(reportInput(journals[name] ?? [])) ?? '';

describe('markup', () => {
  it('takes what is put in for text, unless it is markup', () => {
    expect(html`<b title="${`"'`}">${'<i>&'}${html`<br>`}${['a', '<']}${null}${3}</b>`.source).toBe('<b title="&quot;&#39;">&lt;i&gt;&amp;<br>a&lt;3</b>');
    expect(lines('a\r\n<b>\u202e').source).toBe('a<br>&lt;b&gt;\\u{202e}');
  });
});

describe('hostile text in report.html', () => {
  const source = render('hostile');
  const document = new DOMParser().parseFromString(source, 'text/html');
  const elements = [...document.querySelectorAll('*')];

  it('makes no element and no attribute', () => {
    const known = 'html head meta title style body a header p h1 span main section table caption thead tr th tbody td div h2 strong dl dt dd small h3 article h4 code pre br ol li i details summary ul footer figure figcaption svg g text path line circle'.split(' ');
    for (const element of elements) {
      expect(known).toContain(element.tagName.toLowerCase());
      for (const name of element.getAttributeNames()) expect(name).not.toMatch(/^on|^src$|^srcdoc$|^srcset$/);
    }
  });

  it('runs nothing and leads nowhere', () => {
    expect(document.querySelector('script')).toBeNull();
    for (const link of document.querySelectorAll('[href]')) expect(link.getAttribute('href')).toMatch(/^#\w+$/);
    expect(document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.getAttribute('content')).toContain("default-src 'none'");
    expect(source).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
  });

  it('is all there to read', () => expect(document.querySelector('h1')?.textContent).toContain('<script>alert(1)</script>'));
});

describe('the text beside a finding', () => {
  const [, backup] = exampleScenario.steps;
  if (backup === undefined) throw new Error('no step');
  const declaration = { ...exampleScenario, steps: [{ ...backup, excerpt: { text: 'a\nb\nc\nd\ne\nf\ng\nh', lines: [41, 42, 43, 44, 45, 46, 47, 48] } }] };

  it('is a few lines around it', () => expect(sourceAround({ file: backup.file, line: 45 }, declaration).map(({ line, text }) => `${line} ${text}`)).toEqual(['42 b', '43 c', '44 d', '45 e', '46 f', '47 g', '48 h']));
  it('is the beginning of a block that is meant as a whole', () => expect(sourceAround({ file: backup.file, line: backup.line }, declaration)[0]).toEqual({ line: 41, text: 'a' }));
  it('is nothing where the journal has none', () => {
    expect(sourceAround({ file: 'drill.yaml', line: 42 }, declaration)).toEqual([]);
    expect(sourceAround({ file: backup.file, line: 42 }, undefined)).toEqual([]);
  });
});

describe('the plot', () => {
  const history = [14, null, 16].map((rta, index) => exampleLine({ rta, ended: `2026-0${index + 1}-01T00:00:00.000Z` }));

  it('has the drills, their target, and says both in words', () => {
    const svg = historyPlot(history, 900)?.source ?? '';
    expect(svg.match(/<circle /g)).toHaveLength(4);
    expect(svg).toContain('target 15m');
    expect(svg).toContain('aria-label="3 drills from 2026-01-01 to 2026-03-01; 2 of them measured a recovery time, the last 16s; the target is 15m"');
  });

  it('needs two drills, and no target', () => {
    expect(historyPlot(history.slice(0, 1), 900)).toBeNull();
    expect(historyPlot(history, null)?.source).not.toContain('target');
    expect(historyPlot(history.map((line) => ({ ...line, rta: null })), null)?.source).toContain('0 of them measured');
  });
});

it('of 200 scenarios, and of 200 drills, is a megabyte at most', { timeout: 30_000 }, () => {
  const scenarios = Array.from({ length: 200 }, (_, index) => ({ ...exampleScenario, id: `scenario-${index}` }));
  const [started, ...rest] = exampleJournal({}, {}, { scenarios });
  if (started === undefined) throw new Error('no journal');
  const entries = [started, ...scenarios.flatMap(({ id }) => rest.flatMap((entry) => ('scenario' in entry ? [{ ...entry, scenario: id }] : [])))];
  expect(Buffer.byteLength(reportHtml.render(reportInput(entries)) ?? '')).toBeLessThan(1_000_000);
  const history = Array.from({ length: 200 }, (_, index) => exampleLine({ ended: new Date(Date.UTC(2000, index, 1)).toISOString(), rta: 10 + (index % 7) }));
  expect(Buffer.byteLength(reportHtml.render(reportInput(exampleJournal(), history)) ?? '')).toBeLessThan(200_000);
});
