import type { Instrument } from '../../core/instrument.ts';
import { err, type Result } from '../../core/result.ts';
import { krakenFacts } from '../facts/kraken-facts.ts';
import { krakenCandles, krakenHistory } from '../history/kraken-history.ts';
import { krakenDeadMan } from '../kraken/account/dead-man.ts';
import { Level3Stream } from '../kraken/level3/level3-stream.ts';
import { PairStates } from '../kraken/market/pair-states.ts';
import { instrumentsIn, type KrakenInstrument } from '../kraken/pair.ts';
import type { KrakenAccess } from '../kraken/rest.ts';
import { type KrakenKey, krakenKeyOf } from '../kraken/sign.ts';
import { KrakenStream } from '../kraken/stream.ts';
import { krakenVenue } from '../kraken/venue.ts';
import type { HttpOutcome } from '../port.ts';
import {
  accountOf,
  type OpenedVenue,
  RULES_TIMEOUT_MS,
  sessionUrlOf,
  type VenueKind,
  type VenueSettings,
} from './venue-kind.ts';

/** Kraken spot over the v2 sockets; the secret of a key is base64. */
export const krakenKind: VenueKind = {
  exchange: 'kraken',
  capabilities: { hasDeadMan: true, tellsOrders: true, keepsIcebergs: true },
  contract: 'spot',
  instruments: ({ restUrl }, settings, firstIndex) => ({
    request: {
      method: 'GET',
      url: `${restUrl}/0/public/AssetPairs`,
      headers: {},
      timeoutMs: RULES_TIMEOUT_MS,
    },
    decode: (outcome) => pairsIn(outcome, settings, firstIndex),
  }),
  streams(opened, { trades: hasTrades }) {
    const { access, settings } = opened;
    const instruments = ownPairs(opened.instruments);
    const options = { url: `${access.streamUrl}/v2`, venue: settings.name, instruments, hasTrades };
    if (settings.depth !== 'l3') {
      return [{ name: '', open: () => new KrakenStream(options) }];
    }
    // The host of books by order has nothing else, so that trades and halts come by another.
    const states = new PairStates(settings.symbols);
    const { level3Url } = access;
    const url = level3Url === undefined ? `${access.streamUrl}/l3/v2` : `${level3Url}/v2`;
    const books = { ...options, url, access: restOf(opened), states };
    return [
      { name: '', open: () => new Level3Stream(books) },
      { name: 'market', open: () => new KrakenStream({ ...options, states }) },
    ];
  },
  history: ({ access, settings: { requestTimeoutMs: timeoutMs } }) =>
    krakenHistory({ url: access.restUrl, timeoutMs }),
  candles: ({ access, settings: { requestTimeoutMs: timeoutMs } }) =>
    krakenCandles({ url: access.restUrl, timeoutMs }),
  trading(opened) {
    const { access, settings, instruments } = opened;
    const rest = restOf(opened);
    const { session, orders, queries, replyIn } = krakenVenue({
      name: settings.name,
      index: 0,
      socketUrl: sessionUrlOf(access, { shared: '/auth/v2', own: '/v2' }),
      access: rest,
      instruments: ownPairs(instruments),
    });
    return {
      ...{ session, orders, queries, replyIn },
      facts: krakenFacts(rest, settings.name, instruments),
      deadMan: ({ ask, venueMs }) => krakenDeadMan({ access: rest, ask, nowMs: venueMs }),
    };
  },
};

/** Of each opened venue: one key for all who ask with it, since it numbers its requests. */
const KEYS = new WeakMap<OpenedVenue, KrakenKey>();

function restOf(opened: OpenedVenue): KrakenAccess {
  const { access, settings } = opened;
  const { apiKey, secret } = accountOf(access);
  const key = KEYS.get(opened) ?? krakenKeyOf(apiKey, secret);
  KEYS.set(opened, key);
  const { receiveWindowMs, requestTimeoutMs: timeoutMs } = settings;
  return { url: access.restUrl, key, receiveWindowMs, timeoutMs };
}

/** What `instruments` answered with, which are pairs. */
function ownPairs(instruments: readonly Instrument[]): readonly KrakenInstrument[] {
  return instruments as readonly KrakenInstrument[];
}

function pairsIn(
  outcome: HttpOutcome,
  { name, symbols }: VenueSettings,
  firstIndex: number,
): Result<readonly Instrument[], string> {
  if (!outcome.ok) return err(`${name}: ${outcome.error.detail}`);
  const { status, body } = outcome.value;
  if (status !== 200) return err(`${name}: AssetPairs answers with status ${status}`);
  const found = instrumentsIn(body, name, symbols, firstIndex);
  return found.ok ? found : err(`${name}: AssetPairs: ${found.error}`);
}
