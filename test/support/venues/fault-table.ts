import type { HandshakeStatus } from '../../../src/core/env.ts';
import type { BinanceFacade } from '../../../src/simulation/binance/facade.ts';
import type { FrameFault } from '../../../src/simulation/binance/faults.ts';
import type { CoinbaseFacade } from '../../../src/simulation/coinbase/facade.ts';
import type { KrakenFacade } from '../../../src/simulation/kraken/facade.ts';
import type { VenueKindName } from '../../../src/venues/kinds/venue-kinds.ts';
import { RULES_EVERY_MS } from '../../../src/venues/market/market-rules.ts';
import type { aFeedOnVenue } from './feed-on-venue.ts';

export type World = ReturnType<typeof aFeedOnVenue>;

/** What one fault does at one venue, and how long its book may be anything but right. */
export interface Cell {
  /** Begins it. @returns what ends it, where it does not end by itself */
  readonly begin: (world: World) => (() => void) | undefined;
  /** While the fault lasts: `stale`, or `right` where it does no harm to a book. */
  readonly meanwhile: 'stale' | 'right';
  /** From its beginning, or for what lasts from its end, until the book is right. */
  readonly rightWithinMs: number;
  /** From its beginning until the book is marked stale, where it must be. */
  readonly staleWithinMs?: number;
  /** State of the connection while the fault lasts. */
  readonly state?: string;
}

/** A cell, or why the venue cannot have the fault. */
export type Row = Readonly<Record<VenueKindName, Cell | string>>;

/** Longest pause between attempts, which is reached when a venue stays away. */
const BACKOFF_MS = 30_500;
/** How long a fault lasts that does not end by itself. */
export const LASTS_MS = 40_000;
const BAN_SECONDS = 20;
const RESYNC_MS = { binance: 2_500, 'binance-usdm': 2_500, kraken: 1_500, coinbase: 5_600 };
const CONNECT_MS = { binance: 3_000, 'binance-usdm': 3_000, kraken: 2_000, coinbase: 5_000 };
/** A frame that is missing is seen at the next one. */
const SEEN_MS = 1_000;
/** Missing answers of Binance, missing heartbeats of the others. */
const SILENCE_MS = { binance: 9_000, 'binance-usdm': 9_000, kraken: 6_000, coinbase: 3_600 };

function each(cellOf: (kind: VenueKindName) => Cell | string): Row {
  return {
    binance: cellOf('binance'),
    'binance-usdm': cellOf('binance-usdm'),
    kraken: cellOf('kraken'),
    coinbase: cellOf('coinbase'),
  };
}

/** Frames of the book that the venue's server loses, doubles or swaps. */
function frames(fault: FrameFault, times: number): Row {
  const isHarmless = fault === 'duplicate';
  return each((kind) => ({
    meanwhile: 'right',
    ...(isHarmless ? {} : { staleWithinMs: SEEN_MS + times * 100 }),
    rightWithinMs: isHarmless ? 500 : RESYNC_MS[kind] + times * 100,
    begin({ facade, symbol }) {
      facade.faults.planFrames(symbol, fault, times);
      return undefined;
    },
  }));
}

/** The venue opens no sockets for a while, and says why. */
function refused(status: HandshakeStatus, state: string): Row {
  return each((kind) => ({
    meanwhile: 'stale',
    staleWithinMs: 100,
    rightWithinMs: CONNECT_MS[kind] + BACKOFF_MS,
    state,
    begin: (world) => refuse(world, status),
  }));
}

function refuse({ facade }: World, status: HandshakeStatus): () => void {
  const connect = facade.connect.bind(facade);
  facade.connect = () => null;
  Object.defineProperty(facade, 'refusal', { value: status, configurable: true });
  facade.dropAll();
  return () => {
    facade.connect = connect;
    Object.defineProperty(facade, 'refusal', { value: null, configurable: true });
  };
}

/** A snapshot over REST that is refused; books that come by the socket need none. */
function snapshotBan(status: number): Row {
  const cell: Cell = {
    meanwhile: 'stale',
    staleWithinMs: 500,
    rightWithinMs: (BAN_SECONDS + 1) * 1_000 + RESYNC_MS.binance,
    state: 'banned',
    begin({ facade, symbol }) {
      const retryAfterSeconds = BAN_SECONDS;
      const fault = { kind: 'status', status, retryAfterSeconds, isExecuted: false } as const;
      facade.faults.planRequests('depth', fault, 1);
      facade.faults.planFrames(symbol, 'skip', 1);
      return undefined;
    },
  };
  const none = 'books come by the socket: no question is asked that could be refused';
  return { binance: cell, 'binance-usdm': cell, kraken: none, coinbase: none };
}

