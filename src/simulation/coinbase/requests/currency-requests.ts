import type { VenueRequest } from '../../binance/facade.ts';
import { type CallReply, type Desk, good, timeText } from './operation.ts';

/**
 * The three lists of the older interface (`/v2`) that clients read once before they trade, and its
 * clock. Nothing else of that interface is served.
 *
 * @returns null for every other request
 */
export function currencyReply({ method, path }: VenueRequest, desk: Desk): CallReply | null {
  if (method !== 'GET') return null;
  const assets = new Set(
    [...desk.exchange.markets.values()].flatMap(({ rules: { instrument } }) => [
      instrument.base,
      instrument.quote,
    ]),
  );
  const isFiat = (asset: string): boolean => asset === 'USD' || asset === 'EUR' || asset === 'GBP';
  const named = (asset: string) => ({ id: asset, name: asset, min_size: '0.01' });
  switch (path) {
    case '/v2/currencies':
      return good({ data: [...assets].filter(isFiat).map(named) });
    case '/v2/currencies/crypto': {
      const crypto = [...assets].filter((asset) => !isFiat(asset));
      const asset_id = (asset: string) => ({ code: asset, name: asset, asset_id: asset });
      return good({ data: crypto.map(asset_id) });
    }
    case '/v2/exchange-rates': {
      const rates = Object.fromEntries([...assets].map((asset) => [asset, '1']));
      return good({ data: { currency: 'USD', rates } });
    }
    case '/v2/time': {
      const nowMs = desk.clock.now();
      return good({ data: { iso: timeText(nowMs), epoch: Math.floor(nowMs / 1_000) } });
    }
    default:
      return null;
  }
}
