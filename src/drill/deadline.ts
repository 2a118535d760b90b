/** The time that a scenario has. */

/** Milliseconds, 24 days: a timer that is set longer goes off at once. */
const longestTimer = 2 ** 31 - 1;

/** Aborts its signal once the time is over. What a scenario waits for others is no time of its own. */
export class Deadline implements Disposable {
  readonly #over = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #left: number;
  #since = 0;

  /** The time begins at once. */
  constructor(seconds: number) {
    this.#left = seconds * 1000;
    this.#start();
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  async stoppedFor(waiting: Promise<void>): Promise<void> {
    this.#stop();
    try {
      await waiting;
    } finally {
      this.#start();
    }
  }

  #start(): void {
    this.#since = performance.now();
    this.#timer = setTimeout(() => this.#over.abort(new DOMException('the scenario has taken its time', 'TimeoutError')), Math.max(0, Math.min(this.#left, longestTimer)));
    this.#timer.unref();
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#left -= performance.now() - this.#since;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}
