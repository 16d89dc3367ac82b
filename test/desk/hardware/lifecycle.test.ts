/** The stop in every phase of a desk's life: it is there first and goes last. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ControlMessage } from '../../../actors/safety/control.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { err } from '../../../src/core/result.ts';
import type { DeskParts } from '../../../src/desk/desk-parts.ts';
import { EstopDesk, lastProofMs } from '../../../src/desk/hardware/estop-desk.ts';
import { estopEvents, onPanel, pressReset } from '../../support/desk/hand.ts';
import { incarnationAt } from '../../support/desk/inside.ts';
import { untilResting, untilTrading } from '../../support/desk/laws.ts';
import { rehearsed, type Stage } from '../../support/desk/rehearsed.ts';
import { fakeBackend } from '../../support/gpio/backends.ts';
import { aLane } from '../../support/lanes.ts';

const tellControl = (stage: Stage, message: ControlMessage): unknown =>
  incarnationAt(stage, 'safety/control').accept(message, 0, 'a test');

const isStopped = ({ desk }: Stage): boolean =>
  desk.mode().mode === 'emergency' && desk.parts.gate.isClosedBy('emergency');
const untilStopped = (stage: Stage): Promise<void> =>
  stage.until('Emergency', () => isStopped(stage), 2_000);

/** What the desk is in the middle of when the button is pressed. */
const PHASES: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  'a start': async () => {},
  trading: untilTrading,
  Manual: ({ desk }) => desk.requestMode('manual', 'ann', 'lunch'),
  'Semi-Auto': ({ desk }) => desk.requestMode('semi-auto', 'ann', 'careful'),
  'a reload': async (stage) => {
    await untilTrading(stage);
    void stage.desk.reload('ann', 'operator');
  },
  'a crash of control': async (stage) => {
    await untilTrading(stage);
    void stage.desk.administer('kill', 'safety/control', 'a test');
  },
  'a crash of the stop itself': async (stage) => {
    await untilTrading(stage);
    void stage.desk.administer('kill', 'safety/kill-switch', 'a test');
  },
  'a crash of everything that trades': async (stage) => {
    await untilTrading(stage);
    void stage.desk.administer('kill', 'trading', 'a test');
  },
  'a stop in order': async (stage) => {
    await untilTrading(stage);
    void stage.desk.settle();
  },
};
for (const [phase, begin] of Object.entries(PHASES)) {
  test(`ES14: the button stops the desk during ${phase}`, async () => {
    const ended = await rehearsed({
      async script(stage) {
        await begin(stage);
        onPanel(stage, 'press');
        await untilStopped(stage);
        await stage.until('nothing rests', () => stage.account.open.size === 0, 5_000);
        const placed = stage.wire.placed.length;
        await stage.sleep(2_000);
        assert.is(stage.wire.placed.length, placed);
      },
    });
    assert.match(ended.latch ?? '', /^the panel: /);
    assert.ok(estopEvents(ended.journal).some(({ what }) => /^trip:[ab]$/.test(what)));
  });
}

test('ES15: no command opens a gate whose contact is open', async () => {
  await rehearsed({
    async script(stage) {
      const { desk } = stage;
      await untilTrading(stage);
      onPanel(stage, 'cut-b');
      await untilStopped(stage);
      await stage.sleep(5_000);
      await pressReset(stage);
      for (const mode of ['manual', 'semi-auto', 'full-auto'] as const) {
        await desk.requestMode(mode, 'ann', 'please');
      }
      for (const path of ['safety/control', 'safety/kill-switch', 'safety', 'trading/risk']) {
        await desk.administer('restart', path, 'ann');
        await stage.sleep(1_000);
      }
      await desk.reload('ann', 'operator');
      const reset = await desk.reset('ann', 'please');
      assert.match(reset.ok ? '' : reset.error, /the channels disagreed/);
      assert.ok(isStopped(stage));
    },
  });
});

