import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok } from '../../../src/core/result.ts';
import { VENUE_KINDS, type VenueKindName } from '../../../src/venues/kinds/venue-kinds.ts';
import type { RulesQuestion } from '../../../src/venues/market/market-rules.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const MARKETS = [
  anInstrument({ symbol: 'BTCUSDT' }),
  anInstrument({ symbol: 'ETHUSDT', index: 1 }),
];
const access = { restUrl: 'https://venue', streamUrl: '', sessionUrl: '', account: null };
const questionOf = (kind: VenueKindName): RulesQuestion => {
  const question = VENUE_KINDS[kind].rules?.(access, MARKETS);
  if (question === undefined) throw new Error(`${kind} is not asked for its rules`);
  return question;
};
const reply = (status: number, body = '') => ok({ status, headers: {}, body });

test('spot is asked for our markets alone, until it knows one of them no longer', () => {
  const question = questionOf('binance');
  const list = encodeURIComponent('["BTCUSDT","ETHUSDT"]');
  assert.is(question.request.url, `https://venue/api/v3/exchangeInfo?symbols=${list}`);
  assert.equal(question.read(reply(400, '{"code":-1121,"msg":"Invalid symbol."}')), {
    ok: false,
    error: 'exchangeInfo answers with status 400',
  });
  assert.is(question.request.url, 'https://venue/api/v3/exchangeInfo');
  const found = question.read(reply(200, '{"symbols":[]}'));
  assert.ok(found.ok && found.value.every(({ halt }) => halt === 'not listed any more'));
});

test('futures are asked for everything: no list is taken there', () => {
  const { request } = questionOf('binance-usdm');
  assert.is(request.url, 'https://venue/fapi/v1/exchangeInfo');
  assert.ok(request.timeoutMs > 0);
});

test('no answer, and no good one, is a sentence', () => {
  const question = questionOf('binance-usdm');
  const fault = { kind: 'timeout', url: '', detail: 'nothing came' } as const;
  assert.equal(question.read(err(fault)), { ok: false, error: 'exchangeInfo: nothing came' });
  assert.equal(question.read(reply(503)), {
    ok: false,
    error: 'exchangeInfo answers with status 503',
  });
});

test('what speaks for new rules is told from what is the fault of an order', () => {
  const spot = questionOf('binance');
  assert.ok(spot.isRefusal(-1013, 'Filter failure: LOT_SIZE'));
  assert.ok(spot.isRefusal(-2010, 'Market is closed.'));
  assert.not(spot.isRefusal(-2010, 'Account has insufficient balance for requested action.'));
  const futures = questionOf('binance-usdm');
  for (const code of [-4014, -4003, -4164, -4108]) assert.ok(futures.isRefusal(code, ''));
  assert.not(futures.isRefusal(-2019, 'Margin is insufficient.'));
});

test('venues whose frames tell of new rules are not asked', () => {
  assert.is(VENUE_KINDS.kraken.rules, undefined);
  assert.is(VENUE_KINDS.coinbase.rules, undefined);
});

test.run();
