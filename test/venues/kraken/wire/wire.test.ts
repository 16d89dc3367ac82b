import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { clientIdsOf } from '../../../../src/core/ids.ts';
import { cutAmountIn } from '../../../../src/venues/kraken/wire/amounts.ts';
import { clientIdOf, venueIdOf } from '../../../../src/venues/kraken/wire/client-id.ts';
import { CODE, meaningOf } from '../../../../src/venues/kraken/wire/errors.ts';
import { law } from '../../../support/law.ts';

const letters = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz');
const ofLetters = (digits: string, min: number, max: number) =>
  fc
    .array(fc.constantFrom(...digits), { minLength: min, maxLength: max })
    .map((each) => each.join(''));

test('a client order id comes back from the venue as it was sent', () => {
  const ids = fc.record({
    desk: ofLetters('abcdefghijklmnopqrstuvwxyz234567', 8, 8),
    boot: fc.integer({ min: 1, max: 65_535 }),
    first: letters,
    label: ofLetters('abcdefghijklmnopqrstuvwxyz0123456789', 0, 7),
    count: fc.integer({ min: 1, max: 2 ** 22 - 1 }),
  });
  law(
    fc.property(ids, ({ desk, boot, first, label, count }) => {
      const id = `${desk}-${boot.toString(36)}-${first}${label}-${count.toString(36)}`;
      const sent = venueIdOf(id);
      assert.ok(sent.length <= 18 || /^[0-9a-f]{32}$/.test(sent), sent);
      assert.is(clientIdOf(sent), id);
    }),
    500,
  );
});

test('no two client order ids are one at the venue', () => {
  const next = clientIdsOf('zzzzzzzz', 46_655);
  const sent = new Set<string>();
  for (let at = 0; at < 5_000; at += 1) sent.add(venueIdOf(next(at % 2 === 0 ? 'momentum' : 'mm')));
  assert.is(sent.size, 5_000);
});

test('an id that fits nowhere is a bug, and a UUID of somebody else stays what it is', () => {
  assert.throws(() => venueIdOf('something-too-long-for-free-text'), /128 bits/);
  assert.throws(() => venueIdOf('abcdefgh-zzzzzz-momentum-zzzzzzzz'), /128 bits/);
  assert.throws(() => venueIdOf('abcdefgh-012345-momentum-1'), /128 bits/);
  for (const id of ['da8e4ad59b78481c93e589746b0cf91f', 'f'.repeat(32), '0'.repeat(32), 'mine']) {
    assert.is(clientIdOf(id), id);
  }
});

test('amounts are cut off below 10^-8, towards 0', () => {
  const cut = (value: unknown) => cutAmountIn({ value } as never, 'value');
  assert.is(cut('1.1234567899'), 112_345_678n);
  assert.is(cut('-0.0000000199'), -1n);
  assert.is(cut('5'), 500_000_000n);
  assert.is(cut('1e-7'), 10n);
  for (const wrong of ['', 'x', null, '1.', {}]) {
    assert.throws(() => cut(wrong), /value: found .*, wanted a decimal/);
  }
});

test('errors that refuse, that throttle and that say nothing are told apart', () => {
  const now = 1_700_000_000_000;
  const refused = (error: string) => meaningOf(error, now);
  assert.equal(refused('EAPI:Invalid nonce'), { kind: 'refused', code: CODE.invalidNonce });
  assert.equal(refused('EService:Deadline elapsed'), { kind: 'refused', code: CODE.deadline });
  assert.equal(refused('EOrder:Unknown order'), { kind: 'refused', code: CODE.unknownOrder });
  assert.equal(refused('ESession:Invalid session'), { kind: 'refused', code: CODE.session });
  assert.equal(refused('EAuth:Account unconfirmed'), { kind: 'refused', code: CODE.session });
  assert.equal(refused('EOrder:Insufficient funds'), { kind: 'refused', code: CODE.other });
  const modes = 'EService:Market in cancel_only mode';
  assert.equal(refused(modes), { kind: 'refused', code: CODE.other });
  for (const unknown of [
    'EService:Unavailable',
    'EService:Busy',
    'EGeneral:Internal error',
    'EService:Timeout',
  ]) {
    assert.equal(refused(unknown), { kind: 'unknown' });
  }
  const waits: [error: string, retryAfterMs: number][] = [
    ['EOrder:Rate limit exceeded', 5_000],
    ['EAPI:Rate limit exceeded', 15_000],
    ['EAuth:Rate limit exceeded', 15_000],
    ['EAuth:Too many requests', 15_000],
    ['EGeneral:Temporary lockout', 60_000],
    ['EService: Throttled: 1700000030', 30_000],
    ['EService:Throttled:1600000000', 60_000],
  ];
  for (const [error, retryAfterMs] of waits) {
    assert.equal(refused(error), { kind: 'throttled', retryAfterMs }, error);
  }
});

test.run();
