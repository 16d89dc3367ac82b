import { parseLots, parseTicks, quantityText } from '../../../src/core/instrument.ts';
import { type Lots, NO_AMOUNT, type Ticks } from '../../../src/core/units.ts';
import type { Side } from '../../../src/execution/order.ts';
import { DEFAULT_RETENTION } from '../../../src/simulation/exchange/clearing.ts';
import type { NewOrder } from '../../../src/simulation/exchange/orders.ts';
import type { ExchangeEvent } from '../../../src/simulation/exchange/port.ts';
import {
  openRecordedExchange,
  type RecordedExchangeOptions,
} from '../../../src/simulation/replay/recorded-exchange.ts';
import { virtualTime } from '../../../src/simulation/virtual-time.ts';
import { aMarket, amount, byClientId, must } from '../venue/fixtures.ts';
import { type Quote, SCRIPT_START, Script } from './script.ts';

/** Whole units, so that sizes read easily: a tick is 0.01, a lot is 1. */
export const WHOLE_LOTS = aMarket({
  lot: '1',
  quantityMax: '9000',
  marketQuantityMax: '9000',
});

const encoder = new TextEncoder();

/**
 * A recorded market whose frames come one by one, each 10 ms after the last. The book begins with
 * 100 at 99.90 and 99.80 against 100 at 100.10 and 100.20, at update 1000. Alice and bob are rich.
 */
export function aRecordedMarket(
  over: Partial<RecordedExchangeOptions> & { bids?: Quote[]; asks?: Quote[] } = {},
) {
  const time = virtualTime(SCRIPT_START);
  const { bids, asks, ...options } = over;
  const exchange = must(
    openRecordedExchange({
      rules: WHOLE_LOTS,
      fees: { makerPpm: 0, takerPpm: 0, discount: null },
      queue: { kind: 'risk-averse' },
      retention: DEFAULT_RETENTION,
      records: null,
      clock: time.clock,
      ...options,
    }),
  );
  const { market } = exchange;
  const { instrument } = market.rules;
  for (const name of ['alice', 'bob']) {
    if (exchange.account(name) !== null) continue;
    exchange.openAccount(name);
    for (const asset of ['BTC', 'USDT']) exchange.transfer(name, asset, amount('1000000'));
  }
  const fills: string[] = [];
  const listen = (event: ExchangeEvent): void => {
    if (event.kind !== 'executed' || event.trade === null) return;
    const { trade, order } = event;
    const lots = quantityText(instrument, trade.lots);
    const price = (trade.ticks * instrument.tickSize).toFixed(2);
    fills.push(`${order.clientId} ${lots} at ${price} ${trade.isMaker ? 'maker' : 'taker'}`);
  };
  exchange.listen((events) => events.forEach(listen));
  let updateId = 1_000;
  let diffId = updateId;
  let orders = 0;

  /** Plays what a script of one frame holds, 10 ms later. @returns the fills that it made */
  const play = (write: (script: Script, ms: number) => Script): string[] => {
    time.runUntil(time.clock.now() + 10);
    const script = write(new Script(), time.clock.now() - SCRIPT_START);
    const line = script.lines[0] ?? '';
    const reason = exchange.play(encoder.encode(line.slice(line.indexOf(' ') + 1)));
    if (reason !== null) throw new Error(reason);
    return fills.splice(0);
  };
  const nextIds = (): readonly [number, number] => {
    const firstId = diffId + 1;
    updateId += 10;
    diffId = updateId;
    return [firstId, diffId];
  };
  const place = (order: Partial<NewOrder> & Pick<NewOrder, 'side'>, [price, size]: Quote) => {
    orders += 1;
    const isMarket = order.type === 'market';
    return exchange.place('alice', {
      symbol: 'BTCUSDT',
      clientId: `o${orders}`,
      type: 'limit',
      timeInForce: 'gtc',
      ticks: isMarket ? (0 as Ticks) : parseTicks(instrument, price),
      lots: size === '' ? (0 as Lots) : parseLots(instrument, size),
      quote: NO_AMOUNT,
      selfTradePrevention: 'none',
      ...order,
    });
  };

  play((script, ms) =>
    script.snapshot(
      ms,
      updateId,
      bids ?? [
        ['99.90', '100'],
        ['99.80', '100'],
      ],
      asks ?? [
        ['100.10', '100'],
        ['100.20', '100'],
      ],
    ),
  );

  return {
    exchange,
    market,
    time,
    fills,
    play,
    /** A diff of some levels. */
    diff: (levels: { bids?: Quote[]; asks?: Quote[] }) =>
      play((script, ms) => script.diff(ms, nextIds(), levels.bids ?? [], levels.asks ?? [])),
    /** A ticker that is ahead of the diffs, unless its id is given. */
    ticker: (bid: Quote, ask: Quote, id?: number) => {
      updateId += id === undefined ? 1 : 0;
      const u = id ?? updateId;
      return play((script, ms) => script.ticker(ms, u, bid, ask));
    },
    print: (taker: Side, quote: Quote, lateMs = 0) =>
      play((script, ms) => script.print(ms, taker, quote, ms - lateMs)),
    /** A good-till-canceled limit order, unless told otherwise. @returns the fills that it made */
    order: (side: Side, price: string, size: string, over: Partial<NewOrder> = {}): string[] => {
      must(place({ side, ...over }, [price, size]));
      return fills.splice(0);
    },
    place,
    cancel: (clientId: string) =>
      exchange.cancel('alice', byClientId({ symbol: 'BTCUSDT', clientId })),
    find: (clientId: string) => exchange.find('alice', byClientId({ symbol: 'BTCUSDT', clientId })),
  };
}
