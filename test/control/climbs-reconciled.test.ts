import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ControlDesk } from '../../src/control/control-desk.ts';
import { Gate } from '../../src/control/gate.ts';
import type { ModePolicy } from '../../src/control/modes.ts';
import { aQuietKernel } from '../support/control/kernels.ts';
import { aFirstMode, SEAL } from '../support/control/restores.ts';
import { manualEnv } from '../support/manual-env.ts';

const POLICY: ModePolicy = {
  initial: 'full-auto',
  climbsAfterFault: true,
  semiCooldownMs: 0,
  fullCooldownMs: 0,
  resetCooldownMs: 0,
};

test('a desk stays at Manual until every venue agrees, however long that takes', () => {
  const gate = new Gate();
  let token = 0;
  const desk = new ControlDesk(
    {
      gate,
      latch: { cause: () => null, set() {}, clear() {} },
      seal: SEAL,
      kernel: aQuietKernel(gate),
      clock: manualEnv().clock,
      venues: ['binance'],
      journal: () => {},
      reconcile: (_, wanted) => {
        token = wanted;
      },
      cancelAll: () => {},
      withdraw: () => {},
      alert: () => {},
    },
    aFirstMode(POLICY),
  );
  desk.started();
  desk.evaluate();
  assert.is(desk.mode, 'manual');
  desk.request('full-auto', 'operator', 'now');
  assert.is(desk.mode, 'manual', 'a wish waits as well');
  desk.venueReconciled('binance', token);
  assert.is(desk.mode, 'full-auto');
  assert.equal(gate.causes(), []);
});

test.run();
