import { type ApiKey, apiKeyOf } from '../../../src/venues/binance/sign.ts';

/** The sample key of Binance's own documentation. */
export const SAMPLE_SECRET = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j';
export const SAMPLE_KEY_ID = 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A';

export function aKey(): ApiKey {
  return apiKeyOf(SAMPLE_KEY_ID, SAMPLE_SECRET);
}
