/**
 * The lifecycle of a connection beside a table that is written from docs/decisions/0035 and not
 * from the machine: every state with every event, every state that can be reached, every shortest
 * path to it.
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fromTransition } from 'xstate';
import { adjacencyMapToArray, getAdjacencyMap, getShortestPaths } from 'xstate/graph';
import { rngOf } from '../../../src/core/rng.ts';
import {
  FIRST_LIFECYCLE,
  LIFECYCLE_STATES,
  type Lifecycle,
  type LifecycleEvent,
  type LifecycleName,
  nextLifecycle,
  waitMs,
} from '../../../src/venues/connection/lifecycle.ts';
import { law } from '../../support/law.ts';

const BAN_MS = 100;
const NOW = 1_000;
const banned = { kind: 'banned', forMs: BAN_MS } as const;
const shut = { kind: 'maintenance' } as const;

/** Every kind of event, with the name that the table has for it. */
const EVENTS: Readonly<Record<string, LifecycleEvent>> = {
  due: { type: 'due', nowMs: NOW },
  'due-ticket': { type: 'due', needsTicket: true, nowMs: NOW },
  authorised: { type: 'authorised', nowMs: NOW },
  opened: { type: 'opened', nowMs: NOW },
  synced: { type: 'synced', nowMs: NOW },
  lost: { type: 'lost', nowMs: NOW },
  'refused-ban': { type: 'refused', refusal: banned, nowMs: NOW },
  'refused-shut': { type: 'refused', refusal: shut, nowMs: NOW },
  'says-shut': { type: 'announced', isTrading: false, nowMs: NOW },
  'says-open': { type: 'announced', isTrading: true, nowMs: NOW },
  'give-up': { type: 'give-up', nowMs: NOW },
  retire: { type: 'retire', nowMs: NOW },
  closed: { type: 'closed', refusal: null, nowMs: NOW },
  'closed-ban': { type: 'closed', refusal: banned, nowMs: NOW },
  'closed-shut': { type: 'closed', refusal: shut, nowMs: NOW },
};

/** Where each event leads from a socket that is open, or being opened; what is missing stays. */
const ENDS = { closed: 'backing-off', 'closed-ban': 'banned', 'closed-shut': 'maintenance' };
const OPEN = { 'says-shut': 'maintenance', 'give-up': 'closing', retire: 'closing', ...ENDS };
const REFUSED = { 'refused-ban': 'banned', 'refused-shut': 'maintenance' };
const DUE_OPEN = { due: 'syncing', 'due-ticket': 'syncing' };
type Row = Readonly<Partial<Record<keyof typeof EVENTS, string>>>;
const TABLE: Readonly<Record<LifecycleName, Row>> = {
  idle: { due: 'connecting', 'due-ticket': 'authorising' },
  authorising: { authorised: 'connecting', retire: 'idle', ...ENDS },
  connecting: { opened: 'syncing', 'give-up': 'closing', retire: 'closing', ...ENDS },
  syncing: { ...OPEN, ...REFUSED, synced: 'live' },
  live: { ...OPEN, lost: 'gap' },
  gap: { ...OPEN, ...REFUSED, synced: 'live' },
  'backing-off': { due: 'connecting', 'due-ticket': 'authorising', retire: 'idle' },
  banned: { ...OPEN, ...REFUSED, ...ENDS, ...DUE_OPEN, synced: 'live' },
  maintenance: { ...OPEN, ...REFUSED, ...DUE_OPEN, 'says-open': 'syncing' },
  closing: ENDS,
};

/** A state with an open socket where it can have one, and nothing else that decides. */
function aState(name: LifecycleName, over: Partial<Lifecycle['context']> = {}): Lifecycle {
  const isOpen = !['idle', 'authorising', 'connecting', 'backing-off'].includes(name);
  return { name, context: { ...FIRST_LIFECYCLE.context, isOpen, openedMs: NOW - 1, ...over } };
}

const TICKET = EVENTS['due-ticket'] as LifecycleEvent;

for (const from of LIFECYCLE_STATES) {
  test(`from ${from} every event leads where the table says`, () => {
    for (const [name, event] of Object.entries(EVENTS)) {
      // Its ban is over: the table is about what is not waited for.
      const after = nextLifecycle(aState(from), event);
      assert.is(after.name, TABLE[from][name] ?? from, `${from} by ${name}`);
    }
  });
}

