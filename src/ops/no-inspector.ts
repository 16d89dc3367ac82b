/**
 * Takes SIGUSR1 away from Node, whose own answer to it is to open the inspector: code execution for
 * whoever reaches the port. This must be the first import of every program of the desk, and the
 * listener is never removed, because removing the last one brings Node's own back.
 */
let listener: () => void = () => {};

process.on('SIGUSR1', () => listener());

/** Sets what SIGUSR1 does instead of nothing. */
export function onTreeSignal(run: () => void): void {
  listener = run;
}
