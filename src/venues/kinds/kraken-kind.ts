import type { Instrument } from '../../core/instrument.ts';
import { err, type Result } from '../../core/result.ts';
import { krakenFacts } from '../facts/kraken-facts.ts';
import { krakenHistory } from '../history/kraken-history.ts';
import { krakenDeadMan } from '../kraken/account/dead-man.ts';
import { instrumentsIn, type KrakenInstrument } from '../kraken/pair.ts';
import { krakenKeyOf } from '../kraken/sign.ts';
import { KrakenStream } from '../kraken/stream.ts';
import { krakenVenue } from '../kraken/venue.ts';
import type { HttpOutcome } from '../port.ts';
import { accountOf, sessionUrlOf, type VenueKind, type VenueSettings } from './venue-kind.ts';

const ASK_TIMEOUT_MS = 5_000;

/** Kraken spot over the v2 sockets; the secret of a key is base64. */
export const krakenKind: VenueKind = {
  exchange: 'kraken',
  capabilities: { hasDeadMan: true, amends: true },
  contract: 'spot',
  instruments: ({ restUrl }, settings, firstIndex) => ({
    request: {
      method: 'GET',
      url: `${restUrl}/0/public/AssetPairs`,
      headers: {},
      timeoutMs: ASK_TIMEOUT_MS,
    },
    decode: (outcome) => pairsIn(outcome, settings, firstIndex),
  }),
  streams: ({ access, settings, instruments }, { trades: hasTrades }) => [
    {
      name: '',
      open: () =>
        new KrakenStream({
          url: `${access.streamUrl}/v2`,
          venue: settings.name,
          instruments: ownPairs(instruments),
          hasTrades,
        }),
    },
  ],
  history: ({ access, settings: { requestTimeoutMs: timeoutMs } }) =>
    krakenHistory({ url: access.restUrl, timeoutMs }),
  trading({ access, settings, instruments }) {
    const { receiveWindowMs, requestTimeoutMs: timeoutMs } = settings;
    const { apiKey, secret } = accountOf(access);
    const key = krakenKeyOf(apiKey, secret);
    const rest = { url: access.restUrl, key, receiveWindowMs, timeoutMs };
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
