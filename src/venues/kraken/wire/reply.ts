import { arrayIn, objectIn, WireFault, wordIn } from '../../binance/wire.ts';

/** Errors that a REST reply names; empty when there are none. */
export function errorsIn(value: unknown): readonly string[] {
  return arrayIn(objectIn(value, 'reply')['error'], 'error').map(wordIn);
}

/**
 * What a REST reply brings.
 *
 * @throws WireFault when it names an error, or brings nothing
 */
export function resultIn(value: unknown): unknown {
  const errors = errorsIn(value);
  if (errors.length > 0) throw new WireFault(`found the error ${errors.join(', ')}`);
  const { result } = objectIn(value, 'reply');
  if (result === undefined) throw new WireFault('result: found nothing');
  return result;
}
