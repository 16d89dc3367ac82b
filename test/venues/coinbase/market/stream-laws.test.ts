import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Book } from '../../../../src/market/book.ts';
import type { Ladder } from '../../../../src/market/ladder.ts';
import { CoinbaseStream } from '../../../../src/venues/coinbase/market/stream.ts';
import { aBookEvent, aFrame, aHeartbeat, BTC, bytesOf } from '../../../support/coinbase/frames.ts';
import { law } from '../../../support/law.ts';

type Change = readonly ['bid' | 'offer', number, number];

/** Bids below 500 ticks and asks above, so that only a fault can cross the book. */
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.constant('bid' as const), fc.integer({ min: 1, max: 499 }), fc.nat(3)),
  fc.tuple(fc.constant('offer' as const), fc.integer({ min: 500, max: 999 }), fc.nat(3)),
);
const faults = fc.constantFrom('none', 'none', 'none', 'drop', 'duplicate', 'swap', 'break');

const text = (scaled: number) => (scaled / 100).toFixed(2);
const asLevels = (changes: readonly Change[]) =>
  changes.map(([side, ticks, size]) => [side, text(ticks), String(size)] as const);

function write(book: Book, changes: readonly Change[]): void {
  for (const [side, ticks, size] of changes) {
    (side === 'bid' ? book.bids : book.asks).set(ticks, size * 1e8);
  }
}

const inside = (ladder: Ladder) =>
  Array.from({ length: ladder.depth }, (_, at) => [ladder.ticksAt(at), ladder.lotsAt(at)]);

/** What the venue sends: levels and heartbeats in turn, with the book that is right after each. */
function sent(updates: readonly (readonly Change[])[]) {
  const truth = new Book();
  return updates.map((changes, at) => {
    if (at % 4 === 3) return { frame: aHeartbeat(at, at), levels: insides(truth) };
    write(truth, changes);
    const event = aBookEvent(at === 0 ? 'snapshot' : 'update', asLevels(changes));
    return { frame: aFrame('l2_data', at, event), levels: insides(truth) };
  });
}

const insides = ({ bids, asks }: Book) => [inside(bids), inside(asks)];

test('whatever happens to frames on their way, a book is right or it is not live', () => {
  let live = 0;
  let lost = 0;
  law(
    fc.property(
      fc.array(fc.array(change, { maxLength: 6 }), { minLength: 2, maxLength: 40 }),
      fc.array(faults, { minLength: 40, maxLength: 40 }),
      (updates, plan) => {
        const stream = new CoinbaseStream({
          streamUrl: '',
          instruments: [BTC],
          hasTrades: false,
        });
        const frames = sent(updates);
        const arrived = frames.flatMap((each, at) => {
          const fault = at === 0 ? 'none' : plan[at];
          if (fault === 'drop') return [];
          if (fault === 'duplicate') return [each, each];
          const next = frames[at + 1];
          if (fault === 'swap' && next !== undefined) return [next, each];
          return [{ ...each, isBroken: fault === 'break' }];
        });
        for (const { frame, levels, ...rest } of arrived) {
          const whole = bytesOf(frame);
          const isBroken = 'isBroken' in rest && rest.isBroken;
          const bytes = isBroken ? whole.subarray(0, whole.length >> 1) : whole;
          let was = stream.onFrame(bytes);
          while (was !== 'nothing' && was !== 'reconnect') was = stream.next();
          const view = stream.views[0];
          if (was === 'reconnect') {
            assert.not(view?.isLive);
            lost += 1;
            return;
          }
          if (view === undefined || !view.isLive) continue;
          assert.equal(insides(view.book), levels);
          live += 1;
        }
      },
    ),
    300,
  );
  assert.ok(live > 500 && lost > 100, `${live} live, ${lost} lost`);
});

test.run();
