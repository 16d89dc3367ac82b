import { createRequire } from 'node:module';
import { reasonOf } from '../src/core/result.ts';

/** Where rpio's native part lies once it has been built. */
const NATIVE = 'rpio/build/Release/rpio.node';

/**
 * Whether the optional GPIO package is there, without loading it: on anything but a Raspberry Pi it
 * would silently turn into a mock.
 *
 * @returns null when it is installed, else one sentence for the operator
 */
export function rpioPresence(resolve = createRequire(import.meta.url).resolve): string | null {
  try {
    resolve(NATIVE);
    return null;
  } catch (thrown) {
    const why = reasonOf(thrown).split('\n')[0];
    return `NO HARDWARE STOP: the optional package rpio is not built here (${why})`;
  }
}
