/**
 * A press of the button in the midst of quoting, proved from both ends: what the daemon's gate was
 * asked and when, what the venue took and when, on one monotonic clock. `npm run test:estop` for
 * twenty presses with their figures.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isSlice, ordersBefore } from '../../support/kill/evidence.ts';
import { KillScenario } from '../../support/kill/scenario.ts';
import { assertStopped } from '../../support/kill/stopped-desk.ts';
import { untilFlat } from '../../support/kill/until-flat.ts';
import { onPremises, type Premises } from '../../support/process/premises.ts';

const PRESSES = Number(process.env['FLYBALL_PRESSES'] ?? 1);
const IS_LONG = PRESSES > 1;
const LOAD = { markets: 10, eventsPerSecond: 100 };
/** Wanted where the machine gives it; one with much else to do does with what it gives. */
const ORDERS_PER_SECOND = 2_000;
const SPEED_UP_MS = IS_LONG ? 8_000 : 500;
/** So many right before the press: it is quoting when it is stopped. */
const ORDERS_MIN = 5;
const ORDERS_FIRST = 200;

/** Milliseconds from the press, but for the rate. */
interface Figures {
  readonly ordersPerSecond: number;
  readonly gateClosed: number;
  readonly cancelSent: number;
  readonly bookEmpty: number;
  readonly flat: number;
}

const figures: Figures[] = [];

for (let press = 1; press <= PRESSES; press += 1) {
  test(
    `ES16 ES17 ES30 C11: press ${press} while quoting: nothing checked later is taken, all is flat`,
    onPremises(async (premises) => {
      figures.push(await pressed(premises));
    }),
  );
}

async function pressed(premises: Premises): Promise<Figures> {
  const scenario = await KillScenario.begin(premises, LOAD, ORDERS_FIRST);
  await scenario.speedUp(ORDERS_PER_SECOND, SPEED_UP_MS);
  await scenario.quotes(ORDERS_MIN);
  const edgeNs = await scenario.press();
  await untilFlat(premises);
  const evidence = await assertStopped(scenario, edgeNs);
  const { closedNs, cancelledNs, ended } = evidence;
  if (closedNs === null || cancelledNs === null) throw new Error('the gate was not closed');

  const ms = (ns: bigint): number => Number(ns - edgeNs) / 1e6;
  const endOf = (ids: readonly string[]): number =>
    Math.max(0, ...ids.map((clientId) => ms(ended.get(clientId) as bigint)));
  return {
    ordersPerSecond: ordersBefore(evidence, edgeNs),
    gateClosed: ms(closedNs),
    cancelSent: ms(cancelledNs),
    bookEmpty: endOf([...ended.keys()].filter((clientId) => !isSlice(clientId))),
    flat: endOf([...ended.keys()].filter(isSlice)),
  };
}

test('the figures of every press', () => {
  assert.is(figures.length, PRESSES);
  if (!IS_LONG) return;
  for (const name of Object.keys(figures[0] as Figures) as (keyof Figures)[]) {
    const sorted = figures.map((each) => each[name]).sort((left, right) => left - right);
    const at = (share: number): string =>
      (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(2);
    process.stdout.write(`${name}: least ${at(0)}, median ${at(0.5)}, most ${at(1)}\n`);
  }
});

test.run();
