import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { judge } from '../drill/verdict/index.ts';
import { benchmarkJson } from './benchmark-json.ts';
import { reportInput } from './formats.ts';
import { journals } from './golden/journals.ts';

/** What github-action-benchmark takes as `customSmallerIsBetter`. */
const results = z.array(z.strictObject({ name: z.string().min(1), unit: z.string().min(1), value: z.number(), range: z.string().optional(), extra: z.string().optional() }));
const render = (name: string) => results.parse(JSON.parse(benchmarkJson.render(reportInput(journals[name] ?? [])) ?? ''));

describe('benchmark.json', () => {
  it('has what was measured, once each', () => {
    const names = render('green').map(({ name }) => name);
    expect(names).toEqual(['service-failure: RTA', 'service-failure: RPA', 'service-failure: backup', 'new-host: RTA', 'new-host: backup']);
  });

  it.each(Object.keys(journals))('of %s has no value that the report has not', (name) => {
    const { scenarios } = judge(journals[name] ?? []);
    for (const { name: benchmark, value } of render(name)) {
      const scenario = scenarios.find(({ id }) => benchmark.startsWith(`${id}: `));
      expect([scenario?.rto.actual, scenario?.rpo.actual, scenario?.clock.backup]).toContain(value);
    }
    for (const { id, rto } of scenarios) if (rto.actual === null) expect(render(name).map((each) => each.name)).not.toContain(`${id}: RTA`);
  });
});
