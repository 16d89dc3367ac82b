/**
 * A daemon that quotes as fast as it can and cannot run as it should: its event loop stands still
 * 20 of every 25 ms while the button is pressed, it is frozen, it is killed. Daemon, guard and
 * venue are real processes. The frozen and the killed one run with `npm run test:estop`.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Config } from '../../../src/config/schema.ts';
import { isSlice, ordersBefore, resting, restingAt } from '../../support/kill/evidence.ts';
import { KillScenario } from '../../support/kill/scenario.ts';
import { assertStopped } from '../../support/kill/stopped-desk.ts';
import { untilFlat } from '../../support/kill/until-flat.ts';
import { guardLogged } from '../../support/process/guard-log.ts';
import { onPremises, type Premises } from '../../support/process/premises.ts';
import { until } from '../../support/process/until.ts';

const IS_LONG = Number(process.env['FLYBALL_PRESSES'] ?? 1) > 1;
const LOAD = { markets: 10, eventsPerSecond: 100 };
const ORDERS_FIRST = 200;
const ORDERS_PER_SECOND = 2_000;
const SPEED_UP_MS = IS_LONG ? 8_000 : 500;

test(
  'ES16 ES17 ES30 C11: a press with the loop blocked 20 of 25 ms: nothing checked later is taken',
  onPremises(async (premises) => {
    const scenario = await KillScenario.begin(premises, LOAD, ORDERS_FIRST);
    scenario.blockLoop();
    await scenario.speedUp(ORDERS_PER_SECOND, SPEED_UP_MS);
    await scenario.quotes(1);
    const edgeNs = await scenario.press();
    await untilFlat(premises);
    await assertStopped(scenario, edgeNs);
    // Whichever of the two was faster has cancelled; the guard has seen the button for itself.
    const { detail } = await guardLogged(premises, 'contact-open');
    assert.is(detail, 'open contacts: a, b');
    tell(scenario, edgeNs);
  }),
);

/** What the guard does about a daemon that cannot even stop itself. */
async function hurt(premises: Premises, signal: 'SIGSTOP' | 'SIGKILL'): Promise<void> {
  const scenario = await KillScenario.begin(premises, LOAD, ORDERS_FIRST);
  await scenario.speedUp(ORDERS_PER_SECOND, SPEED_UP_MS);
  const { daemon } = scenario;
  daemon.signal(signal);
  const hurtNs = process.hrtime.bigint();
  await guardLogged(premises, signal === 'SIGKILL' ? 'daemon-lost' : 'daemon-silent');
  await until('an empty book', () => resting(scenario.evidence()).length === 0);
  await guardLogged(premises, 'nothing-rests');
  assert.ok(restingAt(scenario.evidence(), hurtNs).length > 0, 'something rested');
  assert.equal(await premises.account().openOrders(), [], 'the guard leaves nothing');
  tell(scenario, hurtNs);
}

if (IS_LONG) {
  test(
    'ES16: a stop of category 0 lets no byte of an order out, and cancels by the same socket',
    onPremises(async (premises) => {
      const change = ({ control }: Config): void => {
        control.stopCategory = 0;
      };
      const scenario = await KillScenario.begin(premises, { ...LOAD, change }, ORDERS_FIRST);
      await scenario.speedUp(ORDERS_PER_SECOND, SPEED_UP_MS);
      const edgeNs = await scenario.press();
      const { frames } = await assertStopped(scenario, edgeNs);
      const slices = frames.filter(({ clientId }) => isSlice(clientId));
      assert.equal(slices, [], 'nothing is flattened');
      tell(scenario, edgeNs);
    }),
  );

  test(
    'F05: a daemon killed at full speed leaves nothing that rests',
    onPremises((premises) => hurt(premises, 'SIGKILL')),
  );

  test(
    'F06: a daemon frozen at full speed leaves nothing that rests',
    onPremises((premises) => hurt(premises, 'SIGSTOP')),
  );
}

function tell(scenario: KillScenario, fromNs: bigint): void {
  const evidence = scenario.evidence();
  const { ended } = evidence;
  const lastNs = [...ended].reduce(
    (last, [clientId, atNs]) => (isSlice(clientId) || atNs < last ? last : atNs),
    fromNs,
  );
  const tookMs = Number(lastNs - fromNs) / 1e6;
  const rate = ordersBefore(evidence, fromNs);
  process.stdout.write(`(${rate} orders/s, book empty after ${tookMs.toFixed(1)} ms) `);
}

test.run();
