import type { AmendIntent } from '../src/execution/amend/amendment.ts';
import type { Situation } from '../src/execution/flatten/flattening.ts';
import type { OrderIntent } from '../src/execution/order.ts';
import type { OrderUpdated } from '../src/execution/order-manager.ts';
import { isProtection } from '../src/execution/protection/intent.ts';
import type { VenueNews } from '../src/risk/watch/venue-watch.ts';
import type { AlertsMessage } from './edge/alerts.ts';
import type { AggregatorMessage } from './market-data/aggregator-message.ts';
import type { BackfillMessage } from './market-data/backfill.ts';
import type { FactsMessage } from './market-data/facts.ts';
import type { FeedMessage } from './market-data/feed.ts';
import type { QualityMessage } from './market-data/quality.ts';
import type { VolatilityMessage } from './market-data/volatility.ts';
import { type ActorRef, answerRefByPath, refByPath } from './runtime/ref.ts';
import type { ControlMessage } from './safety/control.ts';
import type { IndicatorMessage } from './safety/indicator.ts';
import type { KillSwitchMessage } from './safety/kill-switch.ts';
import type { WatchdogMessage } from './safety/watchdog.ts';
import type { ExecutionMessage } from './trading/execution.ts';
import type { PortfolioMessage } from './trading/portfolio.ts';
import type { ProtectionMessage } from './trading/protection.ts';
import type { AmendAnswer, RiskAnswer, RiskMessage } from './trading/risk-message.ts';
import type { SizingMessage } from './trading/sizing.ts';
import type { StrategyMessage } from './trading/strategy.ts';
import type { Dropped } from './trading/submission.ts';
import type { VenueMessage } from './trading/venue.ts';

/**
 * Where everybody lives. References by path: whoever holds the name now. The wiring of the desk is
 * fixed, so nobody has to be told an address.
 */
export const address = {
  control: refByPath<ControlMessage>('safety/control'),
  killSwitch: refByPath<KillSwitchMessage>('safety/kill-switch'),
  watchdog: refByPath<WatchdogMessage>('safety/watchdog'),
  indicator: refByPath<IndicatorMessage>('safety/indicator'),
  portfolio: refByPath<PortfolioMessage>('trading/portfolio'),
  risk: refByPath<RiskMessage>('trading/risk'),
  /** The pre-trade check, asked in the lane. */
  riskCheck: answerRefByPath<OrderIntent, RiskAnswer>('trading/risk'),
  riskAmend: answerRefByPath<AmendIntent, AmendAnswer>('trading/risk'),
  /** What there is to flatten, as the next check will see it. */
  riskSituation: answerRefByPath<'situation', Situation>('trading/risk'),
  sizing: refByPath<SizingMessage>('trading/sizing'),
  execution: refByPath<ExecutionMessage>('trading/execution'),
  /** Nobody is there where nothing is protected. */
  protection: refByPath<ProtectionMessage>('trading/protection'),
  feed: (venue: string): ActorRef<FeedMessage> => refByPath(`market-data/feed:${venue}`),
  facts: refByPath<FactsMessage>('market-data/facts'),
  quality: refByPath<QualityMessage>('market-data/quality'),
  backfill: refByPath<BackfillMessage>('market-data/backfill'),
  aggregator: refByPath<AggregatorMessage>('market-data/aggregator'),
  volatility: refByPath<VolatilityMessage>('market-data/volatility'),
  venue: (name: string): ActorRef<VenueMessage> => refByPath(`trading/venues/venue:${name}`),
  strategy: (label: string): ActorRef<StrategyMessage> =>
    refByPath(`trading/strategies/strategy:${label}`),
  alerts: refByPath<AlertsMessage>('edge/alerts'),
};

/** Who hears how a venue answers and what its clock says. */
export const venueNews: readonly ActorRef<VenueNews>[] = [address.risk, address.aggregator];

/** Who places an order like this, and is told what becomes of it. */
export function placerOf(order: OrderIntent): ActorRef<OrderUpdated | Dropped> {
  return isProtection(order) ? address.protection : address.execution;
}
