import type { Instrument } from '../../core/instrument.ts';
import { earnAllocations, earnStrategies } from '../kraken/account/earn.ts';
import { marginPositions, tradeBalance } from '../kraken/account/margin.ts';
import { systemStatus } from '../kraken/account/market-history.ts';
import { VENUE_STATUSES } from '../kraken/market/pair-stream.ts';
import type { KrakenAccess } from '../kraken/rest.ts';
import { asFacts, type FactSource, figuresOf } from './fact-source.ts';

/** What margin is counted in. */
const MARGIN_ASSET = 'ZUSD';

/** What Kraken tells of itself, of what it pays on assets, and of what is borrowed of it. */
export function krakenFacts(
  access: KrakenAccess,
  venue: string,
  instruments: readonly Instrument[],
): readonly FactSource[] {
  const assets = [...new Set(instruments.map(({ base }) => base))];
  return [
    {
      topic: 'venue-status',
      subject: '',
      query: () =>
        asFacts(systemStatus(access), (status) => [
          { kind: 'venue-announced', venue, status: VENUE_STATUSES.get(status) ?? 'maintenance' },
        ]),
    },
    ...assets.map((asset): FactSource => earning(access, venue, asset)),
    {
      topic: 'staking',
      subject: 'allocations',
      query: (nowMs) =>
        asFacts(earnAllocations(access, nowMs), (allocations) =>
          allocations.flatMap(({ strategyId, asset, allocated, rewarded }) =>
            figuresOf(venue, `${asset} ${strategyId}`, nowMs, {
              'allocated-quantity': Number(allocated) / 1e8,
              'rewarded-quantity': Number(rewarded) / 1e8,
            }),
          ),
        ),
    },
    ...margin(access, venue),
  ];
}

/** What may be earned on an asset, each way apart. */
function earning(access: KrakenAccess, venue: string, asset: string): FactSource {
  return {
    topic: 'staking',
    subject: asset,
    query: (nowMs) =>
      asFacts(earnStrategies(access, asset, nowMs), (strategies) =>
        strategies.flatMap(({ id, lock, returnLow, returnHigh }) =>
          figuresOf(venue, `${asset} ${id} ${lock}`, nowMs, {
            'return-low-percent': numberOr(returnLow),
            'return-high-percent': numberOr(returnHigh),
          }),
        ),
      ),
  };
}

function margin(access: KrakenAccess, venue: string): readonly FactSource[] {
  return [
    {
      topic: 'margin',
      subject: 'balance',
      query: (nowMs) =>
        asFacts(tradeBalance(access, MARGIN_ASSET, nowMs), (balance) =>
          figuresOf(venue, 'margin', nowMs, {
            'equity-usd': Number(balance.equity) / 1e8,
            'margin-usd': Number(balance.margin) / 1e8,
            'free-margin-usd': Number(balance.freeMargin) / 1e8,
            'unrealised-usd': Number(balance.unrealised) / 1e8,
            'margin-level-percent': balance.levelPercent,
          }),
        ),
    },
    {
      topic: 'margin',
      subject: 'positions',
      query: (nowMs) =>
        asFacts(marginPositions(access, nowMs), (positions) =>
          positions.flatMap((position) =>
            figuresOf(venue, `${position.pair} ${position.positionId}`, nowMs, {
              'position-quantity':
                ((position.side === 'buy' ? 1 : -1) * Number(position.quantity - position.closed)) /
                1e8,
              'position-margin-usd': Number(position.margin) / 1e8,
            }),
          ),
        ),
    },
  ];
}

/** Null where the venue names none. */
function numberOr(text: string): number | null {
  const value = Number(text);
  return text !== '' && Number.isFinite(value) ? value : null;
}
