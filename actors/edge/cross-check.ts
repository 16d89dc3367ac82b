import type { ControlEvent } from '../../src/control/events.ts';
import type { Instrument } from '../../src/core/instrument.ts';
import { err, ok, type Result } from '../../src/core/result.ts';
import type { Log } from '../../src/ops/log.ts';
import type { CcxtDesk } from '../../src/venues/ccxt/ccxt-desk.ts';
import {
  type AccountLook,
  amountsIn,
  CrossCheck,
  type Grid,
} from '../../src/venues/ccxt/cross-check.ts';
import type { AnswerTo, ReferenceQuestion } from '../../src/venues/ccxt/reference-data.ts';
import type { KeyTurns } from '../../src/venues/session/key-turns.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';

export interface CrossCheckOptions {
  readonly venue: string;
  /** Its markets as we know them. */
  readonly instruments: readonly Instrument[];
  /** Whether assets are what is held; on a margin account they are not. */
  readonly hasBalances: boolean;
  /** Each incarnation begins with a thread of its own, which begins with the first question. */
  readonly open: (crashed: (detail: string, againMs: number) => void) => CcxtDesk;
  /** Those who ask with the same key wait for each other. */
  readonly turns: KeyTurns;
  /** What our books say now. */
  readonly booked: () => AccountLook;
  readonly everyMs: number;
  readonly journal: (event: ControlEvent) => void;
  readonly log: Log;
}

export type CrossCheckMessage =
  | { readonly kind: 'look' }
  | { readonly kind: 'looked'; readonly outcome: Result<AccountLook, string> };

/** What differs is looked at again so much later, and so is what could not be seen. */
const AGAIN_MS = 30_000;

interface CrossCheckState {
  readonly desk: CcxtDesk;
  readonly check: CrossCheck;
  looks: number;
  failed: number;
  fault: string;
}

/**
 * A second opinion on one account: what ccxt, which shares no code with our adapters, is told of
 * balances and open orders is held against our books. It finds and tells; it mends nothing.
 */
export function crossCheckActor(
  options: CrossCheckOptions,
): ActorSpec<CrossCheckState, CrossCheckMessage> {
  const { venue, everyMs, journal, log } = options;
  type Ctx = Context<CrossCheckMessage>;

  const onLooked = (state: CrossCheckState, outcome: Result<AccountLook, string>, ctx: Ctx) => {
    state.fault = outcome.ok ? '' : outcome.error;
    if (outcome.ok) {
      state.looks += 1;
      for (const detail of state.check.look(outcome.value, options.booked())) {
        log('error', ctx.path, 'second-opinion-differs', { venue, detail });
        journal({ kind: 'incident', what: 'second-opinion-differs', where: ctx.path, detail });
      }
    } else {
      state.failed += 1;
      log('warn', ctx.path, 'no-second-opinion', { venue, detail: outcome.error });
    }
    const isSoon = !outcome.ok || state.check.isInDoubt;
    if (isSoon) state.desk.forgetMarkets();
    ctx.timers.start('look', Math.min(isSoon ? AGAIN_MS : everyMs, everyMs), { kind: 'look' });
  };

  return {
    kind: 'cross-check',
    start(ctx) {
      const crashed = (detail: string, againMs: number): void =>
        log('warn', ctx.path, 'ccxt-ended', { venue, detail, againMs });
      ctx.timers.start('look', Math.min(AGAIN_MS, everyMs), { kind: 'look' });
      const desk = options.open(crashed);
      return { desk, check: new CrossCheck(), looks: 0, failed: 0, fault: '' };
    },
    receive(state, message, ctx) {
      if (message.kind === 'looked') onLooked(state, message.outcome, ctx);
      else {
        const looked = ctx.fenced((outcome: Result<AccountLook, string>) => {
          ctx.ingest({ kind: 'looked', outcome });
        });
        void lookThrough(state.desk, options).then(looked);
      }
      return state;
    },
    stop: ({ desk }) => desk.close(),
    view: ({ desk, check, looks, failed, fault }) => ({
      ...{ venue, looks, failed, fault },
      differences: check.standing,
      thread: desk.summary(),
    }),
  };
}

/** Metadata first, since nobody has to wait for those; then what takes the key, in one turn. */
async function lookThrough(
  desk: CcxtDesk,
  { instruments, hasBalances, turns }: CrossCheckOptions,
): Promise<Result<AccountLook, string>> {
  const ask = async <Q extends ReferenceQuestion>(question: Q): Promise<AnswerTo<Q>> => {
    const answer = await desk.ask(question);
    if (answer.ok) return answer.value;
    throw new NoAnswer(`${question.kind}: ${JSON.stringify(answer.error)}`);
  };
  try {
    const markets = await ask({ kind: 'markets' });
    const grids = new Map<string, Grid>();
    const names = instruments.map(({ symbol: own }) => {
      const market = markets.find(({ id, symbol }) => id === own || symbol === own);
      if (market === undefined) throw new NoAnswer(`${own}: ccxt knows no such market`);
      grids.set(own, { tick: Number(market.tick), lot: Number(market.lot) });
      return market.symbol;
    });
    return await inTurn(turns, async () => {
      const openOrders = new Set<string>();
      for (const symbol of names) {
        for (const { id } of await ask({ kind: 'open-orders', symbol })) openOrders.add(id);
      }
      const balances = hasBalances ? amountsIn(await ask({ kind: 'balances' })) : null;
      if (hasBalances && balances === null) return err('balances: found no decimal');
      return ok({ grids, balances, openOrders });
    });
  } catch (thrown) {
    if (thrown instanceof NoAnswer) return err(thrown.message);
    throw thrown;
  }
}

/** Why a look came to nothing; thrown within one and caught at its edge. */
class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

function inTurn<T>(turns: KeyTurns, run: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const isIn = turns.enter((leave) => {
      void run().then(resolve, reject).then(leave);
    });
    if (!isIn) reject(new NoAnswer('too many wait for a turn with the key'));
  });
}
