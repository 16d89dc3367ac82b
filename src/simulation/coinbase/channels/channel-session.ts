import type { Desk } from '../requests/operation.ts';
import type { Tokens } from '../tokens.ts';
import type { ChannelHub } from './channel-hub.ts';
import { type ChannelLine, type ChannelName, isChannel } from './channel-line.ts';

/** Products that one message may name. */
const PRODUCTS_MAX = 1_000;

/** What a client can say on a connection: subscribe and unsubscribe, one channel a message. */
export class ChannelSession {
  readonly #line: ChannelLine;
  readonly #hub: ChannelHub;
  readonly #desk: Desk;
  readonly #tokens: Tokens;
  readonly #isUserHost: boolean;

  constructor(
    line: ChannelLine,
    hub: ChannelHub,
    desk: Desk,
    tokens: Tokens,
    /** Serves the user channel alone. */
    isUserHost: boolean,
  ) {
    this.#line = line;
    this.#hub = hub;
    this.#desk = desk;
    this.#tokens = tokens;
    this.#isUserHost = isUserHost;
  }

  message(text: string): void {
    const request = requestIn(text);
    if (typeof request === 'string') {
      this.#refuse(request);
      return;
    }
    const { type, channel, symbols, token } = request;
    const unknown = symbols.find((symbol) => !this.#desk.exchange.markets.has(symbol));
    if (unknown !== undefined) {
      this.#refuse(`${unknown} is not a valid product`);
      return;
    }
    if (this.#isUserHost && channel !== 'user' && channel !== 'heartbeats') {
      this.#refuse(`channel ${channel} is not served here`);
      return;
    }
    if (!this.#isAllowed(channel, token)) {
      this.#refuse('authentication failure');
      return;
    }
    const nowMs = this.#desk.clock.now();
    if (type === 'subscribe') {
      this.#line.subscribe(channel, symbols);
      this.#line.acknowledge(nowMs);
      this.#hub.begin(this.#line, channel, symbols);
    } else {
      this.#line.unsubscribe(channel, symbols);
      this.#line.acknowledge(nowMs);
    }
  }

  /** A token is wanted for what is private, and must be good wherever there is one. */
  #isAllowed(channel: ChannelName, token: string | null): boolean {
    if (channel !== 'user' && token === null) return true;
    const key = this.#tokens.check(token, null, 'read', this.#desk.clock.now());
    if (key.ok && channel === 'user') this.#line.account = key.value.account;
    return key.ok;
  }

  #refuse(message: string): void {
    this.#line.line.send(JSON.stringify({ type: 'error', message }));
  }
}

interface ChannelRequest {
  readonly type: 'subscribe' | 'unsubscribe';
  readonly channel: ChannelName;
  readonly symbols: readonly string[];
  readonly token: string | null;
}

/** @returns one sentence when it is no request */
function requestIn(text: string): ChannelRequest | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'failed to parse the message';
  }
  if (typeof value !== 'object' || value === null) return 'failed to parse the message';
  const { type, channel, product_ids: products = [], jwt } = value as Record<string, unknown>;
  if (type !== 'subscribe' && type !== 'unsubscribe') return 'type: wanted subscribe';
  if (!isChannel(channel)) return `channel ${String(channel)} does not exist`;
  if (!Array.isArray(products) || products.length > PRODUCTS_MAX)
    return 'product_ids: wanted a list';
  const symbols = products.map(String);
  return { type, channel, symbols, token: typeof jwt === 'string' ? jwt : null };
}
