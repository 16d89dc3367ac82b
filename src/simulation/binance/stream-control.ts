import { RateBudget } from '../../core/rate-budget.ts';
import { isId, parsed } from './socket-api.ts';
import type { Line } from './streams/line.ts';
import type { PublicStreams } from './streams/public-streams.ts';

/** Messages a second that a connection to public streams may send. */
const MESSAGES_PER_SECOND = 5;

const METHODS = [
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'LIST_SUBSCRIPTIONS',
  'SET_PROPERTY',
  'GET_PROPERTY',
] as const;

/** The few things that a client can say on a connection to public streams. */
export class StreamControl {
  readonly #streams: PublicStreams;
  readonly #line: Line;
  readonly #budget: RateBudget;

  constructor(streams: PublicStreams, line: Line, nowMs: number) {
    this.#streams = streams;
    this.#line = line;
    const limits = { ratePerSecond: MESSAGES_PER_SECOND, burst: MESSAGES_PER_SECOND };
    this.#budget = new RateBudget(limits, nowMs);
  }

  /** @returns the answer, or null when the client says too much and is to be disconnected */
  answer(text: string, nowMs: number): string | null {
    if (!this.#budget.take(nowMs)) return null;
    const frame = parsed(text);
    if (frame === null) return fault(3, 'Invalid JSON: expected value at line 1 column 1');
    const { id = null, method, params = [] } = frame;
    if (!isId(id)) return fault(2, 'Invalid request: request ID must be an unsigned integer');
    if (!METHODS.some((known) => known === method)) {
      const known = METHODS.map((name) => `\`${name}\``).join(', ');
      return fault(2, `Invalid request: unknown variant ${method}, expected one of ${known}`, id);
    }
    if (!Array.isArray(params)) return fault(2, 'Invalid request: params must be a list', id);
    return this.#carryOut(method as (typeof METHODS)[number], params, id);
  }

  #carryOut(method: (typeof METHODS)[number], params: readonly unknown[], id: unknown): string {
    if (method === 'LIST_SUBSCRIPTIONS') return result(this.#streams.namesOf(this.#line), id);
    if (method === 'GET_PROPERTY' || method === 'SET_PROPERTY') {
      return this.#property(method === 'SET_PROPERTY', params, id);
    }
    for (const name of params) {
      if (typeof name !== 'string') return fault(2, 'Invalid request: a stream is a text', id);
      if (method === 'UNSUBSCRIBE') this.#streams.remove(this.#line, name);
      // The real venue takes any name and stays silent; a rehearsal is better off with a word.
      else if (!this.#streams.add(this.#line, name)) {
        return fault(2, `Invalid request: no such stream, or too many: ${name}`, id);
      }
    }
    return result(null, id);
  }

  #property(isSet: boolean, [name, value]: readonly unknown[], id: unknown): string {
    if (name !== 'combined') return fault(0, 'Unknown property', id);
    if (!isSet) return result(this.#line.isCombined, id);
    if (typeof value !== 'boolean') return fault(1, 'Invalid value type: expected Boolean', id);
    this.#line.isCombined = value;
    return result(null, id);
  }
}

function result(value: unknown, id: unknown): string {
  return JSON.stringify({ result: value, id });
}

function fault(code: number, msg: string, id: unknown = null): string {
  return JSON.stringify({ error: { code, msg }, id });
}
