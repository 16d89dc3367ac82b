/** Addresses of the real venues, as their documents and ccxt have them; nothing is dialled. */
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SHOWN_SHARE_MIN } from '../../../src/execution/native/iceberg.ts';
import { publicAccess } from '../../../src/venues/kinds/live-addresses.ts';
import { accountOf, type VenueAccess } from '../../../src/venues/kinds/venue-kind.ts';
import { VENUE_KINDS, type VenueKindName } from '../../../src/venues/kinds/venue-kinds.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const PEM = String(privateKey.export({ type: 'sec1', format: 'pem' }));

interface Addresses {
  readonly symbol: string;
  readonly quote: string;
  readonly rules: string;
  /** Without the streams that are asked for. */
  readonly streams: readonly string[];
  readonly session: string;
  readonly secret: string;
}

const KNOWN: Readonly<Record<VenueKindName, Addresses>> = {
  binance: {
    ...{ symbol: 'BTCUSDT', quote: 'USDT', secret: 's' },
    rules: 'https://api.binance.com/api/v3/exchangeInfo',
    streams: ['wss://stream.binance.com:9443/stream'],
    session: 'wss://ws-api.binance.com:443/ws-api/v3',
  },
  'binance-usdm': {
    ...{ symbol: 'BTCUSDT', quote: 'USDT', secret: 's' },
    rules: 'https://fapi.binance.com/fapi/v1/exchangeInfo',
    streams: ['wss://fstream.binance.com/public/stream', 'wss://fstream.binance.com/market/stream'],
    session: 'wss://ws-fapi.binance.com/ws-fapi/v1',
  },
  kraken: {
    ...{ symbol: 'BTC/USD', quote: 'USD', secret: 'c2VjcmV0' },
    rules: 'https://api.kraken.com/0/public/AssetPairs',
    streams: ['wss://ws.kraken.com/v2'],
    session: 'wss://ws-auth.kraken.com/v2',
  },
  coinbase: {
    ...{ symbol: 'BTC-USD', quote: 'USD', secret: PEM },
    rules: 'https://api.coinbase.com/api/v3/brokerage/market/products',
    streams: ['wss://advanced-trade-ws.coinbase.com/'],
    session: 'wss://advanced-trade-ws-user.coinbase.com/',
  },
};

const settingsOf = (name: string, symbol: string) => ({
  ...{ name, symbols: [symbol], receiveWindowMs: 2_000, requestTimeoutMs: 2_000 },
});

const openedAt = (kind: VenueKindName, access: VenueAccess) => {
  const { symbol, quote } = KNOWN[kind];
  const pair = {
    ...anInstrument({ symbol, quote }),
    altname: 'XBTUSD',
    pairDecimals: 1,
    lotDecimals: 8,
  };
  return { access, settings: settingsOf(kind, symbol), instruments: [pair] };
};

for (const kind of Object.keys(KNOWN) as VenueKindName[]) {
  const { symbol, rules, streams, session, secret } = KNOWN[kind];
  const { [kind]: adapter } = VENUE_KINDS;

  test(`the market of a live ${kind} is asked at its documented addresses, without a key`, () => {
    const access = publicAccess(kind);
    const { request } = adapter.instruments(access, settingsOf(kind, symbol), 0);
    assert.is(request.url.split('?')[0], rules);
    const sensitive = Object.keys(request.headers).filter((name) => /key|auth|sign/i.test(name));
    assert.equal(sensitive, []);
    const makers = adapter.streams(openedAt(kind, access), { trades: true, options: true });
    assert.equal(
      makers.map(({ open }) => open().url.split('?')[0]),
      streams,
    );
  });

  test(`the private socket of a live ${kind} is at its documented address`, () => {
    const account = { apiKey: 'organizations/1/apiKeys/2', secret };
    const opened = openedAt(kind, { ...publicAccess(kind), account });
    assert.is(adapter.trading(opened).session.begin('T').split('?')[0], session);
  });

  test(`what ${kind} keeps is what settings are held against`, () => {
    const account = { apiKey: 'organizations/1/apiKeys/2', secret };
    const opened = openedAt(kind, { ...publicAccess(kind), account });
    const { icebergPartsMax } = adapter.trading(opened).orders.natives;
    assert.is(icebergPartsMax * SHOWN_SHARE_MIN >= 1, adapter.capabilities.keepsIcebergs);
  });

  test(`nobody trades at a live ${kind} without an account`, () => {
    assert.throws(() => adapter.trading(openedAt(kind, publicAccess(kind))), /has an account/);
  });
}

test('where one host serves both, private sockets have paths of their own', () => {
  const host = 'ws://127.0.0.1:1';
  const session = (kind: VenueKindName) => {
    const account = { apiKey: 'organizations/1/apiKeys/2', secret: KNOWN[kind].secret };
    const access = { restUrl: 'http://127.0.0.1:1', streamUrl: host, sessionUrl: host, account };
    return VENUE_KINDS[kind].trading(openedAt(kind, access)).session.begin('T');
  };
  assert.equal([session('kraken'), session('coinbase')], [`${host}/auth/v2`, `${host}/user`]);
  assert.throws(() => accountOf(publicAccess('kraken')), /has an account/);
});

test.run();
