/** Pauses between questions about one order, doubling from the first to the last. */
const ASK_AGAIN_MS_MIN = 250;
const ASK_AGAIN_MS_MAX = 5_000;
/** A venue acts on no request whose time stamp lies this far behind the end of its window. */
const WINDOW_SLACK_MS = 1_000;
/** "Not found" so many times in a row before it can be proof. */
const NOT_FOUND_MIN = 3;

interface Inquiry {
  /** Venue time after which the venue refuses the request, should it still be on its way. */
  readonly validUntilMs: number;
  /** The same of a request to amend the order; Infinity while nobody doubts one. */
  amendUntilMs: number;
  notFound: number;
  pauseMs: number;
  nextNs: number;
  isAsked: boolean;
}

/**
 * Orders whose outcome is unknown. Absence becomes proof only when three questions in a row found
 * nothing and one of them, asked by name, was answered after the request could no longer be acted
 * on. Until then the order counts as live and is never sent again.
 */
export class Inquiries {
  readonly #open = new Map<string, Inquiry>();

  get size(): number {
    return this.#open.size;
  }

  has(clientId: string): boolean {
    return this.#open.has(clientId);
  }

  /** Begins to ask; a second call for the same order changes nothing. */
  open(clientId: string, validUntilMs: number, nowNs: number): void {
    if (this.#open.has(clientId)) return;
    this.#open.set(clientId, {
      validUntilMs,
      amendUntilMs: Number.POSITIVE_INFINITY,
      notFound: 0,
      pauseMs: ASK_AGAIN_MS_MIN,
      nextNs: nowNs,
      isAsked: false,
    });
  }

  /** Begins to ask about an order that was to be amended, or goes on. */
  openAmend(clientId: string, validUntilMs: number, nowNs: number): void {
    this.open(clientId, validUntilMs, nowNs);
    (this.#open.get(clientId) as Inquiry).amendUntilMs = validUntilMs;
  }

  /**
   * @param venueMs the venue's own time when it was asked
   * @returns whether a request to amend that had not been carried out by then never will be
   */
  isTooLateToAmend(clientId: string, venueMs: number): boolean {
    const inquiry = this.#open.get(clientId);
    return inquiry !== undefined && venueMs > inquiry.amendUntilMs + WINDOW_SLACK_MS;
  }

  /** Orders to ask about now, at most `limit`; each is taken to be asked by this call. */
  due(nowNs: number, limit: number): string[] {
    const due: string[] = [];
    for (const [clientId, inquiry] of this.#open) {
      if (due.length === limit) break;
      if (inquiry.isAsked || inquiry.nextNs > nowNs) continue;
      inquiry.isAsked = true;
      due.push(clientId);
    }
    return due;
  }

  /** The question was not answered: ask again later, and let nothing be concluded from it. */
  onSilence(clientId: string, nowNs: number): void {
    const inquiry = this.#open.get(clientId);
    if (inquiry !== undefined) pause(inquiry, nowNs);
  }

  /**
   * The venue does not know the order.
   *
   * @param venueMs the venue's own time when it was asked
   * @returns whether that proves that the order never came to life
   */
  onNotFound(clientId: string, venueMs: number, nowNs: number): boolean {
    const inquiry = this.#open.get(clientId);
    if (inquiry === undefined) return false;
    inquiry.notFound += 1;
    pause(inquiry, nowNs);
    const isTooLate = venueMs > inquiry.validUntilMs + WINDOW_SLACK_MS;
    return isTooLate && inquiry.notFound >= NOT_FOUND_MIN;
  }

  /** The venue knows it: what counted against it is void. Whoever asked decides what follows. */
  onFound(clientId: string, nowNs: number): void {
    const inquiry = this.#open.get(clientId);
    if (inquiry === undefined) return;
    inquiry.notFound = 0;
    pause(inquiry, nowNs);
  }

  close(clientId: string): void {
    this.#open.delete(clientId);
  }
}

function pause(inquiry: Inquiry, nowNs: number): void {
  inquiry.isAsked = false;
  inquiry.nextNs = nowNs + inquiry.pauseMs * 1e6;
  inquiry.pauseMs = Math.min(inquiry.pauseMs * 2, ASK_AGAIN_MS_MAX);
}
