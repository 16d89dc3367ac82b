import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  CAPACITY_DEFAULT,
  type Entry,
  inheritance,
  Mailbox,
  Notice,
  type Overflow,
} from '../../../../actors/runtime/mail/mailbox.ts';

const entry = (message: unknown, uid = 0): Entry => ({ message, uid, sender: 'a' });

test('messages come out in the order in which they went in, with sender and incarnation', () => {
  const mailbox = new Mailbox();
  mailbox.push('first', 0, 'a');
  mailbox.push('second', 7, 'b');
  assert.is(mailbox.take(), 'first');
  assert.equal([mailbox.takenUid, mailbox.takenSender], [0, 'a']);
  assert.is(mailbox.take(), 'second');
  assert.equal([mailbox.takenUid, mailbox.takenSender, mailbox.size], [7, 'b', 0]);
});

test('a full mailbox takes no more, and remembers how full it was', () => {
  const mailbox = new Mailbox({ capacity: 2 });
  assert.ok(mailbox.push(1, 0, ''));
  assert.ok(mailbox.push(2, 0, ''));
  assert.not.ok(mailbox.push(3, 0, ''));
  assert.is(mailbox.take(), 1);
  assert.is(mailbox.highWater, 2);
  assert.is(mailbox.depth, 1);
});

test('conflation puts the newer message in the place of the older of its key', () => {
  const mailbox = new Mailbox({
    capacity: 2,
    overflow: 'conflate',
    keyOf: (message: { key: string }) => message.key,
  });
  assert.ok(mailbox.push({ key: 'a', n: 1 }, 0, ''));
  assert.ok(mailbox.push({ key: 'b', n: 2 }, 0, ''));
  assert.ok(mailbox.push({ key: 'a', n: 3 }, 0, ''));
  assert.not.ok(mailbox.push({ key: 'c', n: 4 }, 0, ''), 'a new key finds no room');
  assert.equal(mailbox.take(), { key: 'a', n: 3 });
  assert.is(mailbox.conflated, 1);
  assert.ok(mailbox.push({ key: 'a', n: 5 }, 0, ''), 'a key that was read is new again');
  assert.equal(mailbox.take(), { key: 'b', n: 2 });
  assert.equal(mailbox.take(), { key: 'a', n: 5 });
});

test('a mailbox of options that make no sense names the option', () => {
  for (const capacity of [0, -1, 3, 1.5, Number.NaN, 2 ** 21]) {
    assert.throws(() => new Mailbox({ capacity }), /mailbox\.capacity: .* power of two/);
  }
  assert.throws(() => new Mailbox({ overflow: 'drop' as Overflow }), /mailbox\.overflow: drop/);
  assert.throws(() => new Mailbox({ overflow: 'conflate' }), /mailbox\.keyOf/);
  assert.is(new Mailbox().capacity, CAPACITY_DEFAULT);
});

test('a notice queues in order, needs no room, and is queued once', () => {
  const mailbox = new Mailbox({ capacity: 1 });
  const notice = new Notice('tick');
  mailbox.push('a', 0, '');
  mailbox.pushNotice(notice);
  mailbox.pushNotice(notice);
  assert.equal([mailbox.size, mailbox.depth], [2, 1]);
  assert.is(mailbox.take(), 'a');
  assert.not.ok(mailbox.isNotice);
  assert.is(mailbox.take(), notice);
  assert.ok(mailbox.isNotice);
  assert.ok(notice.read());
  notice.isLive = false;
  mailbox.pushNotice(notice);
  mailbox.take();
  assert.not.ok(notice.read(), 'one that was called back delivers nothing');
});

test('the oldest message makes room, and notices before it are kept', () => {
  const mailbox = new Mailbox({ capacity: 2, overflow: 'drop-oldest' });
  const notice = new Notice('tick');
  mailbox.pushNotice(notice);
  mailbox.push('a', 0, '');
  mailbox.push('b', 0, '');
  assert.is(mailbox.takeOldestMessage(), 'a');
  mailbox.push('c', 0, '');
  assert.equal([mailbox.take(), mailbox.take(), mailbox.take()], ['b', notice, 'c']);
});

test('what is put back comes first and in its own order, also when it fills the ring', () => {
  const mailbox = new Mailbox({ capacity: 16 });
  for (let n = 0; n < 8; n += 1) mailbox.push(n, 0, '');
  mailbox.putBack([entry('x', 3), entry('y')]);
  assert.is(mailbox.take(), 'x');
  assert.equal([mailbox.takenUid, mailbox.takenSender], [3, 'a']);
  assert.is(mailbox.take(), 'y');
  assert.is(mailbox.take(), 0);
});