const numbered = 'its frames are numbered, and carry no checksum';
const keyless = 'its market data needs no key';
const kraken = ({ facade }: World): KrakenFacade => facade as unknown as KrakenFacade;
const coinbase = ({ facade }: World): CoinbaseFacade => facade as unknown as CoinbaseFacade;

/** Binance says nothing of its markets on its sockets: it is asked each minute. */
const ASKED_MS = RULES_EVERY_MS * 1.1 + 5_500;

/** The book stays the venue's own, and nobody may price from it. */
const closedMarket: Cell = {
  meanwhile: 'stale',
  staleWithinMs: ASKED_MS,
  rightWithinMs: ASKED_MS,
  state: 'live',
  begin({ market, move }) {
    move(false);
    market.isOpen = false;
    return () => {
      market.isOpen = true;
    };
  },
};

/** Orders of the old grid would be refused, so nobody prices from the book until it is back. */
const newTick: Cell = {
  meanwhile: 'stale',
  staleWithinMs: ASKED_MS,
  rightWithinMs: ASKED_MS,
  state: 'live',
  begin({ facade, symbol }) {
    const { tickSizes } = facade as unknown as BinanceFacade;
    tickSizes.set(symbol, '0.50');
    return () => void tickSizes.delete(symbol);
  },
};

/** Every fault of the matrix, by its name. */
export const FAULT_TABLE: Readonly<Record<string, Row>> = {
  'connection dropped': each((kind) => ({
    meanwhile: 'right',
    staleWithinMs: 100,
    rightWithinMs: CONNECT_MS[kind],
    begin({ facade }) {
      facade.dropAll();
      return undefined;
    },
  })),
  'frame duplicated': frames('duplicate', 5),
  'frame reordered': frames('reorder', 1),
  'gap of one frame': frames('skip', 1),
  'gap of five frames': frames('skip', 5),
  'checksum wrong': {
    binance: numbered,
    'binance-usdm': numbered,
    kraken: {
      meanwhile: 'right',
      staleWithinMs: 500,
      rightWithinMs: RESYNC_MS.kraken,
      begin(world) {
        kraken(world).publics.spoilChecksums(world.symbol, 1);
        return undefined;
      },
    },
    coinbase: numbered,
  },
  'half-open socket': each((kind) => ({
    meanwhile: 'right',
    staleWithinMs: SILENCE_MS[kind],
    rightWithinMs: SILENCE_MS[kind] + CONNECT_MS[kind],
    begin({ facade }) {
      facade.goDumb();
      return undefined;
    },
  })),
  'ban 429 of a question': snapshotBan(429),
  'ban 418 of a question': snapshotBan(418),
  'ban 429 of connections': refused({ status: 429, retryAfterSeconds: LASTS_MS / 1_000 }, 'banned'),
  'ban 418 of connections': refused({ status: 418, retryAfterSeconds: LASTS_MS / 1_000 }, 'banned'),
  maintenance: {
    ...refused({ status: 503, retryAfterSeconds: Number.NaN }, 'maintenance'),
    kraken: {
      meanwhile: 'stale',
      staleWithinMs: 100,
      rightWithinMs: 500,
      state: 'maintenance',
      begin(world) {
        kraken(world).state.setSystem('maintenance');
        return () => kraken(world).state.setSystem('online');
      },
    },
  },
  'listenKey expired': {
    binance: keyless,
    'binance-usdm': `${keyless}; of reports: test/venues/binance/futures/paired-session.test.ts`,
    kraken: keyless,
    coinbase: keyless,
  },
  'symbol halted': {
    binance: closedMarket,
    'binance-usdm': closedMarket,
    kraken: {
      meanwhile: 'stale',
      staleWithinMs: 100,
      rightWithinMs: 500,
      state: 'live',
      begin(world) {
        kraken(world).state.setPair(world.symbol, 'cancel_only');
        return () => kraken(world).state.setPair(world.symbol, 'online');
      },
    },
    coinbase: {
      meanwhile: 'stale',
      staleWithinMs: 100,
      rightWithinMs: 500,
      state: 'live',
      begin(world) {
        coinbase(world).board.setStatus(world.symbol, 'offline');
        return () => coinbase(world).board.setStatus(world.symbol, 'online');
      },
    },
  },
  'tick size changed': {
    binance: newTick,
    'binance-usdm': newTick,
    kraken: {
      meanwhile: 'stale',
      staleWithinMs: 100,
      rightWithinMs: RESYNC_MS.kraken,
      state: 'live',
      begin(world) {
        kraken(world).state.refine(world.symbol, 1);
        return () => kraken(world).state.refine(world.symbol, 0);
      },
    },
    coinbase: {
      meanwhile: 'stale',
      staleWithinMs: 100,
      rightWithinMs: 500,
      begin(world) {
        coinbase(world).board.announceTick(world.symbol, '0.05');
        return () => coinbase(world).board.announceTick(world.symbol, null);
      },
    },
  },
};
