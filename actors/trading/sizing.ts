import type { BookTold } from '../../src/risk/sizing/book-told.ts';
import type { SizingSettings } from '../../src/risk/sizing/settings.ts';
import { SizingDesk, type SizingDeskOptions } from '../../src/risk/sizing/sizing-desk.ts';
import { address } from '../addresses.ts';
import type { ActorSpec } from '../runtime/actor-spec.ts';

export type SizingMessage =
  | BookTold
  | { readonly kind: 'adopt-sizing'; readonly settings: SizingSettings }
  /** Time to look whether sizes are to be worked out anew. */
  | { readonly kind: 'look' };

export interface SizingOptions extends SizingDeskOptions {
  readonly settings: () => SizingSettings;
}

/** Looks come fast until the first sizes are known: before them nobody quotes. */
const FIRST_LOOKS_MS = 25;
const LOOK_MS = 250;

/**
 * Works out how large positions may become, every few seconds, from what risk knows. What survives
 * a crash is the board, until it is too old; what each strategy has proven is learnt anew, from the
 * cautious share that one begins with.
 */
export function sizingActor(options: SizingOptions): ActorSpec<SizingDesk, SizingMessage> {
  return {
    kind: 'sizing',
    mailbox: { capacity: 64, overflow: 'conflate', keyOf: ({ kind }) => kind },
    start(ctx) {
      ctx.timers.start('look', FIRST_LOOKS_MS, { kind: 'look' });
      return new SizingDesk(options, options.settings());
    },
    receive(desk, message, ctx) {
      if (message.kind === 'book-told') desk.onBook(message);
      else if (message.kind === 'adopt-sizing') desk.adopt(message.settings);
      else {
        const isDue = desk.look(ctx.clock.mono());
        if (isDue) ctx.send(address.risk, { kind: 'tell-book', to: ctx.self });
        // Risk asks once a second what the accounts hold; whoever quotes waits for it now.
        if (!desk.isEquityKnown) {
          ctx.send(address.portfolio, { kind: 'tell-funds', to: address.risk });
        }
        const nextMs = desk.isEquityKnown ? LOOK_MS : FIRST_LOOKS_MS;
        ctx.timers.start('look', nextMs, { kind: 'look' });
      }
      return desk;
    },
    view: (desk) => desk.summary(),
  };
}
