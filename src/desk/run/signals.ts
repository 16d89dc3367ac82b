/** Signals of a process that runs until it is told to stop. */

/** Resolves at the first SIGTERM or SIGINT, with its name. */
export function onStopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });
}

const DESK_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGUSR2', 'SIGHUP'] as const;
export type DeskSignal = (typeof DESK_SIGNALS)[number];

/**
 * Hears what a desk obeys from the first moment of its start, when there is nobody yet to obey:
 * what comes before `heed` is obeyed by it, in the order in which it came.
 */
export class DeskSignals {
  readonly #early = new Set<DeskSignal>();
  #obey: (signal: DeskSignal) => void = (signal) => this.#early.add(signal);

  constructor() {
    for (const signal of DESK_SIGNALS) process.on(signal, () => this.#obey(signal));
  }

  heed(obey: (signal: DeskSignal) => void): void {
    this.#obey = obey;
    for (const signal of this.#early) obey(signal);
  }
}
