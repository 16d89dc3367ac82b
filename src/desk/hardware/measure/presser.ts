import type { GpioBackend } from '../../../../hardware/gpio/port.ts';
import type { HardwareSettings } from '../../../config/hardware-section.ts';
import type { Files } from '../../../core/env.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import { driverOf, panelFile } from '../open-hardware.ts';
import type { Hand } from './hand.ts';
import type { Pressed } from './press-thread.ts';

/** A desk as far as a press goes. */
export interface Pressable {
  readonly backend: GpioBackend;
  readonly runFolder: string;
  readonly gate: SharedArrayBuffer;
}

/** What opens the contacts of a desk, by the driver that it has. */
export interface Presser {
  /** @returns when the contacts were opened, and when the gate was seen to close */
  press(desk: Pressable): Promise<Result<Pressed, string>>;
  /** Closes the contacts again, for the next desk. */
  release(desk: Pressable): void;
}

/**
 * No program can press a button; but where outputs feed the channels a program opens them, and the
 * edge is one on the wires. It is timed from the order to write: with rpio that is the edge itself,
 * with the tools of libgpiod a child has to end first.
 *
 * @returns one sentence where nothing can be pressed
 */
export function presserFor(
  settings: HardwareSettings,
  files: Files,
  hand: Hand,
): Result<Presser, string> {
  const driver = driverOf(settings, files);
  if (driver === 'panel') return ok(panelPresser(hand));
  const { feedA, feedB } = settings.pins ?? {};
  if (feedA !== undefined && feedB !== undefined) return ok(feedPresser(hand, [feedA, feedB]));
  const found = `hardware.driver ${driver}: found no feedA and feedB`;
  const wanted = 'wanted both, for no program presses a button, or hardware.driver panel';
  return err(`${found}; ${wanted}`);
}

function panelPresser(hand: Hand): Presser {
  return {
    press: ({ runFolder, gate }) => hand.press(panelFile(runFolder), gate),
    // Each desk has a panel of its own.
    release: () => {},
  };
}

function feedPresser(hand: Hand, feeds: readonly number[]): Presser {
  return {
    press: ({ backend, gate }) =>
      hand.seeClosing(gate, () => {
        for (const feed of feeds) backend.write(feed, 0);
      }),
    release({ backend }) {
      for (const feed of feeds) backend.write(feed, 1);
    },
  };
}
