import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Control, defaultsOf, type LimitTable } from '../../../src/risk/controls/control.ts';

/** What a control answers to a measurement at its default limits. */
export function asked<M, L extends LimitTable>(control: Control<M, L>, measured: M): string {
  return control.check(measured, defaultsOf(control))?.response ?? 'fine';
}

/** Names the test after the control and holds each answer against what is wanted. */
export function at<M, L extends LimitTable>(
  control: Control<M, L>,
  cases: readonly (readonly [M, string])[],
): void {
  test(`${control.id}: ${control.name}, at each limit and just beyond it`, () => {
    for (const [measured, wanted] of cases) {
      assert.is(asked(control, measured), wanted, JSON.stringify(measured));
    }
  });
}
