import { createHmac } from 'node:crypto';
import { type BackoffPolicy, backoffMs } from '../../core/backoff.ts';
import type { HttpReply, HttpRequest, NetFault } from '../../core/env.ts';
import type { Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import type { Millis } from '../../core/units.ts';
import type { Alert } from './alert.ts';
import type { WebhookSettings } from './settings.ts';

export interface Webhook {
  readonly settings: WebhookSettings;
  readonly secret: Uint8Array;
  /** Which desk it is that tells. */
  readonly deskId: string;
}

/** Alerts that wait for a receiver that does not answer. */
export const QUEUE_MAX = 256;
const BACKOFF: BackoffPolicy = {
  minMs: 1_000,
  maxMs: 120_000,
  jitterFraction: 0.5,
  resetAfterMs: 0,
};
/** Answers by which a receiver asks for another try; any other 4xx would be the same again. */
const TRY_AGAIN = [408, 425, 429];

/** What has become of a post. */
export type PostOutcome =
  | { readonly kind: 'delivered'; readonly alert: Alert }
  | { readonly kind: 'again'; readonly afterMs: number; readonly why: string }
  | { readonly kind: 'given-up'; readonly alert: Alert; readonly why: string };

/** Alerts on their way out: one at a time, in order, each with a bounded number of tries. */
export class WebhookQueue {
  readonly #webhook: Webhook;
  readonly #waiting: Alert[] = [];
  #tries = 0;

  constructor(webhook: Webhook) {
    this.#webhook = webhook;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** @returns what had to go for it: the least important of the older ones, or null */
  push(alert: Alert): Alert | null {
    this.#waiting.push(alert);
    if (this.#waiting.length <= QUEUE_MAX) return null;
    // The first may be under way.
    const at = this.#waiting.findIndex(({ level }, place) => place > 0 && level !== 'critical');
    return this.#waiting.splice(at < 0 ? 1 : at, 1)[0] as Alert;
  }

  /** The next post; null when nothing waits. */
  request(now: Millis): HttpRequest | null {
    const alert = this.#waiting[0];
    return alert === undefined ? null : postOf(this.#webhook, alert, now);
  }

  /** Takes the answer to the post that was asked for last. */
  onAnswer(outcome: Result<HttpReply, NetFault>, random: Rng): PostOutcome {
    const alert = this.#waiting[0] as Alert;
    const status = outcome.ok ? outcome.value.status : 0;
    const why = outcome.ok ? `status ${status}` : outcome.error.kind;
    const isFinal = status >= 400 && status < 500 && !TRY_AGAIN.includes(status);
    if (status >= 200 && status < 300) {
      this.#next();
      return { kind: 'delivered', alert };
    }
    this.#tries += 1;
    if (!isFinal && this.#tries < this.#webhook.settings.attempts) {
      return { kind: 'again', afterMs: backoffMs(BACKOFF, this.#tries - 1, random), why };
    }
    this.#next();
    return { kind: 'given-up', alert, why };
  }

  #next(): void {
    this.#waiting.shift();
    this.#tries = 0;
  }
}

/**
 * The post of an alert. The signature is over `TIMESTAMP.BODY`, so that an old post cannot be told
 * again as a new one; `id` is the same in every try.
 */
function postOf({ settings, secret, deskId }: Webhook, alert: Alert, now: Millis): HttpRequest {
  const { at, ...rest } = alert;
  const body = JSON.stringify({ desk: deskId, ...rest, at: new Date(at).toISOString() });
  const timestamp = String(Math.floor(now / 1000));
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return {
    method: 'POST',
    url: settings.url,
    timeoutMs: settings.timeoutMs,
    headers: {
      'content-type': 'application/json',
      'x-flyball-timestamp': timestamp,
      'x-flyball-signature': `sha256=${signature}`,
    },
    body,
  };
}
