/**
 * The hand that presses, as a thread of its own: it goes on while the event loop of the desk
 * stands still, and sees the gate close in shared memory.
 */
import { parentPort } from 'node:worker_threads';
import { actOnPanel } from '../../../../hardware/gpio/panel.ts';
import { GATE_LAYOUT, HALT_CAUSES } from '../../../control/gate.ts';
import { nodeClock } from '../../../core/node-env.ts';
import { nodeFiles } from '../../../core/node-files.ts';

/** What the desk's thread asks for. */
export type HandOrder =
  /** Answer so many times, at once, with the time of this thread's clock. */
  | { readonly kind: 'compare'; readonly shared: SharedArrayBuffer; readonly rounds: number }
  | { readonly kind: 'press'; readonly gate: SharedArrayBuffer; readonly panel: string }
  /** Say that you look, and then when the gate closed: somebody else presses. */
  | { readonly kind: 'look'; readonly gate: SharedArrayBuffer };

/**
 * Both on the clock of this thread; the edge is where the look began when somebody else pressed.
 * The second is null when the gate did not close in time.
 */
export interface Pressed {
  readonly edgeNs: number;
  readonly closedNs: number | null;
}

/** Words of the shared block in which clocks are compared; the time is a double behind them. */
export const COMPARE = { bytes: 16, turn: 0, timeOffset: 8, asked: 1, told: 2 } as const;

const CLOSED_NS_MAX = 5e9;
const EMERGENCY = 1 << HALT_CAUSES.indexOf('emergency');

parentPort?.on('message', (order: HandOrder) => {
  if (order.kind === 'compare') compare(order.shared, order.rounds);
  else {
    if (order.kind === 'look') parentPort?.postMessage('looking');
    const panel = order.kind === 'press' ? order.panel : null;
    parentPort?.postMessage(press(panel, new Int32Array(order.gate)));
  }
});
parentPort?.postMessage('ready');

/** Spins, since a thread that sleeps would answer late by what it takes to wake. */
function compare(shared: SharedArrayBuffer, rounds: number): void {
  const words = new Int32Array(shared);
  const time = new Float64Array(shared, COMPARE.timeOffset, 1);
  for (let round = 0; round < rounds; round += 1) {
    while (Atomics.load(words, COMPARE.turn) !== COMPARE.asked);
    time[0] = nodeClock.mono();
    Atomics.store(words, COMPARE.turn, COMPARE.told);
  }
}

function press(panel: string | null, gate: Int32Array): Pressed {
  const edgeNs = nodeClock.mono();
  if (panel !== null) {
    const done = actOnPanel(nodeFiles, panel, 'press');
    if (!done.ok) throw new Error(done.error.detail);
  }
  for (;;) {
    const nowNs = nodeClock.mono();
    if ((Atomics.load(gate, GATE_LAYOUT.halt) & EMERGENCY) !== 0) {
      return { edgeNs, closedNs: nowNs };
    }
    if (nowNs - edgeNs > CLOSED_NS_MAX) return { edgeNs, closedNs: null };
  }
}
