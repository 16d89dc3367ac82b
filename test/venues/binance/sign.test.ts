import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  apiKeyOf,
  signature,
  signedQuery,
  signedRequest,
} from '../../../src/venues/binance/sign.ts';
import { aKey } from '../../support/binance/api-keys.ts';

const PAYLOAD =
  'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000' +
  '&timestamp=1499827319559';
const SIGNED = 'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71';

test('the payload of Binance’s documentation has the signature of its documentation', () => {
  assert.is(signature(aKey(), PAYLOAD), SIGNED);
  assert.is(signedQuery(aKey(), PAYLOAD), `${PAYLOAD}&signature=${SIGNED}`);
});

test('a request signs its parameters in their order and keeps numbers as numbers', () => {
  const text = signedRequest(aKey(), 'r1', 'order.test', ['apiKey', 'timestamp'], ['k', 5]);
  const signed = signature(aKey(), 'apiKey=k&timestamp=5');
  assert.equal(JSON.parse(text), {
    id: 'r1',
    method: 'order.test',
    params: { apiKey: 'k', timestamp: 5, signature: signed },
  });
});

test('a signature is HMAC-SHA256 for every key and payload, also after a long one', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 200, unit: 'grapheme' }),
      fc.array(fc.string({ maxLength: 3_000, unit: 'grapheme' }), { minLength: 1, maxLength: 4 }),
      (secret, payloads) => {
        const key = apiKeyOf('k', secret);
        for (const payload of payloads) {
          const expected = createHmac('sha256', secret).update(payload).digest('hex');
          assert.is(signature(key, payload), expected);
        }
      },
    ),
  );
});

test('a payload beyond the room for it is signed, and a short one after it', () => {
  const key = apiKeyOf('k', 's'.repeat(65));
  for (const payload of ['x'.repeat(10_000), '€'.repeat(400), 'x', '']) {
    const expected = createHmac('sha256', 's'.repeat(65)).update(payload).digest('hex');
    assert.is(signature(key, payload), expected);
  }
});

test('the secret cannot be read from the key', () => {
  assert.not.match(JSON.stringify(aKey()), /NhqPtmd/);
  assert.not.match(inspect(aKey(), { depth: 9, showHidden: true }), /NhqPtmd|<Buffer/);
});

test.run();
