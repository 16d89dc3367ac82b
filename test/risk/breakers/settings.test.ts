import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { booksOf, LimitBook } from '../../../src/risk/breakers/limit-book.ts';
import { nextRegime, RegimeMeter } from '../../../src/risk/breakers/regime.ts';
import { breakersSection, defaultBreakerSettings } from '../../../src/risk/breakers/settings.ts';
import { defaultLimits } from '../../../src/risk/controls/catalogue.ts';
import { spreadBlowout } from '../../../src/risk/controls/market.ts';
import { dailyLoss } from '../../../src/risk/controls/money.ts';
import { law } from '../../support/law.ts';

const BOUNDS = { volatileQuantile: 0.8, turbulentQuantile: 0.98 };

test('an empty section is the catalogue as it stands', () => {
  const book = new LimitBook(defaultBreakerSettings());
  const defaults = defaultLimits();
  assert.equal(book.of(spreadBlowout), defaults['C14']);
  assert.equal(book.of(dailyLoss, 'turbulent'), defaults['C20']);
});

test('a book is worked out anew when the section changes, and only then', () => {
  let settings = defaultBreakerSettings();
  const book = booksOf(() => settings);
  const first = book();
  assert.is(book(), first);
  settings = breakersSection.parse({ limits: { C14: { zMax: 6 } } });
  assert.is(book().of(spreadBlowout).zMax, 6);
});

test('a regime overrides what holds in all, and that the catalogue', () => {
  const book = new LimitBook(
    breakersSection.parse({
      limits: { C14: { zMax: 6, runToHalt: 4 } },
      turbulent: { C14: { zMax: 12 } },
    }),
  );
  assert.equal(book.of(spreadBlowout), { zMax: 6, mediansMax: 5, runToHalt: 4 });
  assert.equal(book.of(spreadBlowout, 'volatile').zMax, 6);
  assert.equal(book.of(spreadBlowout, 'turbulent'), { zMax: 12, mediansMax: 5, runToHalt: 4 });
});

test('a control, a number or a version that is not known is refused and named', () => {
  const faultOf = (section: unknown): string => {
    const parsed = breakersSection.safeParse(section);
    return parsed.success ? '' : parsed.error.issues.map(({ path }) => path.join('.')).join();
  };
  const messageOf = (section: unknown): string =>
    breakersSection.safeParse(section).error?.message ?? '';
  assert.match(messageOf({ limits: { C99: {} } }), /C99/);
  assert.match(messageOf({ limits: { C14: { zMux: 1 } } }), /zMux/);
  assert.is(faultOf({ limits: { C20: { warnFraction: 2 } } }), 'limits.C20.warnFraction');
  assert.is(faultOf({ version: 2 }), 'version');
  assert.is(faultOf({ volatileQuantile: 0.9, turbulentQuantile: 0.8 }), 'turbulentQuantile');
});

test('a regime is entered at its quantile and left a step below it', () => {
  assert.is(nextRegime('calm', 0.799, BOUNDS), 'calm');
  assert.is(nextRegime('calm', 0.8, BOUNDS), 'volatile');
  assert.is(nextRegime('volatile', 0.76, BOUNDS), 'volatile');
  assert.is(nextRegime('volatile', 0.74, BOUNDS), 'calm');
  assert.is(nextRegime('calm', 0.98, BOUNDS), 'turbulent');
  assert.is(nextRegime('turbulent', 0.94, BOUNDS), 'turbulent');
  assert.is(nextRegime('turbulent', 0.92, BOUNDS), 'volatile');
  assert.is(nextRegime('turbulent', 0.1, BOUNDS), 'calm');
});

test('a higher quantile never makes a calmer regime', () => {
  const quantile = fc.double({ min: 0, max: 1, noNaN: true });
  const order = ['calm', 'volatile', 'turbulent'];
  law(
    fc.property(
      fc.constantFrom('calm', 'volatile', 'turbulent'),
      quantile,
      quantile,
      (at, p, q) => {
        const [low, high] = [Math.min(p, q), Math.max(p, q)];
        const rank = (found: number): number =>
          order.indexOf(nextRegime(at as 'calm', found, BOUNDS));
        return rank(low) <= rank(high);
      },
    ),
  );
});

test('a market is calm before its past is known, and turbulent when it leaps later', () => {
  const meter = new RegimeMeter();
  let mid = 100;
  for (let second = 0; second < 700; second += 1) {
    mid *= second % 2 === 0 ? 1.0001 : 1 / 1.0001;
    const regime = meter.sample(mid, BOUNDS);
    if (second < 60) assert.is(regime, 'calm');
  }
  for (let second = 0; second < 5; second += 1) mid *= 0.98;
  assert.is(meter.sample(mid, BOUNDS), 'turbulent');
  assert.is(meter.regime, 'turbulent');
});

test('a gap in the market is no move', () => {
  const meter = new RegimeMeter();
  for (let second = 0; second < 100; second += 1) meter.sample(100 + (second % 2), BOUNDS);
  const before = meter.quantile;
  meter.sample(0, BOUNDS);
  meter.sample(500, BOUNDS);
  assert.is(meter.quantile, before);
  assert.throws(() => meter.sample(Number.NaN, BOUNDS), /a mid is a price/);
});

test.run();
