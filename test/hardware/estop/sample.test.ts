import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { onAcknowledge, startEstop } from '../../../hardware/estop/machine.ts';
import { type EstopPins, onSample, readLevels } from '../../../hardware/estop/sample.ts';
import { HEALTHY } from '../../../hardware/estop/signals.ts';
import type { EstopState } from '../../../hardware/estop/state.ts';
import {
  actOnPanel,
  openPanel,
  PANEL_PINS,
  type PanelAction,
} from '../../../hardware/gpio/panel.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { fakeBackend } from '../../support/gpio/backends.ts';
import { manualEnv } from '../../support/manual-env.ts';
import { withFiles } from '../../support/replay/files.ts';

const armed = startEstop({ atUs: 0, levels: HEALTHY, isLatched: false, isFaulted: false }).state;
const pins: EstopPins = { a: 17, b: 27, tamper: 5, reset: 6, service: 13 };
const healthy = { 17: 1, 27: 1, 5: 1, 6: 0, 13: 0 } as const;

test('healthy pins are read as they are', () => {
  assert.equal(readLevels(fakeBackend(healthy), pins), { levels: HEALTHY, isLost: false });
});

test('ES23: a backend that is lost trips for that cause, with every contact open', () => {
  const backend = fakeBackend(healthy);
  backend.close();
  const { state, events } = onSample(armed, 5, backend, pins);
  assert.equal(events, [{ atUs: 5, name: 'trip:backend' }]);
  assert.equal(state.levels, { ...HEALTHY, a: 0, b: 0, tamper: 0 });
  const later = onSample(state, 1_000_000, backend, pins);
  assert.equal(later.events, []);
});

test('ES23: a button that is lost while it is held is not let go', () => {
  const backend = fakeBackend({ ...healthy, 17: 0, 27: 0 });
  let { state } = onSample(armed, 0, backend, pins);
  for (const [pin, level] of [
    [17, 1],
    [27, 1],
    [6, 1],
  ] as const) {
    backend.levels.set(pin, level);
  }
  ({ state } = onSample(state, 4_000_000, backend, pins));
  backend.levels.delete(6);
  const { events } = onSample(state, 4_500_000, backend, pins);
  assert.equal(events, [{ atUs: 4_500_000, name: 'also:backend' }]);
});

test('the panel from a press to a reset', () =>
  withFiles({}, async (pathOf) => {
    const path = pathOf('panel');
    const opened = openPanel(path, { ...manualEnv(), files: nodeFiles });
    assert.ok(opened.ok);
    const backend = opened.value;
    const told: string[] = [];
    let state: EstopState = armed;
    const after = (us: number, action: PanelAction): void => {
      assert.is(actOnPanel(nodeFiles, path, action).ok, true);
      const step = onSample(state, state.atUs + us, backend, PANEL_PINS);
      state = step.state;
      told.push(...step.events.map(({ name }) => name));
    };
    after(0, 'cut-b');
    after(60_000, 'press');
    state = onAcknowledge(state);
    after(1_000_000, 'release');
    after(1_000_000, 'hold-reset');
    after(500_000, 'let-go-reset');
    after(0, 'turn-service');
    after(0, 'return-service');
    after(0, 'hold-reset');
    after(499_999, 'let-go-reset');
    after(0, 'hold-reset');
    after(100_000, 'let-go-reset');
    assert.equal(told, [
      'trip:b',
      'fault:discrepancy',
      'reset:denied:fault',
      'fault:cleared',
      'reset:denied:cooldown',
      'reset:ok',
    ]);
    assert.is(state.cause, null);
    backend.close();
  }));

test.run();
