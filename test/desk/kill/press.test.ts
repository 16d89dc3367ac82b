/**
 * A stop in the midst of quoting, proved from both ends: what the daemon's gate was asked and when,
 * what the venue took and when, on one monotonic clock. FLYBALL_PRESSES=20 for as many presses, with
 * their figures (`npm run test:estop`).
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isSlice, ordersBefore, resting, tooLate, unchecked } from '../../support/kill/evidence.ts';
import { KillScenario } from '../../support/kill/scenario.ts';
import { onPremises } from '../../support/process/premises.ts';
import { until } from '../../support/process/until.ts';

const PRESSES = Number(process.env['FLYBALL_PRESSES'] ?? 1);
/** What the proof is wanted at, where the machine gives it; a busy one does with less. */
const ORDERS_PER_SECOND = 2_000;
const SPEED_UP_MS = PRESSES > 1 ? 10_000 : 500;
const ORDERS_FIRST = 100;

interface Figures {
  readonly ordersPerSecond: number;
  readonly closedMs: number;
  readonly cancelledMs: number;
  readonly emptyMs: number;
  readonly flatMs: number;
}

const figures: Figures[] = [];

for (let press = 1; press <= PRESSES; press += 1) {
  test(
    `ES17: press ${press}: no order checked after the edge is taken, all ends cancelled and flat`,
    onPremises(async (premises) => {
      const scenario = await KillScenario.begin(premises, { eventsPerSecond: 500 }, ORDERS_FIRST);
      await scenario.speedUp(ORDERS_PER_SECOND, SPEED_UP_MS);
      const journal = premises.journal();
      const edgeNs = scenario.signal();
      await journal.until(
        'the end of the flattening',
        (read) => read.events('incident').some(({ what }) => what === 'flattening-ended'),
        () => premises.story(),
      );
      await until('an empty book', () => resting(scenario.evidence()).length === 0);
      const evidence = scenario.evidence();
      const { closedNs, cancelledNs, ended } = evidence;
      assert.ok(closedNs !== null && cancelledNs !== null);
      if (closedNs === null || cancelledNs === null) return;

      assert.ok(ordersBefore(evidence, closedNs) >= 20, 'it was quoting');
      assert.equal(tooLate(evidence, closedNs), [], 'nothing that was checked after the edge');
      assert.equal(unchecked(evidence), [], 'nothing that passed no check');
      assert.equal(await premises.account().openOrders(), [], 'nothing rests');
      const slices = [...evidence.accepted.keys()].filter(isSlice);
      const last = journal.events('incident').at(-1)?.detail ?? '';
      assert.match(last, /^every position is flat|less than the venue takes/);
      const lots = [...journal.store.positions()].map(({ position }) => Number(position.lots));
      const ms = (ns: bigint): number => Number(ns - edgeNs) / 1e6;
      const others = [...ended].filter(([id]) => !isSlice(id)).map(([, at]) => ms(at));
      const sold = [...ended].filter(([id]) => isSlice(id)).map(([, at]) => ms(at));
      figures.push({
        ordersPerSecond: ordersBefore(evidence, closedNs),
        closedMs: ms(closedNs),
        cancelledMs: ms(cancelledNs),
        emptyMs: Math.max(...others),
        flatMs: Math.max(...sold, 0),
      });
      process.stdout.write(
        `${JSON.stringify({ ...figures.at(-1), slices: slices.length, lots })}\n`,
      );
    }),
  );
}

test.run();
