/** Self-test, proof test and lamps of a desk that runs, each over time. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LampPanel, type Shown } from '../../../hardware/estop/lamp-panel.ts';
import { PRESS_US_MAX, type ProofRecord, ProofWatch } from '../../../hardware/estop/proof-watch.ts';
import { RETRY_US, SelfTestWatch } from '../../../hardware/estop/self-test-watch.ts';
import { AT_REST } from '../../../hardware/estop/state.ts';
import { PANEL_PINS } from '../../../hardware/gpio/panel.ts';
import type { GpioKind } from '../../../hardware/gpio/port.ts';
import { millisOf } from '../../../src/core/units.ts';
import { HEALTHY_PINS } from '../../support/estop/kill-switches.ts';
import { fakeBackend } from '../../support/gpio/backends.ts';
import { manualEnv } from '../../support/manual-env.ts';

const DAY_MS = 86_400_000;
const { loop, red, green, yellow, buzzer, heartbeat } = PANEL_PINS;
const WIRING = { contacts: PANEL_PINS, loop: { out: loop, in: loop }, pulses: null };

function aSelfTestWatch(startFault: string | null) {
  const env = manualEnv();
  const backend = fakeBackend({ ...HEALTHY_PINS, [loop]: 0 });
  const told: (string | null)[] = [];
  const watch = new SelfTestWatch({
    ...{ backend, wiring: WIRING, env, startFault },
    told: (fault) => void told.push(fault),
  });
  return { env, backend, told, watch };
}

test('ES25: the self-test runs again after a day, and not while the stop stands', async () => {
  const { env, told, watch } = aSelfTestWatch(null);
  await env.advance(DAY_MS - 1);
  watch.look(false);
  assert.equal(told, []);
  await env.advance(1);
  watch.look(true);
  assert.equal(told, []);
  watch.look(false);
  watch.look(false);
  assert.equal(told, [null]);
});

test('ES25: a self-test that fails is tried again every ten seconds until it passes', async () => {
  const { env, backend, told, watch } = aSelfTestWatch('the loop is cut');
  backend.levels.set(PANEL_PINS.tamper, 0);
  watch.look(false);
  assert.equal(told, [], 'the test at the start was just now');
  await env.advance(RETRY_US / 1_000);
  watch.look(false);
  watch.look(false);
  await env.advance(20);
  assert.equal(told, ['tamper-closed: pin 2 shows 0, wanted 1 within 10 ms']);
  backend.levels.set(PANEL_PINS.tamper, 1);
  await env.advance(RETRY_US / 1_000);
  watch.look(false);
  assert.equal(told.slice(1), [null]);
});

function aProofWatch(kind: GpioKind, lastMs: number | null) {
  const env = manualEnv();
  const record: ProofRecord = { lastMs: lastMs === null ? null : millisOf(lastMs) };
  const told: string[] = [];
  const watch = new ProofWatch(record, kind, env.clock, (state) => void told.push(state));
  return { env, record, told, watch };
}

test('ES26: a proof test is overdue after 30 days and bars after 37, each told once', async () => {
  const start = manualEnv().nowMs;
  const { env, told, watch } = aProofWatch('rpio', start);
  for (let day = 0; day < 40; day += 1) {
    watch.look();
    await env.advance(DAY_MS);
  }
  assert.equal(told, ['overdue', 'barred']);
});

test('ES26: a press of the last quarter of an hour proves the button, none before', async () => {
  const { env, told, watch } = aProofWatch('gpiod-cli', null);
  watch.look();
  assert.equal(told, ['barred']);
  assert.match(JSON.stringify(watch.prove(null)), 'in the last 15 minutes');
  await env.advance(PRESS_US_MAX / 1_000 + 1);
  assert.not(watch.prove(0).ok);
  assert.is(watch.lastMs, null);
  assert.ok(watch.prove(1_000).ok);
  assert.equal([watch.lastMs, told], [env.nowMs, ['barred', 'in-date']]);
});

test('a simulated panel has no wires to prove, so its date bars nothing', () => {
  const { told, watch } = aProofWatch('simulated-panel', null);
  watch.look();
  assert.ok(watch.prove(0).ok);
  assert.equal(told, []);
});

function aLampPanel() {
  const backend = fakeBackend({});
  const panel = new LampPanel(backend, PANEL_PINS, 10_000);
  const show = (shown: Partial<Shown>, atUs: number): number[] => {
    const base = { stop: AT_REST, beatUs: atUs, isStopped: false, isDegraded: false };
    panel.show({ ...base, ...shown }, atUs);
    return [green, yellow, red, buzzer, heartbeat].map((pin) => backend.levels.get(pin) ?? -1);
  };
  return { backend, panel, show };
}

test('ES27 ES28: lamps follow the latch and the time, whatever was shown before', () => {
  const { panel, show } = aLampPanel();
  const tripped = { ...AT_REST, cause: 'a', trippedAtUs: 0 } as const;
  assert.equal(show({}, 0), [1, 0, 0, 0, 1]);
  assert.equal(show({ isDegraded: true }, 0), [0, 1, 0, 0, 1]);
  assert.equal(show({ isDegraded: true }, 500_000), [0, 0, 0, 0, 1]);
  assert.equal(show({ stop: tripped, isStopped: true }, 0), [0, 0, 1, 1, 1]);
  assert.equal(show({ stop: tripped, isStopped: true }, 250_000), [0, 0, 0, 0, 0]);
  assert.equal(show({ stop: tripped, isStopped: true }, 2_000_000), [0, 0, 1, 1, 1]);
  panel.dark();
  assert.equal(show({ stop: null }, 0), [0, 0, 0, 0, 1], 'failed, as nobody knows');
});

test('ES27: a desk that is stopped never shows green, reset button or not', () => {
  const { show } = aLampPanel();
  assert.equal(show({ isStopped: true }, 250_000), [0, 0, 1, 0, 0], 'steady red until the word');
});

test('ES28: the heartbeat stops when the stop no longer beats', () => {
  const { show } = aLampPanel();
  assert.is(show({ beatUs: 0 }, 29_999)[4], 1);
  assert.is(show({ beatUs: 0 }, 30_000)[4], 0);
  assert.is(show({ beatUs: null }, 0)[4], 0);
});

test('only what changes is written, and nothing but lamps', () => {
  const { backend, show, panel } = aLampPanel();
  show({}, 0);
  const first = backend.written.length;
  show({}, 10_000);
  assert.is(backend.written.length, first);
  panel.dark();
  const pins = new Set(backend.written.map((each) => Number(each.split('=')[0])));
  assert.equal(
    [...pins].sort((left, right) => left - right),
    [green, yellow, red, buzzer, heartbeat],
  );
});

test.run();
