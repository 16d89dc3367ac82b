import type { Amount } from '../../../core/units.ts';
import type { Side } from '../../../execution/order.ts';
import { objectIn, textOf, WireFault, wordIn } from '../../binance/wire.ts';
import type { Query } from '../../port.ts';
import { type KrakenAccess, type Params, privateQuestion } from '../rest.ts';
import { cutAmountIn } from '../wire/amounts.ts';
import { tradeSideIn } from './executions.ts';

/** A margin position that is open; amounts in 10^-8. */
export interface MarginPosition {
  readonly positionId: string;
  readonly orderId: string;
  /** As the venue names the pair in REST replies, `XXBTZUSD`. */
  readonly pair: string;
  readonly side: Side;
  readonly quantity: Amount;
  readonly closed: Amount;
  readonly cost: Amount;
  readonly fee: Amount;
  readonly margin: Amount;
}

export function marginPositions(
  access: KrakenAccess,
  nowMs: number,
): Query<readonly MarginPosition[]> {
  return privateQuestion(access, 'OpenPositions', [], nowMs, (result) =>
    Object.entries(objectIn(result, 'positions')).map(([positionId, value]) => {
      const position = objectIn(value, 'position');
      return {
        positionId,
        orderId: textOf(position, 'ordertxid'),
        pair: textOf(position, 'pair'),
        side: tradeSideIn(position, 'type'),
        quantity: cutAmountIn(position, 'vol'),
        closed: cutAmountIn(position, 'vol_closed'),
        cost: cutAmountIn(position, 'cost'),
        fee: cutAmountIn(position, 'fee'),
        margin: cutAmountIn(position, 'margin'),
      };
    }),
  );
}

/** What the account is worth and what of it is bound, in 10^-8 of the asset asked for. */
export interface TradeBalance {
  /** Of all assets together. */
  readonly equivalent: Amount;
  /** Of what can be used for margin. */
  readonly trade: Amount;
  readonly margin: Amount;
  readonly unrealised: Amount;
  /** Trade balance and what the open positions have gained. */
  readonly equity: Amount;
  readonly freeMargin: Amount;
  /** Equity over margin in per cent; null without a position. Below 80 the venue closes. */
  readonly levelPercent: number | null;
}

/** @param asset as the venue names it, `ZUSD` */
export function tradeBalance(
  access: KrakenAccess,
  asset: string,
  nowMs: number,
): Query<TradeBalance> {
  const params: Params = [['asset', asset]];
  return privateQuestion(access, 'TradeBalance', params, nowMs, (result) => {
    const balance = objectIn(result, 'trade balance');
    const level = wordIn(balance['ml']);
    const levelPercent = level === '' ? null : Number(level);
    if (Number.isNaN(levelPercent)) throw new WireFault(`ml: found ${level}, wanted a number`);
    return {
      equivalent: cutAmountIn(balance, 'eb'),
      trade: cutAmountIn(balance, 'tb'),
      margin: cutAmountIn(balance, 'm'),
      unrealised: cutAmountIn(balance, 'n'),
      equity: cutAmountIn(balance, 'e'),
      freeMargin: cutAmountIn(balance, 'mf'),
      levelPercent,
    };
  });
}
