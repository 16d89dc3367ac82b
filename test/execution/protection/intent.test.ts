import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lotsOf, ticksOf } from '../../../src/core/units.ts';
import { isProtection, protectiveIntent } from '../../../src/execution/protection/intent.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

test('a protective stop only shrinks, waits, and is known again', () => {
  const stop = { side: 'sell', ticks: ticksOf(5_880_000), lots: lotsOf(100) } as const;
  const named = { clientId: 'desk-1-protect-1', epoch: 7, nowNs: 5 };
  const intent = protectiveIntent(anInstrument(), stop, named);
  assert.ok(intent.isReduceOnly);
  assert.is(intent.kind, 'market');
  assert.equal(intent.trigger, { kind: 'stop', ticks: stop.ticks });
  assert.is(intent.epoch, 7);
  assert.ok(isProtection(intent));
  assert.not(isProtection({ ...intent, strategy: 'mm' }));
  assert.not(isProtection({ ...intent, isReduceOnly: false }));
  assert.not(isProtection({ ...intent, trigger: { kind: 'take-profit', ticks: stop.ticks } }));
});

test.run();
