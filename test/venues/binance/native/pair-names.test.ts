import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CLIENT_ID_LENGTH_MAX, clientIdsOf, deskIdOf } from '../../../../src/core/ids.ts';
import {
  isStopName,
  listNameOf,
  orderNameOf,
  otherNameOf,
  stopNameOf,
} from '../../../../src/venues/binance/native/pair-names.ts';
import { law } from '../../../support/law.ts';

/** What Binance takes for a client id. */
const PATTERN = /^[.A-Z:/a-z0-9_-]{1,36}$/;
/** Boots of a desk that is started each minute for a hundred years. */
const BOOTS_MAX = 60 * 24 * 366 * 100;
/** Orders of a boot that lasts as long, a thousand a second. */
const ORDERS_MAX = BOOTS_MAX * 60 * 1_000;

test('the names of a pair are good ones, differ, and lead back to the order of the desk', () => {
  const labels = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
  const boots = fc.integer({ min: 1, max: BOOTS_MAX });
  const bytes = fc.uint8Array({ minLength: 5, maxLength: 5 });
  law(
    fc.property(bytes, boots, labels, (entropy, boot, label) => {
      const clientId = clientIdsOf(
        deskIdOf(() => entropy),
        boot,
      )(label);
      const [stop, list] = [stopNameOf(clientId), listNameOf(clientId)];
      assert.is(new Set([clientId, stop, list]).size, 3);
      for (const name of [clientId, stop, list]) assert.match(name, PATTERN);
      assert.equal([orderNameOf(stop), orderNameOf(clientId)], [clientId, clientId]);
      assert.equal([otherNameOf(stop), otherNameOf(clientId)], [clientId, stop]);
      assert.equal([isStopName(stop), isStopName(clientId)], [true, false]);
    }),
  );
});

test('the longest name that a desk can make leaves room for what a pair adds', () => {
  const next = clientIdsOf('abcdefgh', BOOTS_MAX);
  const counted = next('a1234567').length + ORDERS_MAX.toString(36).length - 1;
  assert.ok(counted + '.s'.length <= CLIENT_ID_LENGTH_MAX, `${counted} characters`);
});

test.run();
