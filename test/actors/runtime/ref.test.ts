import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  answerRefByPath,
  DEPTH_MAX,
  deepFreeze,
  kindOf,
  nameFault,
  RtPath,
  refByPath,
  refOf,
} from '../../../actors/runtime/ref.ts';

test('references are plain frozen data that survive a trip through JSON', () => {
  const byPath = refByPath<string>('trading/venues/venue:binance');
  assert.equal(JSON.parse(JSON.stringify(byPath)), {
    path: 'trading/venues/venue:binance',
    uid: 0,
  });
  for (const ref of [byPath, refOf('a', 3), answerRefByPath('a')]) assert.ok(Object.isFrozen(ref));
});

test('a message is called by its kind, else by its type', () => {
  assert.is(kindOf({ kind: 'fill' }), 'fill');
  assert.is(kindOf({ kind: 7 }), 'object');
  assert.is(kindOf(null), 'object');
  assert.is(kindOf('text'), 'string');
});

test('a message is frozen through objects and arrays, and bytes are left alone', () => {
  const inner = Object.freeze({ list: [{ deep: 1 }] });
  const message = { inner, bytes: new Uint8Array(2), nothing: null, n: 1, self: null as unknown };
  message.self = message;
  deepFreeze(message);
  assert.throws(() => {
    (inner.list[0] as { deep: number }).deep = 2;
  }, TypeError);
  message.bytes[0] = 9;
  assert.is(message.bytes[0], 9);
});

test('names may hold a colon, and are letters and digits otherwise', () => {
  for (const name of ['risk', 'venue:binance', 'a.b_c-D9']) assert.is(nameFault(name), null);
  for (const name of ['', '/', 'a/b', ':a', '~ask', 'ä', 'a b', 'x'.repeat(65), 7, undefined]) {
    assert.match(nameFault(name) ?? '', /actor name/);
  }
});

test('the root does not appear in the paths below it', () => {
  const system = new RtPath([], 'desk');
  const root = system.createChildPath('root');
  assert.is(root.text, 'root');
  assert.is(root.createChildPath('safety').text, 'safety');
  assert.is(root.createChildPath('safety').createChildPath('root').text, 'safety/root');
});

test('a path that is too deep and a name that is not allowed are refused', () => {
  let path = new RtPath([], 'desk');
  for (let depth = 0; depth < DEPTH_MAX; depth += 1) path = path.createChildPath('a');
  assert.throws(() => path.createChildPath('b'), /deeper than 16/);
  assert.throws(() => new RtPath([], 'desk').createChildPath('a/b'), /"a\/b"/);
});

test.run();
