/** Signals of a process that runs until it is told to stop. */

/** Resolves at the first SIGTERM or SIGINT, with its name. */
export function onStopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });
}
