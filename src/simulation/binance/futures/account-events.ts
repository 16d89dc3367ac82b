import type { Clock } from '../../../core/env.ts';
import { amountText } from '../../../core/instrument.ts';
import { assert } from '../../../core/result.ts';
import type { Amount } from '../../../core/units.ts';
import { freeBalance } from '../../exchange/clearing.ts';
import type { ExchangeEvent, Execution } from '../../exchange/port.ts';
import type { PerpetualClock } from '../../perpetuals/perpetual-clock.ts';
import type { PerpetualExchange } from '../../perpetuals/perpetual-exchange.ts';
import { PREVENTIONS, STATUSES, wireOf } from '../requests/order-json.ts';
import { isMade, rejectedIn } from './algo/algo-json.ts';
import { averageText, entryText, isForced, realisedOf, TYPES, timeInForceText } from './json.ts';
import type { ListenKeys } from './listen-keys.ts';

const EXECUTIONS: Readonly<Record<Execution, string>> = {
  new: 'NEW',
  trade: 'TRADE',
  canceled: 'CANCELED',
  expired: 'EXPIRED',
  'trade-prevention': 'EXPIRED',
  amended: 'AMENDMENT',
  triggered: 'NEW',
};
/** An account is called when its maintenance margin is this part of what it is worth. */
const CALL_PERCENT = 80n;

type EventOf<Kind extends ExchangeEvent['kind']> = Extract<ExchangeEvent, { kind: Kind }>;

/** Tells accounts what happens to them, beside what waits, on connections of their listen key. */
export class AccountEvents {
  readonly #exchange: PerpetualExchange;
  readonly #keys: ListenKeys;
  readonly #clock: Clock;
  readonly #called = new Set<string>();

