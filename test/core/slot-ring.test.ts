import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SlotRing } from '../../src/core/slot-ring.ts';

const WORDS = 3;

function aRing(slots = 8) {
  const shared = new SharedArrayBuffer(SlotRing.bytesFor(slots, WORDS));
  return { writer: new SlotRing(shared, slots, WORDS), reader: new SlotRing(shared, slots, WORDS) };
}

test('what was published is read in its order, and what was not is not seen', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ write: fc.nat(9), publish: fc.boolean(), take: fc.nat(9) })),
      (steps) => {
        const { writer, reader } = aRing();
        const model: number[] = [];
        let claimed: number[] = [];
        let next = 1;
        for (const { write, publish, take } of steps) {
          for (let count = 0; count < write; count += 1) {
            const at = writer.claim();
            assert.is(at === -1, model.length + claimed.length === 8);
            if (at === -1) break;
            writer.words[at] = next;
            claimed.push(next);
            next += 1;
          }
          if (publish) {
            writer.publish();
            model.push(...claimed);
          } else {
            writer.forget();
          }
          claimed = [];
          assert.is(reader.fill, model.length);
          assert.is(writer.room, 8 - model.length);
          for (let left = take; left > 0; ) {
            const run = reader.run(left);
            if (run === 0) break;
            const from = reader.front;
            for (let slot = 0; slot < run; slot += 1) {
              assert.is(reader.words[from + slot * WORDS], model.shift());
            }
            reader.take(run);
            left -= run;
          }
        }
      },
    ),
  );
});

test('a ring goes on when its counters wrap', () => {
  const { writer, reader } = aRing(4);
  for (const word of [0, 16]) writer.words[word] = -2;
  const late = new SlotRing(writer.shared, 4, WORDS);
  for (let round = 0; round < 6; round += 1) {
    const at = late.claim();
    late.words[at] = round;
    late.publish();
    assert.is(reader.fill, 1);
    assert.is(reader.words[reader.front], round);
    reader.take(1);
  }
});

test('a ring of another size than its memory, and taking what is not there, are bugs', () => {
  assert.throws(() => new SlotRing(new SharedArrayBuffer(64), 8, WORDS), /as large as/);
  assert.throws(() => aRing(6), /power of two/);
  assert.throws(() => aRing().reader.take(1), /published/);
});

test.run();
