import { err, ok, type Result } from '../../../core/result.ts';
import { type PriceWish, restPrice, socketPrice } from './price-wish.ts';

/** Reads one parameter of an order, `a.b` inside of an object; '' when it is not there. */
export type Reader = (name: string) => string;

export type TriggerKind = 'stop-loss' | 'take-profit' | 'trailing-stop';

/** What kind of order a client asks for. */
export interface KindWish {
  readonly isMarket: boolean;
  /** Null for a market order. Of a trailing stop it is counted from the price that wakes it. */
  readonly limit: PriceWish | null;
  /** What it waits for; null when it works at once. */
  readonly trigger: { readonly kind: TriggerKind; readonly price: PriceWish } | null;
  readonly isIceberg: boolean;
}

/** The error names the parameter that is wrong. */
type KindResult = Result<KindWish, string>;

/** The words of a request that say what kind of order it is, and what they are called there. */
interface KindWords {
  readonly type: string;
  /** Null also for what is no price. */
  readonly trigger: PriceWish | null;
  readonly limit: PriceWish | null;
  readonly reference: string;
  readonly names: {
    readonly type: string;
    readonly trigger: string;
    readonly limit: string;
    readonly reference: string;
  };
}

const TRIGGERED = /^(stop-loss|take-profit|trailing-stop)(-limit)?$/;
/** Without the feed of an index the venue follows the last trade, which is all that is here. */
const REFERENCES: ReadonlySet<string> = new Set(['', 'last', 'index']);

/**
 * The kind of an order as REST words it: the first price is what wakes it, where something does.
 */
export function restKind(read: Reader): KindResult {
  return kindOf(restWords(read, ''));
}

/** The same as the sockets word it. */
export function socketKind(read: Reader): KindResult {
  return kindOf({
    type: read('order_type'),
    trigger: socketPrice(read('triggers.price'), read('triggers.price_type')),
    limit: socketPrice(read('limit_price'), read('limit_price_type')),
    reference: read('triggers.reference'),
    names: {
      type: 'order_type',
      trigger: 'triggers',
      limit: 'limit_price',
      reference: 'triggers',
    },
  });
}

/** The order that is to close another once it trades; null when none is. */
export function restClose(read: Reader): KindResult | null {
  const words = restWords(read, 'close.');
  return words.type === '' ? null : closing(words);
}

export function socketClose(read: Reader): KindResult | null {
  const type = read('conditional.order_type');
  if (type === '') return null;
  const name = 'conditional';
  return closing({
    type,
    trigger: socketPrice(read('conditional.trigger_price'), read('conditional.trigger_price_type')),
    limit: socketPrice(read('conditional.limit_price'), read('conditional.limit_price_type')),
    reference: '',
    names: { type: name, trigger: name, limit: name, reference: name },
  });
}

function restWords(read: Reader, at: '' | 'close.'): KindWords {
  const type = read(`${at}ordertype`);
  const isTriggered = TRIGGERED.test(type);
  const first = restPrice(read(`${at}price`));
  const called = (name: string): string => (at === '' ? name : `close[${name}]`);
  return {
    type,
    trigger: isTriggered ? first : null,
    limit: isTriggered ? restPrice(read(`${at}price2`)) : first,
    reference: read(`${at}trigger`),
    names: {
      type: called('ordertype'),
      trigger: called('price'),
      limit: called(isTriggered ? 'price2' : 'price'),
      reference: called('trigger'),
    },
  };
}

function kindOf({ type, trigger: price, limit, reference, names }: KindWords): KindResult {
  if (type === 'market')
    return ok({ isMarket: true, limit: null, trigger: null, isIceberg: false });
  if (type === 'limit' || type === 'iceberg') {
    if (limit === null) return err(names.limit);
    return ok({ isMarket: false, limit, trigger: null, isIceberg: type === 'iceberg' });
  }
  const [, word, limited] = TRIGGERED.exec(type) ?? [];
  if (word === undefined) return err(names.type);
  const kind = word as TriggerKind;
  const isMarket = limited === undefined;
  if (!REFERENCES.has(reference)) return err(names.reference);
  if (price === null || !isPriceOf(kind, price)) return err(names.trigger);
  if (!isMarket && limit === null) return err(names.limit);
  const trigger = { kind, price };
  return ok({ isMarket, limit: isMarket ? null : limit, trigger, isIceberg: false });
}

/** A trailing stop is told how far it follows, always as an amount that is added. */
function isPriceOf(kind: TriggerKind, { sign }: PriceWish): boolean {
  return kind !== 'trailing-stop' || sign === '+';
}

/** An order that closes another is a limit order, or waits; it never works at once. */
function closing(words: KindWords): KindResult {
  const kind = kindOf(words);
  if (!kind.ok) return kind;
  const { isIceberg, isMarket, trigger } = kind.value;
  return isIceberg || (isMarket && trigger === null) ? err(words.names.type) : kind;
}
