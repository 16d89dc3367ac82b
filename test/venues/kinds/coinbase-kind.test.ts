import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok } from '../../../src/core/result.ts';
import { coinbaseKind } from '../../../src/venues/kinds/coinbase-kind.ts';
import { BTC } from '../../support/coinbase/frames.ts';
import { KEY_NAME, SEC1 } from '../../support/coinbase/keys.ts';

const access = {
  restUrl: 'https://rest',
  streamUrl: 'wss://stream',
  sessionUrl: 'wss://session',
  account: { apiKey: KEY_NAME, secret: SEC1 },
};
const settings = {
  name: 'cb',
  symbols: ['BTC-USD'],
  receiveWindowMs: 2_500,
  requestTimeoutMs: 1_000,
};
const reply = (body: string, status = 200) => ok({ status, headers: {}, body });

test('the rules of the products that are followed are asked for, and of no others', () => {
  const { request } = coinbaseKind.instruments(access, settings, 0);
  assert.is(request.url, 'https://rest/api/v3/brokerage/market/products?product_ids=BTC-USD');
});

test('a desk does not open with a key that cannot sign, or without rules', () => {
  const decode = (
    over: object,
    outcome: Parameters<ReturnType<typeof coinbaseKind.instruments>['decode']>[0],
  ) => {
    const account = { ...access.account, ...over };
    const found = coinbaseKind.instruments({ ...access, account }, settings, 0).decode(outcome);
    return found.ok ? '' : found.error;
  };
  assert.match(decode({ secret: 'hex' }, reply('{}')), /cb: key: found .*wanted an EC private key/);
  assert.match(decode({}, err({ kind: 'timeout', url: '', detail: 'late' })), /cb: late/);
  assert.match(decode({}, reply('{}', 503)), /status 503/);
  assert.match(decode({}, reply('{"products":[]}')), /BTC-USD: not traded on cb/);
});

test('a token lives for the receive window, in whole seconds and with one to spare', () => {
  const { session, replyIn } = coinbaseKind.trading({ access, settings, instruments: [BTC] });
  assert.is(session.receiveWindowMs, 4_000);
  assert.is(session.begin(''), 'wss://session/');
  assert.ok(replyIn !== null);
});

test('a product in USDC is followed by the frames of the same product in dollars', () => {
  const usdc = { ...BTC, symbol: 'BTC-USDC', quote: 'USDC' };
  const opened = { access, settings, instruments: [usdc] };
  const [maker] = coinbaseKind.streams(opened, { trades: false, options: false });
  const stream = maker?.open();
  const level = { side: 'bid', price_level: '1', new_quantity: '1' };
  const event = { type: 'snapshot', product_id: 'BTC-USD', updates: [level] };
  const frame = { channel: 'l2_data', sequence_num: 0, events: [event] };
  assert.is(stream?.onFrame(new TextEncoder().encode(JSON.stringify(frame))), 'quote');
  assert.is(stream?.quoted.instrument, usdc);
  assert.is(stream?.url, 'wss://stream/');
});

test.run();
