import { describe, expect, it } from 'vitest';
import type { DrillEvent, JournalEntry, ScenarioEvent } from './drill/journal-events.ts';
import { drillEnded, exampleDrill, exampleScenario } from './drill/verdict/example-journal.ts';
import { inPlanOrder } from './in-plan-order.ts';

const drill = { ...exampleDrill, scenarios: ['a', 'b', 'c'].map((id) => ({ ...exampleScenario, id })) };

/** A drill whose scenarios are told in the order of `feed`; what was shown of it, in order. */
function shownOf(feed: (tell: { readonly event: (event: DrillEvent | ScenarioEvent) => void; readonly output: (scenario: string, text: string) => void }) => void): readonly string[] {
  const log: string[] = [];
  const { onEntry, onOutput } = inPlanOrder({
    onEntry: (entry: JournalEntry) => log.push('scenario' in entry ? `${entry.scenario} ${entry.event}` : entry.event),
    onOutput: (scenario, _stream, chunk) => log.push(`${scenario}| ${chunk.length > 100 ? chunk.length : chunk.toString()}`),
  });
  feed({
    event: (event) => onEntry({ at: '2026-01-01T00:00:00.000Z', ...event }),
    output: (scenario, text) => onOutput(scenario, 'stdout', Buffer.from(text)),
  });
  return log;
}

const started = (scenario: string): ScenarioEvent => ({ event: 'phase-started', scenario, phase: 'create' });
const ended = (scenario: string): ScenarioEvent => ({ event: 'scenario-ended', scenario });
const warning: DrillEvent = { event: 'warning', message: 'w' };

describe('what is shown of a drill', () => {
  it('is one scenario after the other, with its output, and what belongs to none at once', () => {
    const log = shownOf(({ event, output }) => {
      event(drill);
      event(started('a'));
      event(started('b'));
      output('b', 'of b');
      output('a', 'of a');
      event(warning);
      event(ended('a'));
      output('b', 'more of b');
      event(started('c'));
      event(ended('b'));
      event(ended('c'));
      event(drillEnded);
    });
    expect(log).toEqual(['drill-started', 'a phase-started', 'a| of a', 'warning', 'a scenario-ended', 'b phase-started', 'b| of b', 'b| more of b', 'b scenario-ended', 'c phase-started', 'c scenario-ended', 'drill-ended']);
  });
  it('is no less where a scenario ends before its turn, or the drill before all have', () => {
    const log = shownOf(({ event, output }) => {
      event(drill);
      event(started('a'));
      event(started('b'));
      event(ended('b'));
      event(started('c'));
      output('c', 'of c');
      event(ended('a'));
      event(drillEnded);
    });
    expect(log).toEqual(['drill-started', 'a phase-started', 'a scenario-ended', 'b phase-started', 'b scenario-ended', 'c phase-started', 'c| of c', 'drill-ended']);
    const cut = shownOf(({ event }) => [drill, started('a'), started('b'), drillEnded].forEach(event));
    expect(cut).toEqual(['drill-started', 'a phase-started', 'b phase-started', 'drill-ended']);
  });
  it('holds no more output than there is room for: its end, and all events', () => {
    const log = shownOf(({ event, output }) => {
      event(drill);
      event(started('b'));
      for (let i = 0; i < 5; i += 1) output('b', 'x'.repeat(300_000));
      event(ended('b'));
      event(ended('a'));
    });
    expect(log.slice(2)).toEqual(['b| (the first 600000 bytes of output are left out)\n', 'b phase-started', 'b| 300000', 'b| 300000', 'b| 300000', 'b scenario-ended']);
  });
});
