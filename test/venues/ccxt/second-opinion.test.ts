/** ccxt in its thread is told the same of an account as the venue knows, at every kind of venue. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { CcxtDesk } from '../../../src/venues/ccxt/ccxt-desk.ts';
import { amountsIn } from '../../../src/venues/ccxt/cross-check.ts';
import type { ExchangeAccess } from '../../../src/venues/ccxt/exchange-class.ts';
import type { AnswerTo, ReferenceQuestion } from '../../../src/venues/ccxt/reference-data.ts';
import { ccxtThread } from '../../../src/venues/ccxt/thread.ts';
import { KEY_NAME, PKCS8 } from '../../support/coinbase/keys.ts';
import { aCoinbaseServer } from '../../support/coinbase/venue.ts';
import { aKrakenServer, ALICE as KRAKEN_ALICE } from '../../support/kraken/venue.ts';

const test = suite('second opinion');

async function told(access: Omit<ExchangeAccess, 'timeoutMs'>, symbol: string) {
  const desk = new CcxtDesk({
    ...{ clock: nodeClock, timers: nodeTimers, random: rngOf(1), timeoutMs: 30_000 },
    rate: { ratePerSecond: 1_000, burst: 1_000 },
    spawn: ccxtThread({ ...access, timeoutMs: 10_000 }),
    crashed: () => {},
  });
  const ask = async <Q extends ReferenceQuestion>(question: Q): Promise<AnswerTo<Q>> => {
    const answer = await desk.ask(question);
    if (!answer.ok) throw new Error(JSON.stringify(answer.error));
    return answer.value;
  };
  const markets = await ask({ kind: 'markets' });
  const market = markets.find((each) => each.id === symbol || each.symbol === symbol);
  const balances = amountsIn(await ask({ kind: 'balances' }));
  const orders = await ask({ kind: 'open-orders', symbol: market?.symbol ?? '' });
  desk.close();
  return { balances, orders };
}

test('Kraken, whose nonces ccxt alone would repeat', async () => {
  const { server, host } = await aKrakenServer();
  const { balances, orders } = await told({ exchange: 'kraken', host, ...KRAKEN_ALICE }, 'BTC/USD');
  await server.stop();
  assert.equal([...(balances ?? [])].sort(), [
    ['BTC', 1_000_000_000n],
    ['USD', 10_000_000_000_000n],
  ]);
  assert.equal(orders, []);
});

test('Coinbase, whose key ccxt takes in its older form alone (defect 6)', async () => {
  const { server, host } = await aCoinbaseServer();
  const access = { exchange: 'coinbase', host, apiKey: KEY_NAME, secret: PKCS8 } as const;
  const { balances, orders } = await told(access, 'BTC-USD');
  await server.stop();
  assert.is(balances?.get('BTC'), 1_000_000_000n);
  assert.equal(orders, []);
});

test.run();
