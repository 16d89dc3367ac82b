import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type DeadManEffect,
  type DeadManEvent,
  type DeadManState,
  deadManOf,
  deadManStep,
} from '../../../src/control/guard/dead-man.ts';

const TIMES = { timeoutMs: 60_000, everyMs: 15_000 };

/** A venue with a switch, on a clock of its own; its answers come when the test says so. */
class Venue {
  state: DeadManState = deadManOf(TIMES);
  nowMs = 0;
  /** When the switch goes off; null while it is not set. */
  goesOffMs: number | null = null;
  /** Orders that rest: whether the venue has cancelled them before the desk did. */
  wentOff = false;
  answers: 'taken' | 'refused' | 'lost' = 'taken';
  delayMs = 0;
  readonly effects: string[] = [];
  #out: { readonly atMs: number; readonly request: number; readonly isTaken: boolean }[] = [];

  tell(event: DeadManEvent): void {
    const step = deadManStep(this.state, event);
    this.state = step.state;
    for (const effect of step.effects) this.#take(effect);
  }

  want(): void {
    this.tell({ kind: 'wanted', nowMs: this.nowMs });
  }

  pass(ms: number): string[] {
    const from = this.effects.length;
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; ) {
      this.nowMs += 100;
      if (this.goesOffMs !== null && this.nowMs >= this.goesOffMs) {
        this.wentOff = true;
        this.goesOffMs = null;
      }
      const due = this.#out.filter(({ atMs }) => atMs <= this.nowMs);
      this.#out = this.#out.filter(({ atMs }) => atMs > this.nowMs);
      const { nowMs } = this;
      for (const { request, isTaken } of due) {
        this.tell({ kind: 'answered', nowMs, request, isTaken });
      }
      this.tell({ kind: 'tick', nowMs: this.nowMs });
    }
    return this.effects.slice(from);
  }

  #take(effect: DeadManEffect): void {
    this.effects.push(effect.kind);
    if (effect.kind === 'disarm') this.goesOffMs = null;
    if (effect.kind !== 'arm' || this.answers === 'lost') return;
    const isTaken = this.answers === 'taken';
    if (isTaken) this.goesOffMs = this.nowMs + TIMES.timeoutMs;
    const { request } = effect;
    this.#out.push({ atMs: this.nowMs + this.delayMs, request, isTaken });
  }
}

test('no order rests before the venue has taken the switch, and then it stays quiet', () => {
  const venue = new Venue();
  assert.equal(venue.pass(10_000), [], 'nobody wants it yet');
  venue.delayMs = 2_000;
  venue.want();
  assert.equal([venue.effects, venue.state.isTrusted], [['arm'], false]);
  venue.pass(2_000);
  assert.equal([venue.effects, venue.state.isTrusted], [['arm', 'resume'], true]);
  const later = venue.pass(3_600_000);
  assert.is(new Set(later).size, 1, 'refreshed and nothing else');
  assert.is(later.length, 240);
  assert.not(venue.wentOff);
});

test('C30: a refresh that fails for half the time-out pauses, and for 80 % it cancels', () => {
  const venue = new Venue();
  venue.want();
  venue.pass(1_000);
  venue.answers = 'lost';
  const told = (ms: number): string[] => venue.pass(ms).filter((kind) => kind !== 'arm');
  assert.equal(told(29_000), []);
  assert.equal(told(200), ['pause']);
  assert.equal(told(17_800), []);
  assert.equal(told(200), ['cancel-all']);
  assert.not(venue.wentOff, 'before the venue does it');
  assert.equal(told(60_000), [], 'once');
  assert.ok(venue.wentOff);
  venue.answers = 'taken';
  assert.equal(told(6_100), ['resume'], 'and it comes back by itself');
  venue.answers = 'lost';
  assert.equal(told(60_000), ['pause', 'cancel-all'], 'the next failure is another');
});

test('a refusal is tried again well before it matters', () => {
  const venue = new Venue();
  venue.answers = 'refused';
  venue.want();
  assert.equal(venue.pass(18_100), ['arm', 'arm']);
  venue.answers = 'taken';
  assert.equal(venue.pass(6_300), ['arm', 'resume']);
});

test('an answer to a request that was repeated counts from the first of them', () => {
  const venue = new Venue();
  venue.delayMs = 8_000;
  venue.want();
  venue.pass(8_100);
  assert.is(venue.state.takenMs, 0);
  const answer = { kind: 'answered', nowMs: venue.nowMs, isTaken: true } as const;
  venue.tell({ ...answer, request: 2 });
  venue.tell({ ...answer, request: 1 });
  assert.is(venue.state.takenMs, 0, 'and an answer to nothing says nothing');
});

test('a venue that may have forgotten pauses until it has taken the switch again', () => {
  const venue = new Venue();
  venue.want();
  venue.pass(1_000);
  venue.effects.length = 0;
  venue.answers = 'lost';
  venue.tell({ kind: 'forgotten', nowMs: venue.nowMs });
  assert.equal(venue.effects, ['pause', 'arm']);
  assert.ok(venue.pass(60_000).includes('cancel-all'), 'what rests is not left without it');
  venue.answers = 'taken';
  assert.ok(venue.pass(6_300).includes('resume'));
});

test('an event that nobody sends is a bug', () => {
  assert.throws(() => new Venue().tell({ kind: 'strange', nowMs: 0 } as never), /unreachable/);
});

test('it is disarmed when nobody wants it, once', () => {
  const venue = new Venue();
  venue.want();
  venue.pass(1_000);
  venue.effects.length = 0;
  venue.tell({ kind: 'unwanted', nowMs: venue.nowMs });
  assert.equal(venue.effects, ['disarm', 'pause']);
  assert.equal(venue.pass(120_000), []);
  assert.not(venue.wentOff);
  venue.tell({ kind: 'unwanted', nowMs: venue.nowMs });
  assert.is(venue.effects.at(-1), 'disarm');
});

test('C30: whatever the venue does, it never goes off while the desk trusts in it', () => {
  const phase = fc.record({
    answers: fc.constantFrom('taken' as const, 'refused' as const, 'lost' as const),
    delayMs: fc.integer({ min: 0, max: 200 }).map((tenths) => tenths * 100),
    ms: fc.integer({ min: 1, max: 400 }).map((tenths) => tenths * 100),
    isForgotten: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(phase, { maxLength: 12 }), (phases) => {
      const venue = new Venue();
      venue.want();
      for (const { answers, delayMs, ms, isForgotten } of phases) {
        Object.assign(venue, { answers, delayMs });
        if (isForgotten) {
          venue.goesOffMs = null;
          venue.tell({ kind: 'forgotten', nowMs: venue.nowMs });
        }
        for (let left = ms; left > 0; left -= 100) {
          venue.pass(100);
          if (!venue.state.isTrusted) continue;
          assert.ok(venue.goesOffMs !== null && venue.goesOffMs > venue.nowMs);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test.run();