test('a wait that ends without an open socket makes a connection', () => {
  for (const from of ['banned', 'maintenance'] as const) {
    const after = nextLifecycle(aState(from, { isOpen: false }), EVENTS['due'] as LifecycleEvent);
    assert.is(after.name, 'connecting', from);
    const asked = nextLifecycle(aState(from, { isOpen: false }), TICKET);
    assert.is(asked.name, 'authorising', from);
    const gone = nextLifecycle(aState(from, { isOpen: false }), EVENTS['retire'] as LifecycleEvent);
    assert.is(gone.name, 'idle', from);
    const still = { type: 'give-up', nowMs: NOW } as const;
    assert.is(nextLifecycle(aState(from, { isOpen: false }), still).name, from);
  }
});

test('a ban is honoured to its end, through a lost socket and against an early timer', () => {
  let state = nextLifecycle(aState('gap'), EVENTS['refused-ban'] as LifecycleEvent);
  assert.is(state.context.bannedUntilMs, NOW + BAN_MS);
  for (const needsTicket of [false, true]) {
    state = nextLifecycle(state, { type: 'due', needsTicket, nowMs: NOW + BAN_MS - 1 });
    assert.is(state.name, 'banned');
  }
  state = nextLifecycle(state, { type: 'closed', refusal: null, nowMs: NOW + 1 });
  assert.is(state.name, 'banned');
  const rest = waitMs(state, rngOf(1), { nowMs: NOW + 1, leastMs: 0 });
  assert.ok(rest >= BAN_MS - 1, `${rest}`);
  state = nextLifecycle(state, { type: 'due', nowMs: NOW + BAN_MS });
  assert.is(state.name, 'connecting');
});

test('a later ban makes the wait longer, and an earlier end makes it no shorter', () => {
  const first = nextLifecycle(aState('gap'), EVENTS['refused-ban'] as LifecycleEvent);
  const longer = { kind: 'banned', forMs: 500 } as const;
  const second = nextLifecycle(first, { type: 'refused', refusal: longer, nowMs: NOW });
  assert.is(second.context.bannedUntilMs, NOW + 500);
  const third = nextLifecycle(second, EVENTS['refused-ban'] as LifecycleEvent);
  assert.is(third.context.bannedUntilMs, NOW + 500);
});

test('an announcement is taken back by another, and what an answer said by an answer', () => {
  const said = nextLifecycle(aState('live'), EVENTS['says-shut'] as LifecycleEvent);
  assert.is(nextLifecycle(said, EVENTS['synced'] as LifecycleEvent).name, 'maintenance');
  const back = nextLifecycle(said, EVENTS['says-open'] as LifecycleEvent);
  assert.equal([back.name, back.context.closedBy], ['syncing', 'nobody']);
  const refused = nextLifecycle(aState('gap'), EVENTS['refused-shut'] as LifecycleEvent);
  const live = nextLifecycle(refused, EVENTS['synced'] as LifecycleEvent);
  assert.equal([live.name, live.context.closedBy], ['live', 'nobody']);
});

test('maintenance lasts through failed attempts and ends with a socket that opens', () => {
  let state = nextLifecycle(aState('connecting'), EVENTS['closed-shut'] as LifecycleEvent);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    state = nextLifecycle(state, EVENTS['due'] as LifecycleEvent);
    assert.is(state.name, 'connecting');
    state = nextLifecycle(state, EVENTS['closed'] as LifecycleEvent);
    assert.is(state.name, 'maintenance');
  }
  state = nextLifecycle(state, EVENTS['due'] as LifecycleEvent);
  state = nextLifecycle(state, EVENTS['opened'] as LifecycleEvent);
  assert.equal([state.name, state.context.closedBy], ['syncing', 'nobody']);
});

test('a connection that is retired comes to rest, is no loss, and can be wanted again', () => {
  let state = nextLifecycle(aState('live'), EVENTS['retire'] as LifecycleEvent);
  state = nextLifecycle(state, EVENTS['closed'] as LifecycleEvent);
  assert.equal([state.name, state.context.losses], ['idle', 0]);
  state = nextLifecycle(state, EVENTS['due'] as LifecycleEvent);
  assert.equal([state.name, state.context.isRetired], ['connecting', false]);
  const closing = nextLifecycle(aState('closing'), EVENTS['retire'] as LifecycleEvent);
  assert.is(nextLifecycle(closing, EVENTS['closed'] as LifecycleEvent).name, 'idle');
});

