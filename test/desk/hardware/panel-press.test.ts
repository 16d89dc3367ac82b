/** The simulated panel and a whole desk on virtual time. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err } from '../../../src/core/result.ts';
import { estopEvents, onPanel, pressReset } from '../../support/desk/hand.ts';
import { assertSound, untilResting, untilTrading } from '../../support/desk/laws.ts';
import { rehearsed, type Stage } from '../../support/desk/rehearsed.ts';

const untilEmergency = (stage: Stage): Promise<void> =>
  stage.until('Emergency', () => stage.desk.mode().mode === 'emergency', 1_000);

test('ES02 ES08 ES09 ES21: a press stops and cancels, and a hand and a word undo it', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { desk, wire, account } = stage;
      await untilTrading(stage);
      await untilResting(stage);
      onPanel(stage, 'press');
      const placed = wire.placed.length;
      await untilEmergency(stage);
      assert.match(desk.mode().latch ?? '', /^the panel: /);
      await stage.until('nothing rests', () => account.open.size === 0, 1_000);
      const open = await desk.reset('ann', 'too early');
      assert.equal(open, err('open: a, b; release the button, close the lid'));
      onPanel(stage, 'release');
      await stage.sleep(4_000);
      const word = await desk.reset('ann', 'without a hand');
      assert.match(word.ok ? '' : word.error, 'has to be pressed first');
      await pressReset(stage);
      assert.is(desk.mode().mode, 'emergency', 'the button alone resets nothing');
      const reset = await desk.reset('ann', 'looked at');
      assert.equal(reset.ok && [reset.value.mode, reset.value.latch], ['manual', null]);
      await stage.sleep(10_000);
      assert.is(wire.placed.length, placed, 'a reset starts no trading');
      await desk.requestMode('full-auto', 'ann', 'on we go');
      await untilTrading(stage);
    },
  });
  const told = estopEvents(ended.journal).map(({ what, by }) => `${what} by ${by}`);
  assert.equal(told, [
    'self-test:passed by safety/kill-switch',
    'trip:a by the panel',
    'reset:denied:open by ann',
    'reset:denied:no-press by ann',
    'reset:ok by the panel',
    'reset:confirmed by ann',
  ]);
  assertSound(ended);
});

test('C11 ES30: no order whose check begins after the edge leaves', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { desk, wire } = stage;
      await untilTrading(stage);
      let pressedAt = -1;
      // Between the check of one order and the next: as one leaves, the button is pressed.
      wire.onSend = ({ what }) => {
        if (what !== 'order.place' || pressedAt >= 0) return;
        pressedAt = wire.placed.length;
        onPanel(stage, 'press');
      };
      await stage.until('a press', () => pressedAt >= 0, 60_000);
      await untilEmergency(stage);
      await stage.sleep(2_000);
      assert.ok(wire.placed.length <= pressedAt + 1, 'the one that was on its way and no other');
      assert.ok((desk.parts.metrics.refusals.get('contact-open') ?? 0) <= 1);
    },
  });
  assertSound(ended);
});

test('ES10: the cool-down that is shown is the longer one, of control or of the stop', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { desk } = stage;
      await untilTrading(stage);
      await desk.emergency('ann', 'a drill');
      await stage.sleep(2_500);
      // Control has its emergency already; the stop begins to cool down anew.
      onPanel(stage, 'cut-a');
      await stage.sleep(250);
      onPanel(stage, 'release');
      await stage.sleep(250);
      const { cooldownMs } = desk.mode();
      assert.ok(cooldownMs > 2_000 && cooldownMs <= 3_000, `${cooldownMs} ms`);
      assert.is(desk.mode().mode, 'emergency');
      await stage.sleep(cooldownMs + 500);
      assert.is(desk.mode().cooldownMs, 0);
    },
  });
  assertSound(ended);
});

test('ES33: what is recorded has times, modes, cause and open orders', async () => {
  const ended = await rehearsed({
    async script(stage) {
      await untilTrading(stage);
      await untilResting(stage);
      onPanel(stage, 'tamper');
      await untilEmergency(stage);
    },
  });
  const trip = estopEvents(ended.journal).find(({ what }) => what.startsWith('trip:'));
  assert.ok(trip !== undefined);
  const { cause, by, detail, modeBefore, modeAfter } = trip;
  assert.equal(
    [cause, by, detail, modeBefore, modeAfter],
    ['tamper', 'the panel', 'the tamper contact is open', 'full-auto', 'emergency'],
  );
  assert.ok(trip.openOrders > 0);
  assert.ok(trip.monoUs > 0 && trip.wallMs > 1_700_000_000_000);
});

test.run();