  constructor(
    exchange: PerpetualExchange,
    due: PerpetualClock,
    { keys, clock }: { readonly keys: ListenKeys; readonly clock: Clock },
  ) {
    this.#exchange = exchange;
    this.#keys = keys;
    this.#clock = clock;
    exchange.listen((events) => this.#onEvents(events));
    due.listen(() => this.#call());
  }

  #onEvents(events: readonly ExchangeEvent[]): void {
    const traded = new Set<string>();
    const rejected = rejectedIn(events);
    for (const event of events) {
      if (event.kind === 'executed') {
        if (!isMade(event.order) || rejected.has(event.order.orderId)) continue;
        if (event.execution === 'trade') traded.add(event.order.account);
        this.#send(event.order.account, this.#order(event));
      } else if (event.kind === 'transferred') {
        const { account, asset, amount } = event;
        const why = amount > 0n ? 'DEPOSIT' : 'WITHDRAW';
        this.#send(account, this.#account(account, why, { asset, amount }));
      } else if (event.kind === 'funded') {
        const { account, asset, amount } = event;
        this.#send(account, this.#account(account, 'FUNDING_FEE', { asset, amount }));
      } else if (event.kind === 'balances-changed' && traded.has(event.account)) {
        this.#send(event.account, this.#account(event.account, 'ORDER', null));
      }
    }
  }

  #order({ execution, order, trade, venueMs }: EventOf<'executed'>) {
    const market = this.#exchange.market(order.symbol);
    assert(market !== null, 'an order belongs to a market of the venue');
    const wire = wireOf(market.rules.instrument);
    const o = {
      s: order.symbol,
      c: order.clientId,
      S: order.side.toUpperCase(),
      o: TYPES[order.type],
      f: timeInForceText(order),
      q: wire.quantity(order.lots),
      p: wire.price(order.ticks),
      ap: averageText(wire, order),
      sp: '0',
      x: execution === 'trade' && isForced(order) ? 'CALCULATED' : EXECUTIONS[execution],
      X: STATUSES[order.status],
      i: order.orderId,
      l: wire.quantity(trade?.lots ?? 0),
      z: wire.quantity(order.filledLots),
      L: wire.price(trade?.ticks ?? 0),
      // An order without commission has neither field.
      ...(trade !== null && { n: amountText(trade.fee), N: trade.feeAsset }),
      T: venueMs,
      t: trade?.tradeId ?? 0,
      b: '0',
      a: '0',
      m: trade?.isMaker ?? false,
      R: order.isReduceOnly === true,
      wt: 'CONTRACT_PRICE',
      ot: TYPES[order.type],
      ps: 'BOTH',
      cp: false,
      rp: trade === null ? '0' : amountText(realisedOf(trade)),
      pP: false,
      si: 0,
      ss: 0,
      V: PREVENTIONS[order.selfTradePrevention],
      pm: 'NONE',
      gtd: 0,
    };
    return { e: 'ORDER_TRADE_UPDATE', E: this.#clock.now(), T: venueMs, o };
  }

  #account(
    name: string,
    why: string,
    moved: { readonly asset: string; readonly amount: Amount } | null,
  ) {
    const account = this.#exchange.openAccount(name);
    const nowMs = this.#clock.now();
    const markets = [...this.#exchange.markets.values()];
    const assets = moved === null ? quotesOf(markets) : [moved.asset];
    const B = assets.map((asset) => {
      const wallet = amountText(freeBalance(account, asset));
      return {
        a: asset,
        wb: wallet,
        cw: wallet,
        bc: moved === null ? '0' : amountText(moved.amount),
      };
    });
    const positions = this.#exchange.margin.positions(name);
    const P = markets.flatMap(({ rules: { instrument } }) => {
      const position = positions.get(instrument.symbol);
      if (position === undefined) return [];
      const own = this.#exchange.symbolMargin(account, instrument.symbol);
      return [
        {
          s: instrument.symbol,
          pa: wireOf(instrument).quantity(position.lots),
          ep: entryText(instrument, position),
          bep: entryText(instrument, position),
          cr: amountText(position.realised),
          up: amountText(own.unrealised),
          mt: 'cross',
          iw: '0',
          ps: 'BOTH',
        },
      ];
    });
    return { e: 'ACCOUNT_UPDATE', E: nowMs, T: nowMs, a: { m: why, B, P } };
  }

  /** Warns accounts that are close to being liquidated, once until they are well again. */
  #call(): void {
    for (const account of this.#exchange.clearing.accounts.values()) {
      for (const asset of quotesOf([...this.#exchange.markets.values()])) {
        const margin = this.#exchange.accountMargin(account, asset);
        const worth = margin.wallet + margin.unrealised;
        const isClose =
          margin.maintenance > 0n && margin.maintenance * 100n >= worth * CALL_PERCENT;
        const key = `${account.name} ${asset}`;
        if (!isClose) this.#called.delete(key);
        else if (!this.#called.has(key)) {
          this.#called.add(key);
          this.#send(account.name, this.#marginCall(account.name, amountText(margin.wallet)));
        }
      }
    }
  }

  #marginCall(name: string, cw: string) {
    const account = this.#exchange.openAccount(name);
    const p = [...this.#exchange.margin.positions(name)].flatMap(([symbol, { lots }]) => {
      const market = this.#exchange.market(symbol);
      if (market === null || lots === 0) return [];
      const own = this.#exchange.symbolMargin(account, symbol);
      const wire = wireOf(market.rules.instrument);
      const at = {
        mp: wire.price(market.price.mark?.markTicks ?? 0),
        up: amountText(own.unrealised),
      };
      const pa = wire.quantity(lots);
      return [
        {
          s: symbol,
          ps: 'BOTH',
          pa,
          mt: 'CROSSED',
          iw: '0',
          ...at,
          mm: amountText(own.maintenance),
        },
      ];
    });
    return { e: 'MARGIN_CALL', E: this.#clock.now(), cw, p };
  }

  #send(account: string, event: object): void {
    const text = JSON.stringify(event);
    for (const line of this.#keys.linesOf(account)) line.send(text);
  }
}

function quotesOf(
  markets: readonly { readonly rules: { readonly instrument: { readonly quote: string } } }[],
): string[] {
  return [...new Set(markets.map(({ rules }) => rules.instrument.quote))];
}
