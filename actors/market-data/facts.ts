import type { Net } from '../../src/core/env.ts';
import type { Instrument } from '../../src/core/instrument.ts';
import type { MarketFact } from '../../src/market/fact.ts';
import { FactBoard, type FactRow } from '../../src/market/fact-board.ts';
import type { TapeRelay } from '../../src/storage/columns/tape-relay.ts';
import { FactPoller, type SourceRow } from '../../src/venues/facts/fact-poller.ts';
import type { FactsSettings } from '../../src/venues/facts/settings.ts';
import type { Venue } from '../../src/venues/port.ts';
import { Questions } from '../../src/venues/questions.ts';
import type { VenueQuiet } from '../../src/venues/session/quiet-time.ts';
import { VenueClock } from '../../src/venues/venue-clock.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';
import type { ActorRef } from '../runtime/ref.ts';

export type FactsMessage = MarketFact | { readonly kind: 'poll' } | { readonly kind: 'probe' };

export interface FactsOptions {
  readonly venues: readonly AskedVenue[];
  readonly instruments: readonly Instrument[];
  readonly net: Net;
  readonly settings: FactsSettings;
  /** Who hears of facts, this actor among them; the feeds tell them theirs. */
  readonly listeners: readonly ActorRef<MarketFact>[];
  /** Hears every fact that was asked for; null where nothing is recorded. */
  readonly tape: TapeRelay | null;
}

/** A venue, and how long it wants to be left alone, whoever asks. */
export type AskedVenue = Venue & { readonly quiet: VenueQuiet };

/** What the actor shows of itself. */
export interface FactsView {
  readonly figures: readonly FactRow[];
  readonly questions: readonly SourceRow[];
  readonly heard: number;
  readonly forgotten: number;
}

/** Far below the time between two questions that the budget allows. */
const POLL_MS = 500;
const PROBE_MS = 60_000;

interface FactsState {
  readonly board: FactBoard;
  readonly pollers: readonly FactPoller[];
  readonly questions: readonly Questions[];
}

/**
 * Asks the venues what no socket tells, and keeps the latest of every fact for whoever looks. All
 * of it is asked again after a crash.
 */
export function factsActor(options: FactsOptions): ActorSpec<FactsState, FactsMessage> {
  const { venues, instruments, net, settings, listeners, tape } = options;

  const open = (venue: AskedVenue, ctx: Context<FactsMessage>) => {
    const { clock, random } = ctx;
    const fenced = ctx.fenced.bind(ctx);
    const venueClock = new VenueClock(clock);
    const questions = new Questions({
      ...{ venue, net, clock, venueClock, fenced },
      quiet: venue.quiet.questions,
    });
    const poller = new FactPoller({
      venue: venue.name,
      sources: venue.facts ?? [],
      ...{ settings, clock, random, fenced },
      venueMs: () => venueClock.nowMs(),
      ask: (query) => questions.ask(query),
      told(fact) {
        for (const listener of listeners) ctx.send(listener, fact);
        tape?.onFact(fact, clock.mono());
      },
    });
    return { questions, poller };
  };

  return {
    kind: 'facts',
    mailbox: { capacity: 4096, overflow: 'reject' },
    start(ctx) {
      ctx.timers.start('poll', POLL_MS, { kind: 'poll' }, { periodic: true });
      ctx.timers.start('probe', PROBE_MS, { kind: 'probe' }, { periodic: true });
      const opened = venues
        .filter(({ facts = [] }) => facts.length > 0)
        .map((venue) => open(venue, ctx));
      const questions = opened.map((each) => each.questions);
      for (const each of questions) void each.probeClock();
      const board = new FactBoard(instruments);
      return { board, pollers: opened.map(({ poller }) => poller), questions };
    },
    receive(state, message, ctx) {
      if (message.kind === 'poll') for (const poller of state.pollers) poller.tick();
      else if (message.kind === 'probe') for (const each of state.questions) void each.probeClock();
      else state.board.note(message, ctx.clock.now());
      return state;
    },
    view({ board, pollers }): FactsView {
      const questions = pollers.flatMap((poller) => poller.rows());
      return { figures: board.rows(), questions, ...board.counts };
    },
  };
}
