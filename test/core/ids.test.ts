import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  CLIENT_ID_LENGTH_MAX,
  clientIdsOf,
  deskIdOf,
  isOwnClientId,
  STRATEGY_LABEL,
  strategyOfClientId,
} from '../../src/core/ids.ts';
import { law } from '../support/law.ts';

const fiveBytes = fc.uint8Array({ minLength: 5, maxLength: 5 });
const label = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);

test('different entropy gives different desk ids of eight letters and digits', () => {
  law(
    fc.property(fiveBytes, fiveBytes, (one, other) => {
      const id = deskIdOf(() => one);
      assert.match(id, /^[a-z2-7]{8}$/);
      assert.is(id === deskIdOf(() => other), one.join() === other.join());
    }),
  );
});

test('a desk id asks for five bytes', () => {
  let asked = 0;
  deskIdOf((bytes) => {
    asked = bytes;
    return new Uint8Array(bytes);
  });
  assert.is(asked, 5);
});

test('client ids of two boots, two strategies and two orders all differ', () => {
  const ids = [1, 2, 36].flatMap((boot) => {
    const next = clientIdsOf('abcdefgh', boot);
    return [next('mm'), next('mm'), next('arb')];
  });
  assert.is(new Set(ids).size, ids.length);
  assert.is(ids[0], 'abcdefgh-1-mm-1');
});

test('a client id fits every venue for a million boots and a trillion orders', () => {
  const longest = `abcdefgh-${(1e6).toString(36)}-strategy-${(1e12).toString(36)}`;
  assert.ok(longest.length <= CLIENT_ID_LENGTH_MAX);
  assert.match(longest, /^[.A-Z:/a-z0-9_-]{1,36}$/);
});

test('a client id names its desk and its strategy', () => {
  law(
    fc.property(label, fc.nat(), (strategy, boot) => {
      const clientId = clientIdsOf('abcdefgh', boot)(strategy);
      assert.match(strategy, STRATEGY_LABEL);
      assert.is(strategyOfClientId(clientId), strategy);
      assert.ok(isOwnClientId('abcdefgh', clientId));
      assert.not.ok(isOwnClientId('abcdefg', clientId));
    }),
  );
});

test('an id of somebody else names no strategy', () => {
  assert.is(strategyOfClientId('web_1234'), '');
  assert.not.ok(isOwnClientId('abcdefgh', 'web_1234'));
});

test.run();
