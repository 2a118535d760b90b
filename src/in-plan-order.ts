/** What is shown of a drill: one scenario after the other, though the next one is set up while another has its turn. */
import type { OutputListener } from './drill/context.ts';
import type { JournalEntry } from './drill/journal-events.ts';

/** Longest output of a scenario that is held until it is shown, in bytes; of a longer one, its end. */
const longestHeld = 1024 * 1024;

export interface Shown {
  readonly onEntry: (entry: JournalEntry) => void;
  readonly onOutput: OutputListener;
}

/** Hands on at once what belongs to the scenario that is shown, or to none; the rest when its scenario is, at the latest when the drill has ended. */
export function inPlanOrder({ onEntry, onOutput }: Shown): Shown {
  let waiting: readonly string[] = [];
  const held = new Map<string, HeldBack>();
  const heldOf = (scenario: string): HeldBack | null => {
    if (scenario === waiting[0] || !waiting.includes(scenario)) return null;
    const back = held.get(scenario) ?? new HeldBack((bytes) => onOutput(scenario, 'stderr', Buffer.from(`(the first ${bytes} bytes of output are left out)\n`)));
    held.set(scenario, back);
    return back;
  };
  const release = (scenario: string): void => {
    const back = held.get(scenario);
    held.delete(scenario);
    back?.show();
  };
  const show = (entry: JournalEntry): void => {
    if (entry.event === 'drill-ended') waiting.forEach(release);
    onEntry(entry);
    if (entry.event === 'drill-started') waiting = entry.scenarios.map(({ id }) => id);
    if (entry.event !== 'scenario-ended') return;
    waiting = waiting.filter((id) => id !== entry.scenario);
    waiting.slice(0, 1).forEach(release);
  };
  return {
    onEntry: (entry) => {
      const back = 'scenario' in entry ? heldOf(entry.scenario) : null;
      if (back === null) show(entry);
      else back.hold(0, () => show(entry));
    },
    onOutput: (scenario, stream, chunk) => {
      const back = heldOf(scenario);
      if (back === null) onOutput(scenario, stream, chunk);
      else back.hold(chunk.length, () => onOutput(scenario, stream, chunk));
    },
  };
}

class HeldBack {
  #all: { readonly bytes: number; readonly show: () => void }[] = [];
  #bytes = 0;
  #leftOut = 0;
  readonly #tellLeftOut: (bytes: number) => void;

  constructor(tellLeftOut: (bytes: number) => void) {
    this.#tellLeftOut = tellLeftOut;
  }

  /** @param bytes of output; 0 for what is always shown */
  hold(bytes: number, show: () => void): void {
    this.#all.push({ bytes, show });
    this.#bytes += bytes;
    while (this.#bytes - this.#leftOut > longestHeld) {
      const oldest = this.#all.findIndex((each) => each.bytes > 0);
      this.#leftOut += this.#all.splice(oldest, 1)[0]?.bytes ?? 0;
    }
  }

  show(): void {
    if (this.#leftOut > 0) this.#tellLeftOut(this.#leftOut);
    for (const { show } of this.#all) show();
  }
}
