import type { EstopRecorded } from '../../control/estop-event.ts';
import type { ControlEvent } from '../../control/events.ts';
import { isAtLeast } from '../../control/safety-cause.ts';
import type { Millis } from '../../core/units.ts';
import type { MarketStood } from '../../market/market-stood.ts';
import type { PriceJumped } from '../../risk/volatility/live/volatility-desk.ts';
import type { Alert, AlertLevel } from './alert.ts';
import { masked } from './masked.ts';

/** The events of the journal that may be worth an alert. */
export type AlertSource = ControlEvent | EstopRecorded | MarketStood | PriceJumped;

const KINDS: ReadonlySet<string> = new Set<AlertSource['kind']>([
  'booted',
  'mode-changed',
  'severity-changed',
  'command-given',
  'command-refused',
  'mode-requested',
  'mode-approved',
  'config-changed',
  'incident',
  'estop',
  'guard-lost',
  'guard-tripped',
  'market-stood',
  'price-jumped',
]);

/** Whether an event has to be looked at. Asked of every event that is written: O(1). */
export function mayAlert(event: { readonly kind: string }): event is AlertSource {
  return KINDS.has(event.kind);
}

/** Those that change modes without any person having asked for this change. */
const PARTS_OF_THE_DESK = ['system', 'policy', 'settings', 'supervision'];

/**
 * What an event has to tell people: every intervention of a person, every emergency, everything
 * that went wrong; null for what the desk does all day.
 *
 * @param sequence of the event in the journal
 */
export function alertOf(event: AlertSource, sequence: number, at: Millis): Alert | null {
  const told = toldOf(event);
  if (told === null) return null;
  const [level, what, by, text] = told;
  return { id: sequence, level, what, by: masked(by), text: masked(text), at };
}

type Told = readonly [level: AlertLevel, what: string, by: string, text: string];

function toldOf(event: AlertSource): Told | null {
  switch (event.kind) {
    case 'booted':
      return event.wasClean
        ? null
        : ['warning', 'unclean-start', 'desk', 'the run before did not end in order'];
    case 'mode-changed':
      return modeTold(event);
    case 'severity-changed':
      return severityTold(event);
    case 'command-given':
      return ['notice', event.kind, event.by, event.command];
    case 'command-refused':
      return ['warning', event.kind, event.by, `${event.command}: ${event.reason}`];
    case 'mode-requested':
      return ['notice', event.kind, event.by, 'waits for a second person'];
    case 'mode-approved':
      return ['notice', event.kind, event.approvedBy, `asked for by ${event.requestedBy}`];
    case 'config-changed':
      return ['notice', event.kind, event.by, event.changes];
    case 'incident':
      return ['warning', event.what, event.where, event.detail];
    case 'estop':
      return estopTold(event);
    case 'guard-lost':
      return ['warning', event.kind, 'guard', event.reason];
    case 'guard-tripped':
      return ['critical', event.kind, 'guard', event.cause];
    case 'market-stood':
      return stoodTold(event);
    case 'price-jumped':
      return ['notice', event.kind, 'volatility', jumpText(event)];
    case 'stopped':
    case 'guard-armed':
      return null;
    default:
      return event satisfies never;
  }
}

function jumpText({ instrument, returnPpm, statisticMilli, thresholdMilli }: PriceJumped): string {
  const [found, most] = [statisticMilli / 1e3, thresholdMilli / 1e3];
  return `market ${instrument} by ${returnPpm / 100} bps: ${found} local deviations, above ${most}`;
}

/** The emergency that a trip leads to is the critical one; a fault needs a technician. */
function estopTold({ what, by, detail }: EstopRecorded): Told | null {
  if (what === 'self-test:passed') return null;
  const isTrip = what.startsWith('trip:') || what.startsWith('also:');
  const isFault = what.startsWith('fault:') && what !== 'fault:cleared';
  const level = isFault ? 'critical' : isTrip ? 'warning' : 'notice';
  return [level, `estop-${what.replaceAll(':', '-')}`, by, detail];
}

/** Nobody can trade a market, or everybody can again. */
function stoodTold({ venue, symbol, standing, detail }: MarketStood): Told {
  const level = standing === 'trading' ? 'notice' : 'warning';
  const why = detail === '' ? '' : `: ${detail}`;
  return [level, `market-${standing}`, venue, `${symbol}${why}`];
}

type ModeChanged = Extract<AlertSource, { readonly kind: 'mode-changed' }>;

function modeTold({ from, to, requested, by, reason }: ModeChanged): Told | null {
  if (to === 'emergency') return from === to ? null : ['critical', 'emergency', by, reason];
  if (PARTS_OF_THE_DESK.includes(by)) return null;
  const asked = to === requested ? to : `${to}, to become ${requested}`;
  return ['notice', 'mode-changed', by, `${from} to ${asked}: ${reason}`];
}

type SeverityChanged = Extract<AlertSource, { readonly kind: 'severity-changed' }>;

/** What its owner takes away again is worth a look; a halt that only people take away needs one. */
function severityTold(event: SeverityChanged): Told | null {
  const { change, cause, severity, reset, by, reason } = event;
  const needsPeople = reset !== '-' && reset !== 'A';
  if (change === 'released') {
    return needsPeople ? ['notice', 'severity-released', by, `${cause}: ${reason}`] : null;
  }
  if (change === 'probed' || !isAtLeast(severity, 'reduced')) return null;
  const level = needsPeople && severity === 'halted' ? 'critical' : 'warning';
  return [level, 'severity-raised', cause, `${severity}: ${reason}`];
}
