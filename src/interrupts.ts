/** A signal ends a drill in order: what it made goes, and its report is written. */

export interface Interrupts extends Disposable {
  /** Aborted with the name of the signal. */
  readonly signal: AbortSignal;
}

/**
 * Listens to SIGINT and SIGTERM until it is disposed of. Not with `once`: a library that finds only its own listeners
 * left while the signal is told would end the process there and then.
 */
export function listenForInterrupts(tell: (signal: NodeJS.Signals) => void): Interrupts {
  const controller = new AbortController();
  const listener = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) return;
    tell(signal);
    controller.abort(signal);
  };
  process.on('SIGINT', listener).on('SIGTERM', listener);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => void process.off('SIGINT', listener).off('SIGTERM', listener),
  };
}