test('draining empties it, oldest first, and leaves notices behind', () => {
  const mailbox = new Mailbox();
  mailbox.push('a', 0, 's');
  mailbox.pushNotice(new Notice('tick'));
  mailbox.push('b', 2, 't');
  assert.equal(mailbox.drain(), [
    { message: 'a', uid: 0, sender: 's' },
    { message: 'b', uid: 2, sender: 't' },
  ]);
  assert.is(mailbox.size, 0);
});

/** The same mailbox in plain lists. */
class Model {
  readonly entries: { key: number | null; value: unknown; isNotice: boolean }[] = [];
  readonly capacity: number;
  readonly isKeyed: boolean;

  constructor(capacity: number, isKeyed: boolean) {
    this.capacity = capacity;
    this.isKeyed = isKeyed;
  }

  push(key: number, value: unknown): boolean {
    const same = this.entries.find((other) => this.isKeyed && other.key === key);
    if (same !== undefined) {
      same.value = value;
      return true;
    }
    if (this.entries.filter(({ isNotice }) => !isNotice).length >= this.capacity) return false;
    this.entries.push({ key, value, isNotice: false });
    return true;
  }
}

const operations = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ what: fc.constant('push'), key: fc.nat(6) }) },
    { weight: 3, arbitrary: fc.record({ what: fc.constant('take'), key: fc.constant(0) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('notice'), key: fc.constant(0) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('put-back'), key: fc.nat(6) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('oldest'), key: fc.constant(0) }) },
  ),
  { maxLength: 200 },
);

test('a mailbox does what plain lists do, whatever the order of operations', () => {
  fc.assert(
    fc.property(
      operations,
      fc.constantFrom(1, 2, 4, 16, 32),
      fc.boolean(),
      (steps, capacity, isKeyed) => {
        const model = new Model(capacity, isKeyed);
        const mailbox = isKeyed
          ? new Mailbox({
              capacity,
              overflow: 'conflate',
              keyOf: (message: { key: number }) => message.key,
            })
          : new Mailbox({ capacity });
        steps.forEach(({ what, key }, n) => {
          const value = { key, n };
          if (what === 'push') {
            assert.is(mailbox.push(value, 0, ''), model.push(key, value));
          } else if (what === 'notice') {
            const notice = new Notice(n);
            mailbox.pushNotice(notice);
            model.entries.push({ key: null, value: notice, isNotice: true });
          } else if (what === 'put-back') {
            mailbox.putBack([entry(value)]);
            model.entries.unshift({ key: null, value, isNotice: false });
          } else if (what === 'take' && model.entries.length > 0) {
            assert.is(mailbox.take(), model.entries.shift()?.value);
          } else if (what === 'oldest' && model.entries.some(({ isNotice }) => !isNotice)) {
            while (model.entries[0]?.isNotice) model.entries.push(model.entries.shift() as never);
            assert.is(mailbox.takeOldestMessage(), model.entries.shift()?.value);
          }
          assert.is(mailbox.size, model.entries.length);
        });
      },
    ),
  );
});

const keyOf = (message: unknown): string => String(message)[0] as string;

test('a successor that discards gets nothing', () => {
  const { kept, lost } = inheritance([entry('a1'), entry('b1')], 'discard', keyOf);
  assert.equal([kept.length, lost.length], [0, 2]);
});

test('a successor that keeps gets everything but what was meant for the dead', () => {
  const { kept, lost } = inheritance([entry('a1'), entry('b1', 9), entry('a2')], 'keep', keyOf);
  assert.equal(
    kept.map(({ message }) => message),
    ['a1', 'a2'],
  );
  assert.equal(
    lost.map(({ message }) => message),
    ['b1'],
  );
});

test('a successor that conflates gets the latest of each key, in order', () => {
  const entries = [entry('a1'), entry('b1'), entry('a2'), entry('c1', 9)];
  const { kept, lost } = inheritance(entries, 'conflate', keyOf);
  assert.equal(
    kept.map(({ message }) => message),
    ['b1', 'a2'],
  );
  assert.equal(
    lost.map(({ message }) => message),
    ['a1', 'c1'],
  );
});

test('whatever the policy, every message is either kept or lost', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ minLength: 1, maxLength: 2 }), fc.nat(1))),
      fc.constantFrom('discard' as const, 'keep' as const, 'conflate' as const),
      (messages, policy) => {
        const entries = messages.map(([message, uid]) => entry(message, uid));
        const { kept, lost } = inheritance(entries, policy, keyOf);
        return kept.length + lost.length === entries.length && kept.every(({ uid }) => uid === 0);
      },
    ),
  );
});

test.run();
