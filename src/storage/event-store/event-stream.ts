import type { JournalEvent } from '../journal/event-table.ts';

/** Everything that ever happened to the emergency stop of a desk. */
export const ESTOP_STREAM = 'estop';
export const ALERT_STREAM = 'alert';
/** What the desk expected to lose, and what it lost. */
export const FORECAST_STREAM = 'loss-forecast';

/** The stream in which an event has its version: what belongs together and is read together. */
export function streamOf(event: JournalEvent): string {
  switch (event.kind) {
    case 'order-submitted':
      return `order/${event.order.clientId}`;
    case 'transferred':
    case 'external-filled':
    case 'venue-reconciled':
      return `account/${event.venue}`;
    case 'mode-changed':
    case 'severity-changed':
    case 'command-given':
    case 'command-refused':
    case 'mode-requested':
    case 'mode-approved':
    case 'guard-armed':
    case 'guard-lost':
    case 'guard-tripped':
      return 'control';
    case 'estop':
      return ESTOP_STREAM;
    case 'alert-raised':
    case 'alert-acknowledged':
      return ALERT_STREAM;
    case 'loss-forecast':
    case 'loss-scored':
      return FORECAST_STREAM;
    case 'booted':
    case 'stopped':
    case 'risk-day-opened':
    case 'config-changed':
    case 'incident':
    case 'instrument-defined':
    case 'strategy-configured':
    case 'breaker-opened':
    case 'breaker-probing':
    case 'breaker-closed':
    case 'profit-peaked':
    case 'rung-changed':
    case 'market-day-opened':
    case 'data-gap':
    case 'market-stood':
    case 'quality-scored':
    case 'backfill-queued':
    case 'backfill-ended':
    case 'volatility-calibrated':
    case 'size-set':
    case 'volatility-warmed':
    case 'price-jumped':
    case 'correlations-calibrated':
    case 'heartbeat':
    case 'audit-key-rotated':
    case 'market-data-removed':
      return 'desk';
    default:
      return `order/${event.clientId}`;
  }
}
