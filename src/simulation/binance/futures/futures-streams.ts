import type { Clock } from '../../../core/env.ts';
import type { ExchangeEvent } from '../../exchange/port.ts';
import type { PerpetualClock } from '../../perpetuals/perpetual-clock.ts';
import type { PerpetualExchange } from '../../perpetuals/perpetual-exchange.ts';
import { wireOf } from '../requests/order-json.ts';
import type { Line } from '../streams/line.ts';
import { MarketStreams } from '../streams/market-streams.ts';
import { Audience, type PublicStreams } from '../streams/public-streams.ts';
import { averageText, isForced } from './json.ts';
import { markTexts } from './market-requests.ts';

const MARK = /^([a-z0-9]+)@markPrice(@1s)?$/;
const FORCED = /^([a-z0-9]+)@forceOrder$/;
/** Of which there are none here: whoever asks hears of no trade. */
const OPTIONS = /^([a-z0-9]+)@optionTrade$/;
/** A mark without `@1s` comes every third second. */
const SLOW_MARKS = 3;

type Executed = Extract<ExchangeEvent, { kind: 'executed' }>;

/** The public streams of the futures market: spot's in another dialect, marks, forced orders. */
export class FuturesStreams implements PublicStreams {
  readonly #exchange: PerpetualExchange;
  readonly #due: PerpetualClock;
  readonly #clock: Clock;
  readonly #books: MarketStreams;
  readonly #audience = new Audience();
  #measures = 0;

  constructor(
    exchange: PerpetualExchange,
    due: PerpetualClock,
    edges: Omit<ConstructorParameters<typeof MarketStreams>[0], 'exchange' | 'isFutures'>,
  ) {
    this.#exchange = exchange;
    this.#due = due;
    this.#clock = edges.clock;
    this.#books = new MarketStreams({ ...edges, exchange, isFutures: true });
    due.listen(() => this.#marks());
    exchange.listen((events) => {
      for (const event of events) if (event.kind === 'executed') this.#forced(event);
    });
  }

  add(line: Line, name: string): boolean {
    const found = MARK.exec(name) ?? FORCED.exec(name) ?? OPTIONS.exec(name);
    if (found === null) return this.#books.add(line, name);
    const isKnown = this.#exchange.markets.has((found[1] ?? '').toUpperCase());
    return isKnown && this.#audience.add(line, name);
  }

  remove(line: Line, name: string): void {
    this.#audience.remove(line, name);
    this.#books.remove(line, name);
  }

  namesOf(line: Line): string[] {
    return [...this.#books.namesOf(line), ...this.#audience.namesOf(line)];
  }

  #marks(): void {
    this.#measures += 1;
    for (const [symbol] of this.#exchange.markets) {
      const market = this.#exchange.market(symbol);
      if (market?.price.mark == null) continue;
      const {
        markPrice: p,
        indexPrice: i,
        estimatedSettlePrice: P,
        lastFundingRate: r,
      } = markTexts(market);
      const event = { e: 'markPriceUpdate', E: this.#clock.now(), s: symbol, p, i, P, r };
      const text = JSON.stringify({ ...event, T: this.#due.fundingMs });
      const name = `${symbol.toLowerCase()}@markPrice`;
      this.#send(`${name}@1s`, text);
      if (this.#measures % SLOW_MARKS === 0) this.#send(name, text);
    }
  }

  #forced({ execution, order, trade, venueMs }: Executed): void {
    if (execution !== 'trade' || trade === null || !isForced(order)) return;
    const market = this.#exchange.market(order.symbol);
    if (market === null) return;
    const wire = wireOf(market.rules.instrument);
    const o = {
      s: order.symbol,
      S: order.side.toUpperCase(),
      o: 'LIMIT',
      f: 'IOC',
      q: wire.quantity(order.lots),
      p: wire.price(trade.ticks),
      ap: averageText(wire, order),
      X: order.filledLots === order.lots ? 'FILLED' : 'PARTIALLY_FILLED',
      l: wire.quantity(trade.lots),
      z: wire.quantity(order.filledLots),
      T: venueMs,
    };
    const text = JSON.stringify({ e: 'forceOrder', E: this.#clock.now(), o });
    this.#send(`${order.symbol.toLowerCase()}@forceOrder`, text);
  }

  #send(name: string, text: string): void {
    this.#audience.send(name, {
      bare: () => text,
      combined: () => `{"stream":"${name}","data":${text}}`,
    });
  }
}
