/** Scenarios take turns on one machine: while one is timed, the next one is set up. */

export interface Turn {
  /** Whether one before goes on yet. */
  readonly isAhead: () => boolean;
  /** Resolves once all before have ended. Rejects when one of them did, or with the signal. */
  readonly take: (signal: AbortSignal) => Promise<void>;
}

/**
 * Does `work` for each item. What it does before it asks for its turn happens while the item before it has its own; the rest begins
 * when that one has ended, in order. At most one item is ahead.
 * Rejects with the first rejection, once all that was begun has ended; nothing more is begun then.
 * @param ahead whether the next one may be set up meanwhile; else all is done one after the other
 */
export async function inTurns<T>(items: readonly T[], { ahead }: { readonly ahead: boolean }, work: (item: T, turn: Turn) => Promise<void>): Promise<void> {
  const begun: Promise<void>[] = [];
  try {
    for (const item of items) {
      let free = false;
      const before = Promise.all(begun).then(() => void (free = true));
      before.catch(() => undefined); // told by what rejected
      const taken = Promise.withResolvers<void>();
      const working = work(item, {
        isAhead: () => !free,
        take: async (signal) => {
          await unlessAborted(before, signal);
          taken.resolve();
        },
      });
      begun.push(working);
      await (ahead ? Promise.race([taken.promise, working]) : working);
    }
  } finally {
    await Promise.allSettled(begun);
  }
  await Promise.all(begun);
}

async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
