import type { Clock } from '../../core/env.ts';
import { ok, type Result } from '../../core/result.ts';
import type { SessionTicket } from '../port.ts';
import type { Questions } from '../questions.ts';

export interface TicketHolderOptions {
  readonly ticket: SessionTicket | null;
  readonly questions: Questions;
  readonly clock: Clock;
  readonly venueMs: () => number;
  readonly failed: (why: string) => void;
}

/** Fetches what a connection needs first, and keeps it valid while the connection lasts. */
export class TicketHolder {
  readonly #options: TicketHolderOptions;
  #renewedNs = 0;

  constructor(options: TicketHolderOptions) {
    this.#options = options;
  }

  /** @returns the ticket of the next connection; '' where none is needed, and then at once */
  fetch(done: (ticket: Result<string, string>) => void): void {
    const { ticket, questions, clock, venueMs } = this.#options;
    if (ticket === null) {
      done(ok(''));
      return;
    }
    void questions.ask(ticket.fetch(venueMs())).then((answer) => {
      this.#renewedNs = clock.mono();
      done(answer);
    });
  }

  /** A few times a second while connected. */
  onTick(): void {
    const { ticket, questions, clock, venueMs, failed } = this.#options;
    const renewal = ticket?.renewal ?? null;
    if (renewal === null || (clock.mono() - this.#renewedNs) / 1e6 < renewal.everyMs) return;
    this.#renewedNs = clock.mono();
    void questions.ask(renewal.renew(venueMs())).then((answer) => {
      if (!answer.ok) failed(answer.error);
    });
  }
}
