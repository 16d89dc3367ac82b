import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { beginCaution, endCaution } from '../../../src/control/severity/caution.ts';
import { aKernel } from '../../support/control/kernels.ts';

test('a start that follows no orderly stop trades at half size until its time is over', () => {
  const { kernel, gate } = aKernel();
  beginCaution(kernel, 1_000, 600_000);
  assert.equal([kernel.deskScale, gate.causes()], [0.5, []]);
  assert.match(kernel.summary().causes[0]?.reason ?? '', /600 s at half size/);
  endCaution(kernel, 600_999);
  assert.is(kernel.deskScale, 0.5);
  endCaution(kernel, 601_000);
  assert.is(kernel.deskScale, 1);
  endCaution(kernel, 601_001);
});

test('no time is no caution, and an operator may end it', () => {
  const { kernel } = aKernel();
  beginCaution(kernel, 1_000, 0);
  assert.is(kernel.deskScale, 1);
  beginCaution(kernel, 1_000, 600_000);
  const by = { kind: 'person', name: 'ann', role: 'operator', reason: 'drill' } as const;
  assert.ok(kernel.release('RESTART@desk', by, 1_001).ok);
  assert.is(kernel.deskScale, 1);
});

test.run();
