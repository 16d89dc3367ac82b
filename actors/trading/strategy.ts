import type { Instrument } from '../../src/core/instrument.ts';
import type { BarClosed, BucketClosed } from '../../src/market/aggregation/market-series.ts';
import type { QuoteMessage } from '../../src/market/quote.ts';
import type { StrategyRecord } from '../../src/strategies/decision-record.ts';
import type { MarketMakingSettings } from '../../src/strategies/market-making.ts';
import { NOT_HELD, type SizeHeld } from '../../src/strategies/size-held.ts';
import { STRATEGY_KINDS, type Strategy, type StrategyKind } from '../../src/strategies/strategy.ts';
import { address } from '../addresses.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';
import type { PositionChanged } from './portfolio.ts';
import type { QuotesWanted } from './quotes-wanted.ts';

export type StrategyMessage =
  | QuoteMessage
  | PositionChanged
  | BarClosed
  | BucketClosed
  | { readonly kind: 'adopt-settings'; readonly settings: MarketMakingSettings }
  | { readonly kind: 'check-market' };

export interface StrategyOptions {
  readonly label: string;
  readonly instrument: Instrument;
  readonly settings: () => MarketMakingSettings;
  /** A market that says nothing for so long is no market to quote from. */
  readonly staleMs: () => number;
  /** Absent: the kind that its settings name. */
  readonly kind?: StrategyKind;
  /** Says what sizes to keep to at a time; absent where nobody works them out. */
  readonly hold?: (nowNs: number, size: SizeHeld) => void;
  /** Where decisions are noted, so that they can be made again; absent where nobody does. */
  readonly record?: StrategyRecord;
}

const CHECK_MS = 250;

/** Of each thing only the latest word counts; a loss is a word on the market. */
function keyOf(message: StrategyMessage): string {
  if (message.kind === 'bar-closed') return message.series;
  return message.kind === 'quote-lost' ? 'quote-updated' : message.kind;
}

interface StrategyState {
  readonly making: Strategy;
  inventoryLots: number;
  /** The portfolio has told the position: before that nothing is quoted. */
  isInformed: boolean;
  heardNs: number;
}

/**
 * One strategy on one instrument. Nothing survives a crash: a new incarnation learns its position
 * from the portfolio and the market from the feed, and decides again.
 */
export function strategyActor(options: StrategyOptions): ActorSpec<StrategyState, StrategyMessage> {
  const { label, record } = options;
  const size: SizeHeld = { ...NOT_HELD };
  const { index: instrument } = options.instrument;

  const want = ({ making }: StrategyState, decidedNs: number, ctx: Context<StrategyMessage>) => {
    const { bidTicks, bidLots, askTicks, askLots, shownShare } = making;
    const wanted: QuotesWanted = {
      kind: 'quotes-wanted',
      strategy: label,
      instrument,
      bidTicks,
      bidLots,
      askTicks,
      askLots,
      shownShare,
      decidedNs,
    };
    ctx.send(address.execution, wanted);
  };

  const withdraw = (state: StrategyState, ctx: Context<StrategyMessage>): void => {
    state.making.withdraw();
    want(state, ctx.clock.mono(), ctx);
  };

  return {
    kind: 'strategy',
    mailbox: { capacity: 64, overflow: 'conflate', keyOf },
    start(ctx) {
      ctx.timers.start('check', CHECK_MS, { kind: 'check-market' }, { periodic: true });
      ctx.send(address.portfolio, { kind: 'tell-position', instrument, to: ctx.self });
      const settings = options.settings();
      const kind = options.kind ?? STRATEGY_KINDS[settings.kind];
      record?.configured(settings);
      return {
        making: kind.make(options.instrument, settings),
        inventoryLots: 0,
        isInformed: false,
        heardNs: 0,
      };
    },
    receive(state, message, ctx) {
      switch (message.kind) {
        case 'quote-updated':
          state.heardNs = message.receivedNs;
          if (!state.isInformed) break;
          options.hold?.(message.receivedNs, size);
          if (record === undefined) state.making.decide(message, state.inventoryLots, size);
          else record.decide(state.making, message, state.inventoryLots, size);
          want(state, message.receivedNs, ctx);
          break;
        case 'quote-lost':
          withdraw(state, ctx);
          break;
        case 'position-changed':
          state.inventoryLots = message.lots;
          state.isInformed = true;
          break;
        case 'bar-closed':
          state.making.onBar?.(message);
          break;
        case 'bucket-closed':
          state.making.onBucket?.(message);
          break;
        case 'adopt-settings':
          state.making.adopt(message.settings);
          record?.configured(message.settings);
          break;
        case 'check-market':
          if ((ctx.clock.mono() - state.heardNs) / 1e6 > options.staleMs()) withdraw(state, ctx);
          break;
        default:
          message satisfies never;
      }
      return state;
    },
    view: ({ making, inventoryLots }) => ({
      bidTicks: making.bidTicks,
      bidLots: making.bidLots,
      askTicks: making.askTicks,
      askLots: making.askLots,
      inventoryLots,
      volatility: making.volatility,
    }),
  };
}
