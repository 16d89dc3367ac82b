import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NODES_MAX, stateView } from '../../../src/desk/inspect/state-view.ts';
import { law } from '../../support/law.ts';

const STATE = {
  exposures: [
    { position: 3n, openOrders: 1 },
    { position: -2n, openOrders: 0 },
  ],
  byName: new Map([
    ['a b', { x: 1 }],
    ['api-key', { x: 2 }],
  ]),
  seen: new Set(['p', 'q']),
  apiKey: 'abc',
  venue: { name: 'binance', secret: { deep: 'hidden' } },
  list: Float64Array.of(1, 2),
  run: () => 1,
};

const picks: [path: string | null, found: unknown][] = [
  ['$.exposures[0].position', '3'],
  ['exposures[1].position', '-2'],
  ['$.exposures[*].openOrders', [1, 0]],
  ['$.exposures.*.openOrders', [1, 0]],
  ["$.byName['a b'].x", 1],
  ['$["byName"]["a b"]', { x: 1 }],
  ['$.byName.api-key', '(redacted)'],
  ['$.seen[1]', 'q'],
  ['$.apiKey', '(redacted)'],
  ['$.venue', { name: 'binance', secret: '(redacted)' }],
  ['$.list', [1, 2]],
  ['$.list[1]', 2],
  ['$.run', '…'],
];
for (const [path, found] of picks) {
  test(`${path} is ${JSON.stringify(found)}`, () => {
    assert.equal(stateView(STATE, path), { ok: true, value: found });
  });
}

const faults: [path: string, error: RegExp][] = [
  ['$.exposures[2]', /^\$\.exposures has no 2; it has 0, 1$/],
  ['$.venue.fees', /^\$\.venue has no fees; it has name, secret$/],
  ['$.venue.name.x', /^\$\.venue\.name is no object: x is not there$/],
  ['$.venue.secret.deep', /^\$\.venue\.secret is no object/],
  ['$.constructor', /^\$ has no constructor/],
  ['$.__proto__', /^\$ has no __proto__/],
  ['$.exposures[?(@.x)]', /found "\[\?\(@\.x\)\]"; wanted a path such as/],
  ['$..x', /found "\.\.x"/],
  [`$${'.a'.repeat(17)}`, /more than 16 steps/],
];
for (const [path, error] of faults) {
  test(`${path} says what is there`, () => {
    const found = stateView(STATE, path);
    assert.ok(!found.ok);
    assert.match(found.ok ? '' : found.error, error);
  });
}

test('whatever a state is, what is shown is bounded and JSON', () => {
  law(
    fc.property(fc.anything({ withMap: true, withSet: true, withBigInt: true }), (state) => {
      const found = stateView(state, null);
      assert.ok(found.ok);
      JSON.stringify(found.ok && found.value);
    }),
  );
});

test('a state that is huge or refers to itself is cut', () => {
  const wide = Array.from({ length: 300 }, () => Array.from({ length: 300 }, (_, n) => n));
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const nodes = (value: unknown): number =>
    typeof value === 'object' && value !== null
      ? Object.values(value).reduce((sum: number, each) => sum + nodes(each), 1)
      : 1;
  const shown = stateView(wide, null);
  assert.ok(shown.ok && nodes(shown.value) < 2 * NODES_MAX);
  assert.ok(stateView(cyclic, null).ok);
  const each = stateView([wide, wide, wide], '$[*][*][*]');
  assert.ok(each.ok && nodes(each.value) < 2 * NODES_MAX);
  const text = stateView('x'.repeat(10_000), null);
  assert.ok(text.ok && (text.value as string).length === 501);
});

test('a path never finds a secret, however it is asked for', () => {
  const key = fc.constantFrom('apiKey', 'secret', 'privateKey', 'token', 'password');
  law(
    fc.property(key, (name) => {
      const state = { outer: { [name]: 'hidden' }, list: [{ [name]: { x: 'hidden' } }] };
      for (const path of ['$', '$.*', `$.outer.${name}`, `$.list[*].${name}`, '$.list[0].*']) {
        const found = stateView(state, path);
        assert.not.match(JSON.stringify(found), 'hidden');
      }
    }),
  );
});

test.run();
