import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Releaser } from '../../../src/control/authorisation.ts';
import { aCause, aKernel } from '../../support/control/kernels.ts';

const desk = { kind: 'desk' } as const;
const officer: Releaser = { kind: 'person', name: 'ann', role: 'risk-officer', reason: 'well' };

test('a cause against trading alone sets the soft bit of its scope, others the hard one', () => {
  const { kernel, gate } = aKernel();
  const instrument = { kind: 'instrument', instrument: 1 } as const;
  const strategy = { kind: 'strategy', strategy: 'mm' } as const;
  for (const scope of [desk, { kind: 'venue', venue: 0 } as const, instrument, strategy]) {
    kernel.raise(aCause({ control: 'C17', scope, letsFlatten: true }));
  }
  assert.equal(gate.causes(), ['soft-breaker']);
  assert.equal(
    [gate.venuePauses(0), gate.instrumentPauses(1)],
    [['soft-breaker'], ['soft-breaker']],
  );
  assert.ok(kernel.isStrategyPaused('mm'));
  kernel.raise(aCause({ control: 'C12', scope: instrument }));
  assert.equal(gate.instrumentPauses(1), ['breaker', 'soft-breaker']);
  assert.ok(kernel.release('C17@instrument:1', officer, 9e9).ok);
  assert.equal(gate.instrumentPauses(1), ['breaker']);
  assert.ok(kernel.release('C17@strategy:mm', officer, 9e9).ok);
  assert.not.ok(kernel.isStrategyPaused('mm'));
});

test('a cause that speaks against flattening once does so as long as it stands', () => {
  const { kernel, gate } = aKernel();
  kernel.raise(aCause({ letsFlatten: true }));
  kernel.raise(aCause());
  kernel.raise(aCause({ letsFlatten: true }));
  assert.equal(gate.venuePauses(0), ['breaker']);
});

test.run();
