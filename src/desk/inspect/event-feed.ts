import type {
  ActorFailed,
  ActorRestarting,
  ActorStarted,
  ActorStopped,
  LaneObserver,
  SupervisorGaveUp,
} from '../../../actors/runtime/observers.ts';
import type { EventRow, FeedBatch } from '../../commands/inspect/inspector.ts';
import type { Clock } from '../../core/env.ts';
import { reasonOf } from '../../core/result.ts';
import { endText } from '../watchman.ts';

/** The latest events are kept; older ones are in the log. */
export const EVENTS_KEPT = 1_024;
const DETAIL_CHARACTERS_MAX = 300;

interface Kept extends EventRow {
  readonly monoNs: number;
}

/** What happened to the actors of a lane, the latest of it kept for people to look at. */
export class EventFeed implements LaneObserver {
  readonly #clock: Clock;
  readonly #ring: Kept[] = [];
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Events behind number `since`, oldest first, the latest `max` of them. */
  read(since: number, max: number): FeedBatch<EventRow> {
    const kept = this.#inOrder().filter(({ n }) => n > since);
    const rows = kept.slice(-max).map(({ monoNs: _, ...row }) => row);
    return { rows, next: this.#count };
  }

  /** When each path was restarted, as far as the feed reaches back, on the monotonic clock. */
  restarts(): ReadonlyMap<string, readonly number[]> {
    const byPath = new Map<string, number[]>();
    for (const { what, path, monoNs } of this.#ring) {
      if (what !== 'restarting') continue;
      const times = byPath.get(path);
      if (times === undefined) byPath.set(path, [monoNs]);
      else times.push(monoNs);
    }
    return byPath;
  }

  started({ path, uid, restarts }: ActorStarted): void {
    this.#note('started', path, uid, restarts === 0 ? '' : `restart ${restarts}`);
  }

  failed({ path, uid, during, messageKind, error }: ActorFailed): void {
    const message = messageKind === '' ? '' : ` ${messageKind}`;
    this.#note('failed', path, uid, `${during}${message}: ${reasonOf(error)}`);
  }

  restarting({ path, uid, delayMs, reason }: ActorRestarting): void {
    this.#note('restarting', path, uid, `in ${delayMs} ms, ${endText(reason)}`);
  }

  stopped({ path, uid, reason }: ActorStopped): void {
    this.#note('stopped', path, uid, endText(reason));
  }

  gaveUp({ path, uid, child, reason }: SupervisorGaveUp): void {
    this.#note('gave-up', path, uid, `over ${child}: ${endText(reason)}`);
  }

  #note(what: string, path: string, uid: number, text: string): void {
    this.#count += 1;
    const detail = text.slice(0, DETAIL_CHARACTERS_MAX);
    const at = isoText(this.#clock.now());
    const monoNs = this.#clock.mono();
    this.#ring[(this.#count - 1) % EVENTS_KEPT] = {
      n: this.#count,
      at,
      what,
      path,
      uid,
      detail,
      monoNs,
    };
  }

  #inOrder(): Kept[] {
    const oldest = this.#count % EVENTS_KEPT;
    if (this.#count <= EVENTS_KEPT) return this.#ring;
    return [...this.#ring.slice(oldest), ...this.#ring.slice(0, oldest)];
  }
}

export function isoText(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
