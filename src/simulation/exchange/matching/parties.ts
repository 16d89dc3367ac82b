import { baseAmount } from '../../../core/instrument.ts';
import { amountOf, NO_AMOUNT } from '../../../core/units.ts';
import type { Side } from '../../../execution/order.ts';
import { accountTrade, freeBalance } from '../clearing.ts';
import { feeOf } from '../fees.ts';
import type { Market } from '../market-state.ts';
import type { AccountTrade } from '../orders.ts';
import type { TradeParty } from '../records.ts';
import type { PublicTrade } from '../tape.ts';
import type { Floor } from './floor.ts';

/** The two sides of a trade, where accounts have them: their fees before it, the news after it. */
export class Parties<M extends Market> {
  readonly #floor: Floor<M>;

  constructor(floor: Floor<M>) {
    this.#floor = floor;
  }

  /** What a trade is to an account; null for the crowd. @param other the other side of it */
  of(
    market: M,
    trade: PublicTrade,
    account: string | null,
    isMaker: boolean,
    other: TradeParty | null,
  ): TradeParty | null {
    if (account === null) return null;
    const { instrument } = market.rules;
    const isBuy = (trade.takerSide === 'buy') !== isMaker;
    const booked = this.#floor.clearing.account(account);
    const fee = feeOf(this.#floor.fees, {
      isMaker,
      received: isBuy ? baseAmount(instrument, trade.lots) : trade.quote,
      receivedAsset: isBuy ? instrument.base : instrument.quote,
      notional: trade.quote,
      quoteAsset: instrument.quote,
      // In a trade of an account with itself, the fee of the other side is spent already.
      free: (asset) => {
        const isSpent = other?.account === account && other.feeAsset === asset;
        return amountOf(freeBalance(booked, asset) - (isSpent ? other.fee : NO_AMOUNT));
      },
    });
    const orderId = isMaker ? trade.makerOrderId : trade.takerOrderId;
    const side: Side = isBuy ? 'buy' : 'sell';
    const isWithItself = other?.account === account;
    const realised = this.#floor.clearing.realisedBy(account, { ...trade, side, isWithItself });
    const party = { account, orderId, ...fee };
    return realised === undefined ? party : { ...party, realised };
  }

  /** Tells an account of its side of a trade that is booked. */
  tell(
    market: M,
    trade: PublicTrade,
    party: TradeParty,
    side: Side,
    isMaker: boolean,
  ): AccountTrade {
    const { news } = this.#floor;
    const { base, quote } = market.rules.instrument;
    const booked = accountTrade(trade, party, side, isMaker);
    news.touch(party.account, [base, quote, party.feeAsset]);
    news.executed('trade', this.#floor.orderOf(party), booked);
    return booked;
  }
}