test('back-off doubles with jitter to half a minute, and begins anew after a stable time', () => {
  let state = aState('connecting');
  const waits: number[] = [];
  for (let attempt = 0; attempt < 10; attempt += 1) {
    state = nextLifecycle(state, EVENTS['closed'] as LifecycleEvent);
    waits.push(waitMs(state, rngOf(attempt), { nowMs: NOW, leastMs: 0 }));
    state = nextLifecycle(state, EVENTS['due'] as LifecycleEvent);
  }
  waits.forEach((wait, attempt) => {
    const nominal = Math.min(30_000, 250 * 2 ** attempt);
    assert.ok(wait > nominal / 2 && wait <= nominal, `${attempt}: ${wait}`);
  });
  state = nextLifecycle(state, EVENTS['opened'] as LifecycleEvent);
  const short = nextLifecycle(state, { type: 'closed', refusal: null, nowMs: NOW + 30_000 });
  assert.is(short.context.attempts, 11);
  const stable = nextLifecycle(state, { type: 'closed', refusal: null, nowMs: NOW + 30_001 });
  assert.is(stable.context.attempts, 1);
  assert.is(waitMs(stable, rngOf(1), { nowMs: NOW, leastMs: 4_000 }), 4_000);
});

const keyOf = ({ name, context }: Lifecycle): string =>
  JSON.stringify([
    name,
    context.isOpen,
    context.bannedUntilMs,
    context.closedBy,
    context.isRetired,
  ]);

test('every state is reached, and an open socket is where a socket can be', () => {
  const logic = fromTransition(
    (state: Lifecycle, event: LifecycleEvent) => nextLifecycle(state, event),
    FIRST_LIFECYCLE,
  );
  const traversal = {
    events: Object.values(EVENTS),
    serializeState: ({ context }: { context: Lifecycle }) => keyOf(context),
  } as never;
  const edges = adjacencyMapToArray(getAdjacencyMap(logic, traversal)) as unknown as {
    readonly state: { readonly context: Lifecycle };
    readonly nextState: { readonly context: Lifecycle };
  }[];
  const names = new Set(edges.map(({ nextState }) => nextState.context.name));
  assert.equal([...names].sort(), [...LIFECYCLE_STATES].sort());
  for (const { nextState } of edges) {
    const { name, context } = nextState.context;
    if (['syncing', 'live', 'gap'].includes(name)) assert.ok(context.isOpen, name);
    if (['idle', 'connecting', 'backing-off'].includes(name)) assert.not.ok(context.isOpen, name);
  }
  const paths = getShortestPaths(logic, traversal) as unknown as {
    readonly state: { readonly context: Lifecycle };
  }[];
  // From everywhere a due wait, an opening and right books lead back to live prices.
  for (const { state } of paths) {
    let now = state.context;
    const cure = ['closed', 'due', 'due', 'opened', 'synced'] as const;
    for (const name of cure)
      now = nextLifecycle(now, { ...EVENTS[name], nowMs: 1e6 } as LifecycleEvent);
    assert.is(now.name, 'live', keyOf(state.context));
  }
});

test('no sequence of events loses a wait, throws, or leaves a ban behind', () => {
  const anEvent = fc.constantFrom(...Object.values(EVENTS));
  law(
    fc.property(fc.array(fc.tuple(anEvent, fc.nat({ max: 80 })), { maxLength: 40 }), (run) => {
      let state = FIRST_LIFECYCLE;
      let nowMs = 0;
      for (const [event, passedMs] of run) {
        nowMs += passedMs;
        const before = state;
        state = nextLifecycle(state, { ...event, nowMs });
        assert.ok(state.context.bannedUntilMs >= before.context.bannedUntilMs);
        assert.ok(state.context.losses >= before.context.losses);
        if (before.name === 'banned' && state.name === 'connecting') {
          assert.ok(nowMs >= before.context.bannedUntilMs);
        }
      }
    }),
    200,
  );
});

test.run();
