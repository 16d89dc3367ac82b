import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import { DEFAULT_FEES } from '../../../src/simulation/exchange/fees.ts';
import { DEFAULT_MARKETS } from '../../../src/simulation/exchange/market-rules.ts';
import { DEFAULT_FLOWS, type FlowProfile } from '../../../src/simulation/flow/flow-profile.ts';
import { openVenue, type VenueOptions } from '../../../src/simulation/server/venue.ts';
import { virtualTime } from '../../../src/simulation/virtual-time.ts';
import { ACCOUNTS } from '../../support/venue/accounts.ts';
import { aVenue } from '../../support/venue/client.ts';
import { NEW_YEAR } from '../../support/venue/fixtures.ts';
import { memoryRecords } from '../../support/venue/memory-records.ts';

/** What is wrong with options; '' when they open a venue. */
function faultOf(over: Partial<VenueOptions>): string {
  const opened = openVenue({
    ...virtualTime(NEW_YEAR),
    random: rngOf(1),
    accounts: ACCOUNTS,
    records: null,
    adminToken: null,
    ...over,
  });
  if (opened.ok) return '';
  const { error } = opened;
  const where = 'field' in error ? `${error.field}: ` : '';
  return `${error.kind} ${where}${error.found}`;
}

const flow = (over: Partial<FlowProfile>) => ({
  flows: { BTCUSDT: { ...(DEFAULT_FLOWS['BTCUSDT'] as FlowProfile), ...over } },
});

test('the defaults open a venue', () => {
  assert.is(faultOf({}), '');
});

test('an option that makes no sense is named with what was found', () => {
  assert.is(
    faultOf({ accounts: [{ name: 'alice', keys: [], opening: { USDT: '-1' } }] }),
    'venue-option accounts.alice.opening.USDT: -1',
  );
  assert.is(
    faultOf({ fees: { ...DEFAULT_FEES, takerPpm: 0.5 } }),
    'venue-option fees.takerPpm: 0.5',
  );
  const discount = { asset: 'BNB', keptPpm: 2_000_000, prices: new Map() };
  assert.is(
    faultOf({ fees: { ...DEFAULT_FEES, discount } }),
    'venue-option fees.discount.keptPpm: 2000000',
  );
  assert.is(
    faultOf(flow({ priceStart: '60000.001' })),
    'venue-option flows.BTCUSDT.priceStart: 60000.001',
  );
  assert.is(faultOf(flow({ eventsPerSecond: 0 })), 'venue-option flows.BTCUSDT.eventsPerSecond: 0');
  assert.is(
    faultOf(flow({ volatilityAnnual: Number.NaN })),
    'venue-option flows.BTCUSDT.volatilityAnnual: NaN',
  );
});

test('a market or a record that makes no sense does not open', () => {
  const [market] = DEFAULT_MARKETS;
  assert.ok(market !== undefined);
  assert.is(faultOf({ markets: [{ ...market, tick: '0' }] }), 'instrument-rules tick: 0');
  const records = memoryRecords();
  records.append(new TextEncoder().encode('{'), 1);
  assert.match(faultOf({ records }), /^venue-record/);
});

test('an account that is known keeps what it has', () => {
  const records = memoryRecords();
  const first = aVenue({ records });
  first.exchange.transfer('alice', 'USDT', -100_000_000n as never);
  first.venue.stop();
  const second = aVenue({ records });
  assert.is(second.exchange.account('alice')?.balances.get('USDT')?.free, 9_999_900_000_000n);
});

test('two markets move apart from one seed', () => {
  const { venue, exchange, time } = aVenue({ flows: DEFAULT_FLOWS });
  venue.start();
  time.runUntil(NEW_YEAR + 10_000);
  const ids = [...exchange.markets.values()].map(({ updateId }) => updateId);
  assert.ok(ids.every((id) => id > 500));
  assert.is.not(ids[0], ids[1]);
  venue.stop();
  assert.is(time.pending, 0, 'nothing is left running');
});

test.run();
