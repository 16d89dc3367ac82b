import type { InvariantId } from '../../../src/simulation/invariants/verdicts.ts';

/** One exact text of a compiled file, and what a bug would have in its place. */
export interface Mutation {
  /** The law that the bug breaks. */
  readonly invariant: InvariantId;
  readonly what: string;
  /** Below `dist`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Faults to draw from, where the bug shows seldom among all of them. */
  readonly faults?: string;
}

/** A bug for each law. */
export const MUTATIONS: readonly Mutation[] = [
  {
    invariant: 'I1',
    what: 'order entry does not ask the gate',
    file: 'src/venues/order-entry.js',
    from: 'return gate.check(question);',
    to: 'return null;',
  },
  {
    invariant: 'I2',
    what: 'the pre-trade check lets every position pass',
    file: 'src/risk/size-limits.js',
    from: 'if (worst > limit)',
    to: 'if (worst > limit * 1e9)',
  },
  {
    invariant: 'I3',
    what: 'client ids begin anew with every start',
    file: 'src/core/ids.js',
    from: 'boot.toString(36)',
    to: '1',
  },
  {
    invariant: 'I4',
    what: 'the signed log calls covered what it has not committed',
    file: 'src/storage/audit/drain/audit-drain.js',
    from: 'const committed = this.#log.commit();',
    to: 'const committed = { ok: true };',
  },
  {
    invariant: 'I5',
    what: 'the mode does not wait for its cool-down',
    file: 'src/control/modes.js',
    from: 'event.nowMs >= context.untilMs,\n        falls',
    to: 'true,\n        falls',
  },
  {
    invariant: 'I6',
    // Control and the stop look at it, each for itself, so forgetting to look is not enough.
    what: 'a start takes the latch away',
    file: 'src/desk/open-desk.js',
    from: 'prepareLatch(env.files, latchFile, env.clock.now());',
    to: 'env.files.remove(latchFile);',
  },
  {
    invariant: 'I7',
    what: 'the guard cancels nothing of a daemon whose connection ends',
    file: 'src/control/guard/core.js',
    from: "const lost = sweepAll({ ...state, watch: 'lost' }, nowMs);",
    to: "const lost = { state: { ...state, watch: 'lost' }, effects: [] };",
    // Only who is killed while orders rest, and comes back late, leaves them to the guard.
    faults: 'F05',
  },
  {
    invariant: 'I8',
    what: 'a fill that came before is booked again',
    file: 'src/execution/order-table.js',
    from: 'if (this.isKnownFill(record.order.instrument, event.fill.tradeId))',
    to: 'if (event.fill.tradeId === "")',
  },
  {
    invariant: 'I9',
    what: 'a full mailbox takes more',
    file: 'actors/runtime/mail/mailbox.js',
    from: 'if (this.depth >= this.capacity)\n            return false;\n        const free',
    to: 'const free',
  },
  {
    invariant: 'I10',
    what: 'a lost connection is not made again',
    file: 'actors/trading/venue.js',
    from: "ctx.timers.start('connect', againMs, { kind: 'connect' });",
    to: 'void againMs;',
  },
  {
    invariant: 'petted',
    what: 'the watchdog is petted whoever is missing',
    file: 'hardware/watchdog/petting.js',
    from: 'const missing = this.#required.filter((name) => !this.#answered.has(name));',
    to: 'const missing = [];',
  },
  {
    invariant: 'journaled',
    what: 'an order leaves without its intent in the journal',
    file: 'src/execution/order-manager.js',
    from: 'this.#options.sink.journal(evidence === undefined ? event : { kind:',
    to: 'void (evidence === undefined ? event : { kind:',
  },
  {
    invariant: 'journal',
    what: 'a sequence is left out now and then',
    file: 'src/storage/record-log.js',
    from: 'const sequence = this.#head + 1;',
    to: 'const sequence = this.#head + (this.#head % 50 === 49 ? 2 : 1);',
  },
  {
    invariant: 'answered',
    what: 'control does not answer who asks for a mode',
    file: 'actors/safety/control.js',
    from: 'ctx.send(message.reply, desk.summary());',
    to: 'void 0;',
  },
  {
    invariant: 'stuck',
    what: 'a handler that never settles is waited for',
    file: 'actors/runtime/actor.js',
    from: 'this.fail(new HandlerTimeout(this.text, subject, limitMs), what)',
    to: 'undefined',
  },
  {
    invariant: 'contained',
    what: 'what a handler throws is not caught',
    file: 'actors/runtime/actor.js',
    from: "this.fail(thrown, 'message');\n    }",
    to: 'throw thrown;\n    }',
  },
];
