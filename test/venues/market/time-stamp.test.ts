import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { timeStampMs } from '../../../src/venues/market/time-stamp.ts';
import { law } from '../../support/law.ts';

test('a time of any year agrees with the calendar of the platform', () => {
  const min = new Date('0001-01-01T00:00:00Z');
  const max = new Date('9999-12-31T23:59:59Z');
  law(
    fc.property(fc.date({ min, max, noInvalidDate: true }), (date) => {
      assert.is(timeStampMs(date.toISOString()), date.getTime());
    }),
    500,
  );
});

test('fractions of any length are kept, as far as a double can', () => {
  const whole = Date.UTC(2026, 3, 7, 14, 30, 2);
  assert.is(timeStampMs('2026-04-07T14:30:02Z'), whole);
  assert.is(timeStampMs('2026-04-07T14:30:02.5Z'), whole + 500);
  assert.ok(Math.abs(timeStampMs('2026-04-07T14:30:02.789012345Z') - whole - 789.012345) < 1e-3);
});

test('a stamp of microseconds is the nearest number of milliseconds', () => {
  const whole = Date.UTC(2021, 3, 17, 16, 48, 54);
  law(
    fc.property(fc.nat(999_999), (micros) => {
      const text = `2021-04-17T16:48:54.${String(micros).padStart(6, '0')}Z`;
      assert.is(timeStampMs(text), whole + micros / 1_000);
    }),
  );
});

test('a stamp is read the same whatever was read before it', () => {
  // Of a few seconds, so that some follow one of their own and some one that differs in a digit.
  const stamp = fc
    .tuple(fc.constantFrom('12', '13'), fc.constantFrom('02', '03', '62'), fc.nat(999))
    .map(([day, second, ms]) => `2026-04-${day}T14:30:${second}.${String(ms).padStart(3, '0')}Z`);
  law(
    fc.property(fc.array(stamp), (stamps) => {
      for (const text of stamps) assert.equal(timeStampMs(text), Date.parse(text));
    }),
  );
});

test('what is no time in UTC is no number', () => {
  for (const text of [
    '',
    '2026-04-07',
    '2026-04-07T14:30:02',
    '2026-04-07T14:30:02+01:00',
    '2026-13-07T14:30:02Z',
    '2026-04-32T14:30:02Z',
    '2026-04-07T24:30:02Z',
    '2026-04-07T14:60:02Z',
    '2026-04-07T14:30:61Z',
    '2026-04-07T14:30:02.7x9Z',
    '2026-04-07T14:30:02.Z',
    '2026-04-0xT14:30:02Z',
    '0000-00-00T00:00:00Z',
    '2026-04-00T14:30:02Z',
    '2026-04-07T14:30:0aZ',
    '2026-04-07T14:30:02 1Z',
    'yyyy-04-07T14:30:02Z',
  ]) {
    assert.ok(Number.isNaN(timeStampMs(text)), text);
  }
});

test.run();
