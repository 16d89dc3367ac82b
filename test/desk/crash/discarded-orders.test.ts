import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { DeadLetter } from '../../../actors/runtime/mail/dead-letters.ts';
import type { OrderIntent } from '../../../src/execution/order.ts';
import { deadLettersOf } from '../../support/desk/inside.ts';
import { actor } from '../../support/desk/laws.ts';
import type { Stage } from '../../support/desk/rehearsed.ts';
import { onReadIn, survives } from '../../support/desk/survival.ts';

const VENUE = 'trading/venues/venue:binance';

/** Crashes the venue while risk approves an order, so that the order waits in its mailbox. */
async function crashBeforeOrder(stage: Stage): Promise<OrderIntent> {
  // The quotes of the beginning have used up the rate of a strategy.
  await stage.sleep(2_000);
  const letters = deadLettersOf(stage);
  const { uid } = actor(stage, VENUE);
  onReadIn('trading/risk', stage.desk.parts.gate, 'mode', () => {
    void stage.desk.administer('kill', VENUE, 'a test');
  });
  const placed = () => letters.filter(({ kind }) => kind === 'place');
  await stage.until('an order is discarded', () => placed().length > 0, 60_000);
  await stage.until('the venue is back', () => actor(stage, VENUE).uid !== uid);
  const [letter, ...more] = placed() as [DeadLetter, ...DeadLetter[]];
  assert.equal([letter.path, letter.reason, more.length], [VENUE, 'stale-after-restart', 0]);
  return (letter.message as { readonly order: OrderIntent }).order;
}

test('an order that waits for a venue that crashes is audited and taken back', async () => {
  let order: OrderIntent | undefined;
  const ended = await survives(async (stage) => {
    order = await crashBeforeOrder(stage);
    await stage.sleep(1_000);
    const risk = stage.desk.actorState('trading/risk') as {
      readonly exposures: readonly { readonly openOrders: number }[];
    };
    const { account } = stage;
    const open = stage.desk.orders().length;
    assert.ok(account.open.size <= open);
    assert.is(risk.exposures[0]?.openOrders, open, 'risk counts the orders that there are');
    const quoting = stage.desk.actorState('trading/execution') as readonly { live: number }[];
    assert.is(quoting[0]?.live, open, 'execution knows the orders that there are');
  });
  const clientId = order?.clientId ?? '';
  assert.not.ok(ended.wire.placed.some((sent) => sent.clientId === clientId));
  const audited = ended.journal.flatMap(({ event }) => (event.kind === 'incident' ? [event] : []));
  assert.equal(
    audited.filter(({ what }) => what === 'order-discarded'),
    [
      {
        kind: 'incident',
        what: 'order-discarded',
        where: VENUE,
        detail: `${clientId}: stale-after-restart`,
      },
    ],
  );
});

test.run();
