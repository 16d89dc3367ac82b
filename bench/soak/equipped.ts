import { EventEmitter } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { ActorSpec, Context } from '../../actors/runtime/actor-spec.ts';
import type { Lane } from '../../actors/runtime/lane.ts';
import { type ActorRef, type Reply, refByPath } from '../../actors/runtime/ref.ts';
import { supervisor } from '../../supervisors/supervisor.ts';

/** The ways in which an actor can fail. */
export const WAYS = ['throws', 'rejects', 'callback', 'start', 'overflows'] as const;
export type Way = (typeof WAYS)[number];

export type EquippedMessage =
  | { readonly kind: 'work' | 'tick' | 'peer-ended' }
  | { readonly kind: 'boom'; readonly way: Way };

interface Question {
  readonly kind: 'never-answered';
  readonly reply: Reply<never>;
}

interface Held {
  readonly descriptor: number;
  readonly hears: () => void;
}

const TICK_MS = 100;
/** Longer than any run takes between two crashes, so that only the crash can end it. */
const LONG_MS = 600_000;
const MAILBOX = 64;
const PEER = refByPath<Question>('peer');

/** Where an equipped actor lives, and what of it must not grow. */
export interface Equipped {
  readonly ref: ActorRef<EquippedMessage>;
  readonly news: EventEmitter;
  /** Makes it fail; it is back when the queue of the lane has been worked off. */
  crash(way: Way): void;
}

/**
 * Spawns an actor that holds one of everything that an actor can hold: timers, a watch, an open
 * question, a child, a listener, a file. Its supervisor restarts it for ever.
 */
export async function equipped(lane: Lane): Promise<Equipped> {
  const news = new EventEmitter();
  let isBroken = false;
  const spec: ActorSpec<Held, EquippedMessage> = {
    kind: 'equipped',
    mailbox: { capacity: MAILBOX, overflow: 'fail' },
    start(ctx) {
      if (isBroken) {
        isBroken = false;
        throw new Error('a start that fails');
      }
      return hold(ctx, news);
    },
    receive: (held, message, ctx) => handle(held, message, ctx, news),
    stop({ descriptor, hears }) {
      news.off('news', hears);
      closeSync(descriptor);
    },
  };
  await lane.spawn({ kind: 'peer', start: () => null, receive: () => null }, 'peer');
  // A window of a millisecond never holds a thousand restarts, so it never gives up.
  const children = [{ id: 'equipped', start: () => spec }];
  await lane.spawn(supervisor({ intensity: 1_000, periodMs: 1, children }), 'supervised');
  const ref = refByPath<EquippedMessage>('supervised/equipped');
  return {
    ref,
    news,
    crash(way) {
      isBroken = way === 'start';
      for (let n = 0; way === 'overflows' && n <= MAILBOX; n += 1) lane.send(ref, { kind: 'work' });
      lane.ingest(ref, { kind: 'boom', way });
    },
  };
}

function hold(ctx: Context<EquippedMessage>, news: EventEmitter): Held {
  ctx.timers.start('tick', TICK_MS, { kind: 'tick' }, { periodic: true });
  ctx.timers.start('late', LONG_MS, { kind: 'tick' });
  ctx.watch(PEER, { kind: 'peer-ended' });
  void ctx.ask(
    PEER,
    (reply: Reply<never>): Question => ({ kind: 'never-answered', reply }),
    LONG_MS,
  );
  void ctx.spawn({ kind: 'child', start: () => null, receive: () => null }, 'child');
  const hears = ctx.fenced(() => {
    throw new Error('a callback that throws');
  });
  news.on('news', hears);
  return { descriptor: openSync('/dev/null', 'r'), hears };
}

function handle(
  held: Held,
  message: EquippedMessage,
  ctx: Context<EquippedMessage>,
  news: EventEmitter,
): Held | Promise<Held> {
  if (message.kind !== 'boom') return held;
  if (message.way === 'rejects') return Promise.reject(new Error('a handler that rejects'));
  if (message.way !== 'callback') throw new Error('a handler that throws');
  ctx.stash(message);
  news.emit('news');
  return held;
}
