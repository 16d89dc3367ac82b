import * as assert from 'uvu/assert';
import type { Stage } from './rehearsed.ts';
import { onReadIn } from './survival.ts';

const FEED = 'market-data/feed:binance';
const VENUE = 'trading/venues/venue:binance';
const STRATEGY = 'trading/strategies/strategy:mm';
/** What a bug does to the handler that meets it. */
export type Strike = () => void;

/** A frame that breaks the decoder itself, as a bug in it would. */
const poison = (strike: Strike): Uint8Array =>
  new Proxy(new Uint8Array(1), {
    get(frame, key) {
      strike();
      return Reflect.get(frame, key);
    },
  });

/** A bug in one handler of each kind of actor. */
export interface Bug {
  readonly path: string;
  /** What the actor is doing when the bug strikes. */
  readonly during: 'message' | 'answer';
  readonly messageKind: string;
  readonly what?: string;
  /** Lets it strike once, when that handler next runs. */
  plant(stage: Stage, strike: Strike): void;
}

export const BUGS: readonly Bug[] = [
  {
    path: 'safety/audit',
    during: 'message',
    messageKind: 'watch',
    plant: ({ desk }, strike) => onReadIn('safety/audit', desk.parts.journal, 'lag', strike),
  },
  {
    path: 'safety/control',
    during: 'message',
    messageKind: 'request-mode',
    plant({ desk }, strike) {
      onReadIn('control/control-desk', desk.parts.journal, 'appendDurable', strike);
      desk.requestMode('semi-auto', 'a test', 'to be journaled').then(
        () => assert.unreachable('an answer came'),
        (thrown) => assert.match(thrown.message, 'safety/control'),
      );
    },
  },
  {
    path: FEED,
    during: 'message',
    messageKind: 'frames',
    plant: ({ wire }, strike) => wire.inject('market', poison(strike)),
  },
  {
    path: VENUE,
    during: 'message',
    messageKind: 'frame',
    plant: ({ desk }, strike) => onReadIn('venues/venue-desk', desk.parts.metrics, 'fills', strike),
  },
  {
    path: VENUE,
    during: 'message',
    messageKind: 'place',
    what: 'before the order is journaled',
    plant: ({ desk }, strike) => onReadIn('venues/order-entry', desk.parts.gate, 'check', strike),
  },
  {
    path: VENUE,
    during: 'message',
    messageKind: 'place',
    what: 'when the order is journaled and has not left',
    plant: ({ desk }, strike) =>
      onReadIn('venues/order-entry', desk.parts.metrics, 'orders', strike),
  },
  {
    path: 'trading/portfolio',
    during: 'message',
    messageKind: 'order-updated',
    plant({ desk }, strike) {
      onReadIn('execution/portfolio', desk.parts.instruments[0] as object, 'lotSteps', strike);
    },
  },
  {
    path: 'trading/risk',
    during: 'answer',
    messageKind: '',
    plant: ({ desk }, strike) => onReadIn('trading/risk', desk.parts.gate, 'mode', strike),
  },
  {
    path: 'trading/execution',
    during: 'message',
    messageKind: 'quotes-wanted',
    plant: ({ desk }, strike) =>
      onReadIn('trading/execution', desk.parts.gate, 'permissions', strike),
  },
  {
    path: STRATEGY,
    during: 'message',
    messageKind: 'check-market',
    plant: ({ desk }, strike) =>
      onReadIn('trading/strategy', desk.parts.config.risk, 'staleBookMs', strike),
  },
  {
    path: 'edge/settings',
    during: 'message',
    messageKind: 'reload',
    plant({ desk }, strike) {
      onReadIn('edge/settings', desk.parts, 'load', strike);
      desk.reload('a test', 'operator').then(
        () => assert.unreachable('an answer came'),
        (thrown) => assert.match(thrown.message, 'edge/settings'),
      );
    },
  },
];