test('a stop whose message was lost in a crash of control stands all the same', async () => {
  await rehearsed({
    async script(stage) {
      const { desk } = stage;
      await untilTrading(stage);
      await untilResting(stage);
      desk.trip('signal', 'SIGUSR2', 'signal');
      void desk.administer('kill', 'safety/control', 'a test');
      await untilStopped(stage);
      await stage.until('nothing rests', () => stage.account.open.size === 0, 5_000);
    },
  });
});

test('ES26: an old proof test lowers a desk to Semi-Auto, which trades on', async () => {
  await rehearsed({
    async script(stage) {
      const { desk } = stage;
      await untilTrading(stage);
      const { gate } = desk.parts;
      const { epoch } = gate;
      const fault = 'proof-test';
      tellControl(stage, { kind: 'fault', fault, reason: 'a test' });
      await stage.until('Semi-Auto', () => desk.mode().mode === 'semi-auto', 1_000);
      assert.ok(gate.epoch > epoch, 'what was decided under Full-Auto is void');
      assert.not(gate.isClosed);
      const placed = stage.wire.placed.length;
      await stage.until('an order leaves', () => stage.wire.placed.length > placed);
      assert.is(desk.mode().requested, 'full-auto');
      tellControl(stage, { kind: 'cleared', fault });
      await stage.until('Full-Auto', () => desk.mode().mode === 'full-auto', 2_000);
    },
  });
});

test('what happened to the stop is reported from the journal, the latest last', async () => {
  await rehearsed({
    async script(stage) {
      const { desk } = stage;
      await untilTrading(stage);
      assert.equal([desk.estop.state().cause, desk.estop.state().proof], [null, 'barred']);
      assert.not(await desk.estop.acknowledge('ann'));
      const early = await desk.estop.prove('ann', 'monthly');
      assert.match(early.ok ? '' : early.error, 'press it');
      onPanel(stage, 'press');
      await untilStopped(stage);
      assert.equal(desk.estop.state().causes, ['a', 'b']);
      assert.is(desk.estop.state().contacts.b, 'open');
      assert.ok(await desk.estop.acknowledge('ann'));
      const proven = await desk.estop.prove('ann', 'monthly');
      assert.equal(proven.ok && [proven.value.proof, proven.value.isAcknowledged], [
        'in-date',
        true,
      ]);
      const { journal } = desk.parts;
      assert.is(lastProofMs(journal.store), null, 'not yet drained');
      const whole = await desk.estop.report(100);
      assert.is(lastProofMs(journal.store), desk.parts.env.clock.now());
      const two = await desk.estop.report(2);
      assert.ok(whole.ok && two.ok);
      const told = whole.value.map(({ what }) => what);
      assert.equal(told.slice(1), ['proof:refused', 'trip:a', 'acknowledged', 'proof:passed']);
      assert.equal(two.value, whole.value.slice(-2));
      assert.match(whole.value[0]?.at ?? '', /^2023-11-/);
    },
  });
});

test('a stop that is down is shown as one that stands', () => {
  const { lane, env } = aLane();
  const parts = { hardware: { backend: fakeBackend({}) }, env } as unknown as DeskParts;
  const desk = new EstopDesk(parts, lane, async () => err('the journal is broken'));
  const { cause, causes, proof } = desk.state();
  assert.equal([cause, causes], ['the kill switch is down', ['the kill switch is down']]);
  assert.is(proof, 'barred');
});

test('a journal that cannot be read reports nothing, and says why', async () => {
  const { lane } = aLane();
  const desk = new EstopDesk({} as DeskParts, lane, async () => err('the journal is broken'));
  assert.equal(await desk.report(1), err('the journal is broken'));
});

test('the paper configuration that is shipped has the panel as its stop', () => {
  const loaded = loadConfig('config/paper.yaml');
  assert.equal(loaded.ok && loaded.value.config.hardware.driver, 'auto');
});

test.run();
