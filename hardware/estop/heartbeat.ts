import type { Level } from '../gpio/port.ts';

/** How often the gate and the watcher of the contacts say that they live. */
export const BEAT_US = 10_000;
export const BEATS_MISSED_MAX = 3;
const PIN_HALF_US = 50_000;

/**
 * Whether somebody has missed three beats, which trips.
 *
 * @param lastUs null when it never beat
 * @param beatUs how often it should beat; longer only under a virtual clock
 */
export function isBeatLost(lastUs: number | null, atUs: number, beatUs = BEAT_US): boolean {
  return lastUs === null || atUs - lastUs >= BEATS_MISSED_MAX * beatUs;
}

/**
 * The pin that a monostable relay (100 ms) watches from outside: 10 Hz as long as the gate lives,
 * then steadily 0, so that the relay drops whatever this process believes.
 */
export function heartbeatAt(gateBeatUs: number | null, atUs: number, beatUs = BEAT_US): Level {
  if (isBeatLost(gateBeatUs, atUs, beatUs)) return 0;
  return Math.floor(atUs / PIN_HALF_US) % 2 === 0 ? 1 : 0;
}
