/** Our signed requests against those that an unmodified ccxt 4.5.84 signs, byte for byte. */
import type ccxt from 'ccxt';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { earnAllocations, earnStrategies } from '../../src/venues/kraken/account/earn.ts';
import { marginPositions, tradeBalance } from '../../src/venues/kraken/account/margin.ts';
import { krakenQueries } from '../../src/venues/kraken/queries.ts';
import { cancelAllAfter, cancelEverything } from '../../src/venues/kraken/rest.ts';
import { krakenSession } from '../../src/venues/kraken/session.ts';
import { apiSign, krakenKeyOf } from '../../src/venues/kraken/sign.ts';
import type { Query, SessionTicket } from '../../src/venues/port.ts';
import { anAccess, SAMPLE_SECRET } from '../support/kraken/access.ts';
import { aPair } from '../support/kraken/pairs.ts';

const NOW = 1_700_000_000_000;
const NONCE = NOW * 1_000;
const pair = aPair();

/** The part of ccxt that signs; its own types leave it out. */
type Signer = InstanceType<typeof ccxt.pro.kraken> & {
  sign(
    path: string,
    api: string,
    method: string,
    params: Record<string, unknown>,
  ): {
    readonly url: string;
    readonly method: string;
    readonly body: string;
    readonly headers: Readonly<Record<string, string>>;
  };
};

// The whole package takes two seconds to import; this class alone takes half of one.
const path = new URL('./src/pro/kraken.js', import.meta.resolve('ccxt')).href;
const Kraken = (await import(path)).default as typeof ccxt.pro.kraken;
const exchange = new Kraken({ apiKey: 'key', secret: SAMPLE_SECRET }) as Signer;
exchange.nonce = () => NONCE;
(exchange.urls as Record<string, unknown>)['api'] = { private: 'https://venue' };

test("the signature of the venue's own page is ours", () => {
  const key = krakenKeyOf('key', SAMPLE_SECRET);
  const body = 'nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25';
  assert.is(
    apiSign(key, '/0/private/AddOrder', 1_616_492_376_594, body),
    '4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==',
  );
});

/** Every question with a key of its own, so that each has the same nonce. */
const access = () => anAccess();
const queries = () => krakenQueries(access(), { text: '' }, [pair]);
const session = krakenSession('wss://venue', access(), { text: '' }, [pair]);

const questions: [name: string, question: Query<unknown>][] = [
  ['a token', (session.ticket as SessionTicket).fetch(NOW)],
  ['open orders', queries().openOrders(NOW)],
  ['an order by our id', queries().order({ clientId: 'desk-1-mm-1' }, pair, NOW)],
  ['an order by its own id', queries().order({ venueOrderId: 'OABC-DE' }, pair, NOW)],
  ['trades after one', queries().trades(pair, 'TABC-DE', NOW)],
  ['balances', queries().balances(NOW)],
  ['a cancellation of everything', cancelEverything(access(), NOW)],
  ['the dead-man switch', cancelAllAfter(access(), 60, NOW)],
  ['ways to earn', earnStrategies(access(), 'DOT', NOW)],
  ['what is earning', earnAllocations(access(), NOW)],
  ['margin positions', marginPositions(access(), NOW)],
  ['the trade balance', tradeBalance(access(), 'ZUSD', NOW)],
];
for (const [name, { request }] of questions) {
  test(`${name}: ccxt signs the same request with the same bytes`, () => {
    const body = request.body ?? '';
    const { nonce, ...others } = Object.fromEntries(new URLSearchParams(body));
    assert.is(nonce, String(NONCE));
    const method = new URL(request.url).pathname.replace('/0/private/', '');
    const theirs = exchange.sign(method, 'private', 'POST', others);
    assert.equal(
      { url: request.url, method: request.method, body, headers: request.headers },
      { ...theirs },
    );
  });
}

test.run();
