import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TradeHistory } from '../../../../src/venues/kraken/account/trade-history.ts';
import type { Query } from '../../../../src/venues/port.ts';
import { anAccess, errorOf, resultOf } from '../../../support/kraken/access.ts';
import { aPair } from '../../../support/kraken/pairs.ts';
import { asyncLaw } from '../../../support/law.ts';

const pair = aPair();
const PAGE = 50;

/** A venue's history in which trades go on while it is asked; every third is of another pair. */
class Account {
  readonly ids: string[] = [];
  requests = 0;

  trade(times: number): void {
    for (let time = 0; time < times; time += 1) this.ids.push(`T${this.ids.length}`);
  }

  own(after: number): string[] {
    return this.ids.slice(after + 1).filter((_, at) => (at + after + 1) % 3 !== 0);
  }

  answer(body: string): unknown {
    this.requests += 1;
    const params = new URLSearchParams(body);
    const start = params.get('start');
    const from = start === null ? 0 : this.ids.indexOf(start) + 1;
    const newest = this.ids.slice(from).reverse();
    const offset = Number(params.get('ofs'));
    const page = newest.slice(offset, offset + PAGE);
    const entries = page.map((id) => {
      const number = Number(id.slice(1));
      const trade = {
        ordertxid: `O${number}`,
        pair: number % 3 === 0 ? 'ETHUSD' : number % 3 === 1 ? 'XBTUSD' : 'XXBTZUSD',
        time: 1_700_000_000 + number / 10,
        type: 'buy',
        price: '60000.0',
        vol: '0.00000001',
        cost: '0.0006',
        fee: '0.0000024',
        maker: true,
      };
      return [id, trade];
    });
    return { trades: Object.fromEntries(entries), count: newest.length };
  }
}

/** Asks until the answer is whole, while so many trades come between two requests. */
async function all<T>(first: Query<T>, account: Account, between = 0): Promise<T> {
  let query = first;
  for (let step = 0; step < 100; step += 1) {
    const answer = query.decode(resultOf(account.answer(query.request.body ?? '')));
    if (!answer.ok) throw new Error(answer.error.detail);
    const further = query.followUp?.(answer.value) ?? null;
    if (further === null) return answer.value;
    query = further;
    account.trade(between);
  }
  throw new Error('no whole answer after 100 questions');
}

const aHistory = () =>
  new TradeHistory(
    anAccess(),
    new Map([
      ['XBTUSD', pair],
      ['XXBTZUSD', pair],
    ]),
  );

test('trades of a pair come oldest first, whatever comes while they are asked for', async () => {
  const cases = fc.record({
    before: fc.integer({ min: 0, max: 320 }),
    mark: fc.integer({ min: -1, max: 100 }),
    between: fc.integer({ min: 0, max: 20 }),
  });
  await asyncLaw(
    fc.asyncProperty(cases, async ({ before, mark, between }) => {
      const account = new Account();
      account.trade(before);
      const after = Math.min(mark, before - 1);
      const history = aHistory();
      const query = history.after(pair, after < 0 ? '-1' : `T${after}`, 0);
      const trades = await all(query, account, between);
      const ids = trades.map(({ fill }) => fill.tradeId);
      assert.equal(ids, account.own(after).slice(0, ids.length), 'no hole, no repetition');
      const atFirst = Math.max(0, Math.ceil(((before - after - 1) * 2) / 3) - 1);
      assert.ok(ids.length >= atFirst, 'all that was there when it was asked');
    }),
    60,
  );
});

test('what was gathered before a refusal is not asked for again', async () => {
  const account = new Account();
  account.trade(400);
  const history = aHistory();
  let query = history.after(pair, '-1', 0);
  for (let step = 0; step < 4; step += 1) {
    const answer = query.decode(resultOf(account.answer(query.request.body ?? '')));
    assert.ok(answer.ok);
    query = query.followUp?.(answer.value) ?? query;
  }
  const refused = query.decode(errorOf('EAPI:Rate limit exceeded'));
  assert.ok(!refused.ok && refused.error.kind === 'throttled');
  account.requests = 0;
  const trades = await all(history.after(pair, '-1', 0), account);
  assert.is(trades.length, account.own(-1).length);
  assert.ok(account.requests <= 8, `${account.requests} requests`);
});

test('without a mark only the latest trade of the pair is told', async () => {
  const account = new Account();
  account.trade(200);
  const [latest, ...others] = await all(aHistory().after(pair, null, 0), account);
  assert.equal([latest?.fill.tradeId, others.length, account.requests], ['T199', 0, 1]);
});

test('a trade that is off the grid or has no time is no answer', () => {
  const query = aHistory().after(pair, '-1', 0);
  const trade = (over: object) => ({
    trades: {
      T1: {
        ...{ ordertxid: 'O', pair: 'XBTUSD', time: 1, type: 'buy', price: '60000.0', vol: '1' },
        ...{ cost: '1', fee: '0', maker: true },
        ...over,
      },
    },
    count: 1,
  });
  assert.ok(query.decode(resultOf(trade({}))).ok);
  for (const over of [{ price: '60000.05' }, { vol: '0' }, { time: 'x' }, { type: 'both' }]) {
    assert.not.ok(query.decode(resultOf(trade(over))).ok, JSON.stringify(over));
  }
});

test.run();
