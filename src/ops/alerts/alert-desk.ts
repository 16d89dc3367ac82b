import type { Mode } from '../../control/gate.ts';
import type { RequestableMode } from '../../control/modes.ts';
import type { Clock, HttpReply, HttpRequest, NetFault } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import type { Millis } from '../../core/units.ts';
import type { Log, LogLevel } from '../log.ts';
import type { Alert, AlertEvent } from './alert.ts';
import { AlertBoard, type AlertRow } from './alert-board.ts';
import { type AlertSource, alertOf } from './alert-rules.ts';
import { type Webhook, WebhookQueue } from './webhook.ts';

/** An event that may be worth an alert, as the journal has it. */
export interface JournaledAlertSource {
  readonly sequence: number;
  readonly event: AlertSource;
  readonly at: Millis;
}

/** What was told before this object, and what has happened since without being told. */
export interface AlertMemory {
  readonly kept: readonly { readonly event: AlertEvent; readonly at: Millis }[];
  readonly missed: readonly JournaledAlertSource[];
}

export interface AlertDeskOptions {
  /** How long a critical alert may wait for somebody. */
  readonly acknowledgeMs: number;
  readonly webhook: Webhook | null;
  readonly clock: Clock;
  readonly random: Rng;
  /** @throws when it cannot be journaled */
  readonly journal: (event: AlertEvent) => void;
  readonly mode: () => Mode;
  /** Asks control for a lower mode. */
  readonly lower: (mode: RequestableMode, reason: string) => void;
  /** Sends a post; `onAnswer` is called once for each. */
  readonly post: (request: HttpRequest) => void;
  /** Calls `postNext` after a wait. */
  readonly postLater: (afterMs: number) => void;
  readonly log: (level: LogLevel, kind: string, fields: Parameters<Log>[3]) => void;
}

const LOG_LEVEL = { notice: 'info', warning: 'warn', critical: 'error' } as const;
/** One step down; below Manual is Emergency only, which takes more than nobody looking. */
const LOWER: Partial<Record<Mode, RequestableMode>> = {
  'full-auto': 'semi-auto',
  'semi-auto': 'manual',
};

/**
 * Tells people of every intervention, every emergency and all that went wrong: by the log (which is
 * the terminal), the journal and the webhook. Lowers the mode while a critical alert waits for
 * somebody (C36).
 */
export class AlertDesk {
  readonly #options: AlertDeskOptions;
  readonly #board = new AlertBoard();
  readonly #queue: WebhookQueue | null;
  /** A post is under way, or waits for its next try. */
  #isPosting = false;

  constructor(options: AlertDeskOptions, { kept, missed }: AlertMemory) {
    this.#options = options;
    this.#queue = options.webhook === null ? null : new WebhookQueue(options.webhook);
    for (const { event, at } of kept) {
      if (event.kind === 'alert-raised') this.#board.raise({ ...event, at }, this.#nowMs());
      else this.#board.acknowledge(event.id, event.by, event.reason);
    }
    for (const source of missed) this.take(source);
  }

  get rows(): readonly AlertRow[] {
    return this.#board.rows();
  }

  /** Posts that wait for the receiver, the one under way included. */
  get waiting(): number {
    return this.#queue?.length ?? 0;
  }

  take({ sequence, event, at }: JournaledAlertSource): void {
    // Whoever has brought the desk out of Emergency has seen why it was there.
    if (event.kind === 'mode-changed' && event.from === 'emergency' && event.to !== 'emergency') {
      for (const { id } of this.#board.open()) {
        if (id < sequence) this.acknowledge(id, event.by, `reset: ${event.reason}`);
      }
    }
    const alert = alertOf(event, sequence, at);
    if (alert !== null && this.#board.raise(alert, this.#nowMs())) this.#tell(alert);
  }

  acknowledge(id: number, by: string, reason: string): Result<AlertRow, string> {
    const outcome = this.#board.acknowledge(id, by, reason);
    if (!outcome.ok) return err(outcome.error.detail);
    this.#options.journal({ kind: 'alert-acknowledged', id, by, reason });
    return ok(outcome.value);
  }

  /** To be called every second or so. */
  watch(): void {
    const { acknowledgeMs, mode, lower, log } = this.#options;
    const overdue = this.#board.overdue(this.#nowMs(), acknowledgeMs);
    if (overdue === null) return;
    const next = LOWER[mode()];
    log('error', 'alert-unacknowledged', { id: overdue.id, mode: next ?? 'as it is' });
    const waited = `${acknowledgeMs / 1000} s`;
    if (next !== undefined) lower(next, `C36: alert ${overdue.id} waits for over ${waited}`);
  }

  /** Sends what waits, one at a time. */
  postNext(): void {
    const request = this.#queue?.request(this.#options.clock.now()) ?? null;
    this.#isPosting = request !== null;
    if (request !== null) this.#options.post(request);
  }

  onAnswer(outcome: Result<HttpReply, NetFault>): void {
    const { log, random, postLater } = this.#options;
    const posted = (this.#queue as WebhookQueue).onAnswer(outcome, random);
    if (posted.kind === 'again') {
      log('warn', 'post-failed', { why: posted.why, againMs: Math.round(posted.afterMs) });
      postLater(posted.afterMs);
      return;
    }
    if (posted.kind === 'given-up') {
      log('error', 'alert-not-posted', { id: posted.alert.id, why: posted.why });
    }
    this.postNext();
  }

  #tell(alert: Alert): void {
    const { log, journal } = this.#options;
    const { at: _, ...told } = alert;
    log(LOG_LEVEL[alert.level], 'alert', told);
    journal({ kind: 'alert-raised', ...told });
    if (this.#queue === null) return;
    const dropped = this.#queue.push(alert);
    if (dropped !== null) log('error', 'alert-not-posted', { id: dropped.id, why: 'queue full' });
    if (!this.#isPosting) this.postNext();
  }

  #nowMs(): number {
    return this.#options.clock.mono() / 1e6;
  }
}
