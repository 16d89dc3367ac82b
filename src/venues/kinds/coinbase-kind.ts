import type { Instrument } from '../../core/instrument.ts';
import { assert, err, type Result } from '../../core/result.ts';
import { CoinbaseStream } from '../coinbase/market/stream.ts';
import { coinbaseOrders } from '../coinbase/orders.ts';
import { productsIn } from '../coinbase/products.ts';
import { coinbaseQueries } from '../coinbase/queries.ts';
import { publicRequest, replyIn } from '../coinbase/rest.ts';
import { coinbaseSession } from '../coinbase/session.ts';
import { tokenSigner } from '../coinbase/sign.ts';
import type { HttpOutcome } from '../port.ts';
import type { VenueKind, VenueSettings } from './venue-kind.ts';

const ASK_TIMEOUT_MS = 5_000;

/**
 * Coinbase Advanced Trade: orders over REST, reports from the user channel of another host; the
 * secret of a key is a PEM text.
 */
export const coinbaseKind: VenueKind = {
  capabilities: { hasDeadMan: false, amends: true },
  instruments: ({ restUrl }, settings, firstIndex) => ({
    request: publicRequest(restUrl, 'market/products', ASK_TIMEOUT_MS),
    decode: (outcome) => rulesIn(outcome, settings, firstIndex),
  }),
  streams: ({ access, instruments }, { trades: hasTrades }) => [
    {
      name: '',
      open: () => new CoinbaseStream({ streamUrl: access.streamUrl, instruments, hasTrades }),
    },
  ],
  trading({ access, settings, instruments }) {
    const signer = tokenSigner(access.account.apiKey, access.account.secret);
    assert(
      signer.ok,
      `${settings.name}: the secret of the key is a PEM text of an EC key on P-256`,
    );
    const { receiveWindowMs: lifeMs, requestTimeoutMs: timeoutMs } = settings;
    const rest = { url: access.restUrl, signer: signer.value, timeoutMs, lifeMs };
    return {
      session: coinbaseSession(`${access.sessionUrl}/user`, signer.value, lifeMs, instruments),
      orders: coinbaseOrders(rest),
      queries: coinbaseQueries(rest, instruments),
      replyIn,
    };
  },
};

function rulesIn(
  outcome: HttpOutcome,
  { name, symbols }: VenueSettings,
  firstIndex: number,
): Result<readonly Instrument[], string> {
  if (!outcome.ok) return err(`${name}: ${outcome.error.detail}`);
  const { status, body } = outcome.value;
  if (status !== 200) return err(`${name}: products answers with status ${status}`);
  const found = productsIn(body, name, symbols, firstIndex);
  return found.ok ? found : err(`${name}: products: ${found.error}`);
}
