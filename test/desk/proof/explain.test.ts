/** Orders of a desk that has traded are explained, and their decisions made once more. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runDaemonCommand } from '../../../src/commands/daemon-commands.ts';
import type { Desk } from '../../../src/commands/desk.ts';
import { PROOF_COMMANDS } from '../../../src/commands/proof/proof-commands.ts';
import type { Explanation } from '../../../src/commands/proof/proof-port.ts';
import { lotsOf, millisOf, nanosOf, ticksOf } from '../../../src/core/units.ts';
import { explainOrder } from '../../../src/desk/proof/explain.ts';
import { journalProof } from '../../../src/desk/proof/journal-proof.ts';
import { amendmentOf } from '../../../src/execution/amend/amendment.ts';
import { EVIDENCE_AT as AT } from '../../../src/execution/proof/evidence.ts';
import { EventStore } from '../../../src/storage/event-store/event-store.ts';
import { memoryTables } from '../../../src/storage/event-store/memory-tables.ts';
import { EventEncoder, type JournalRecord } from '../../../src/storage/journal/codec.ts';
import type { JournalEvent } from '../../../src/storage/journal/event-table.ts';
import { anInstrument, anOrder } from '../../storage/journal/events.ts';
import { rehearsed } from '../../support/desk/rehearsed.ts';

/** A store with the events of a journal, each changed as the test wants. */
function storeOf(
  records: readonly { readonly event: JournalEvent }[],
  change: (event: JournalEvent) => JournalEvent | null = (event) => event,
): EventStore {
  const store = new EventStore(memoryTables());
  const encoder = new EventEncoder();
  let sequence = 0;
  for (const { event } of records) {
    const changed = change(event);
    if (changed === null) continue;
    const length = encoder.encode(changed, 1, nanosOf(sequence), millisOf(1_700_000_000_000));
    sequence += 1;
    const payload = encoder.bytes.slice(0, length);
    assert.ok(store.apply([{ sequence, payload }]).ok);
  }
  return store;
}

const explained = (store: EventStore, clientId: string): Explanation => {
  const outcome = explainOrder(store, clientId);
  if (!outcome.ok) throw new Error(outcome.error);
  return outcome.value;
};

const shown = (name: string, data: unknown): string =>
  PROOF_COMMANDS.find((command) => command.name === name)?.show(data) ?? '';

let journal: readonly JournalRecord[] = [];
let live: { exitCode: number; data: unknown } = { exitCode: -1, data: null };
let spoken: string | null = null;

test.before(async () => {
  const ended = await rehearsed({
    // Every change of price replaces the quotes.
    change({ risk, strategies: [first] }) {
      Object.assign(risk, { strategyOrdersPerSecond: 50, ordersPerSecond: 50 });
      Object.assign(first?.settings ?? {}, { requoteBps: 0 });
    },
    async script({ desk, until }) {
      await until('it trades', () => desk.parts.metrics.orders > 40);
      await desk.parts.journal.settled();
      const [first] = submittedIn([...desk.parts.journal.store.readAll(1)]);
      const asked = (words: string[], on: Desk = desk) =>
        runDaemonCommand(on, words, { user: 'ann', role: 'viewer' });
      live = await asked(['explain', first as string]);
      spoken = (await asked(['explain', 'nobody'])).error;
    },
  });
  journal = ended.journal;
});

function submittedIn(records: readonly JournalRecord[]): string[] {
  return records.flatMap(({ event }) =>
    event.kind === 'order-submitted' ? [event.order.clientId] : [],
  );
}

test('every order of a run is decided again to the same intent, bit for bit', () => {
  const store = storeOf(journal);
  const orders = submittedIn(journal);
  assert.ok(orders.length > 40, `${orders.length} orders`);
  for (const clientId of orders) {
    const { again, isRecorded } = explained(store, clientId);
    assert.equal([isRecorded, again], [true, { isSame: true, parts: [], obstacle: '' }], clientId);
  }
});

test('a running desk explains its orders in the order of their causes', () => {
  assert.is(live.exitCode, 0);
  const text = shown('explain', live.data);
  const whats = (live.data as Explanation).links.map(({ what }) => what);
  assert.equal(whats, ['market event', 'features', 'decision', 'risk', 'bytes sent', 'events']);
  assert.match(text, /^made once more\n {2}the same intent, bit for bit$/m);
  assert.match(text, /"method":"order.place"/);
  assert.match(text, /"signature":"\(not recorded\)"/);
  assert.match(text, /worst position +[\d.]+ of at most 15000/);
  assert.match(text, /order-submitted/);
  assert.is(spoken, 'explain: no order nobody is in this journal');
});

/** The explanation of the first order when its record has been changed. */
function afterChange(change: (event: JournalEvent) => JournalEvent | null): Explanation {
  const [first] = submittedIn(journal);
  return explained(storeOf(journal, change), first as string);
}

const submittedWith = (change: (evidence: Float64Array) => void) => (event: JournalEvent) => {
  if (event.kind !== 'order-submitted' || event.evidence === undefined) return event;
  const evidence = event.evidence.slice();
  change(evidence);
  return { ...event, evidence };
};

test('what an order waits for is part of the decision and of what risk looked at', () => {
  const trigger = { kind: 'stop', ticks: ticksOf(5_000_000) } as const;
  const behind = afterChange((event) =>
    event.kind === 'order-submitted' ? { ...event, order: { ...event.order, trigger } } : event,
  );
  assert.equal(behind.again?.parts, [
    { name: 'trigger', recorded: '{"kind":"stop","ticks":5000000}', now: 'undefined' },
  ]);
  const text = shown('explain', behind);
  assert.match(text, /kind +stop-limit at 50000.00/);
  assert.match(text, /off the trigger, bps +[\d.]+ of at most/);
  assert.match(text, /"type":"STOP_LOSS_LIMIT"/);
  const market = afterChange((event) => {
    if (event.kind !== 'order-submitted') return event;
    const order = { ...event.order, kind: 'market', ticks: ticksOf(0), trigger } as const;
    return { ...event, order: { ...order, isPostOnly: false } };
  });
  assert.match(shown('explain', market), /trigger off the mid, bps +\d+/);
  const trailing = afterChange((event) => {
    if (event.kind !== 'order-submitted') return event;
    const trail = { kind: 'trailing-stop', ticks: ticksOf(0), bips: 100 } as const;
    const order = { ...event.order, kind: 'market', ticks: ticksOf(0), trigger: trail } as const;
    return { ...event, order: { ...order, isPostOnly: false } };
  });
  assert.match(shown('explain', trailing), /trigger off the mid, bps +0/);
  const taken = afterChange((event) => {
    if (event.kind !== 'order-submitted') return event;
    return { ...event, order: { ...event.order, kind: 'market', ticks: ticksOf(0) } };
  });
  assert.match(shown('explain', taken), /off the mid, bps +0 of at most/);
});

test('an iceberg is decided again with what shows of it', () => {
  const shares = (shownShare: number) =>
    afterChange((event) => {
      if (event.kind === 'strategy-configured') {
        const settings = { ...JSON.parse(event.settings), shownShare: 0.5 };
        return { ...event, settings: JSON.stringify(settings) };
      }
      if (event.kind !== 'order-submitted') return event;
      const { order } = event;
      const shownLots = lotsOf(Math.ceil(order.lots * shownShare));
      return { ...event, order: { ...order, shownLots } };
    }).again?.parts.map(({ name }) => name);
  assert.equal(shares(0.5), []);
  assert.equal(shares(0.25), ['shownLots']);
});

test('an input that was changed shows where the two part', () => {
  const touched = submittedWith((evidence) => {
    evidence[AT.bidTicks] = (evidence[AT.bidTicks] as number) - 5_000;
    evidence[AT.askTicks] = (evidence[AT.askTicks] as number) - 5_000;
  });
  const explanation = afterChange(touched);
  const { again } = explanation;
  assert.ok(again !== null && !again.isSame);
  assert.ok(again.parts.some(({ name }) => name === 'ticks'));
  assert.match(shown('explain', explanation), /they part:\n.*ticks: recorded \d+, now \d+/is);
});

test('one bit of what the strategy remembered is enough', () => {
  const touched = submittedWith((evidence) => {
    evidence[AT.fair] = (evidence[AT.fair] as number) * 0.9;
    evidence[AT.fairNs] = evidence[AT.receivedNs] as number;
  });
  const orders = submittedIn(journal);
  const store = storeOf(journal, touched);
  assert.ok(orders.some((clientId) => explained(store, clientId).again?.isSame === false));
});

test('an order of before says so', () => {
  const explanation = afterChange((event) =>
    event.kind === 'order-submitted' ? { kind: event.kind, order: event.order } : event,
  );
  assert.equal([explanation.isRecorded, explanation.again], [false, null]);
  assert.equal(
    explanation.links.map(({ what }) => what),
    ['events'],
  );
  assert.match(shown('explain', explanation), /from before inputs were recorded/);
});

test('an amended order is explained with the decisions behind its other terms', () => {
  const [first = ''] = submittedIn(journal);
  const at = journal.findIndex(
    ({ event }) => event.kind === 'order-submitted' && event.order.clientId === first,
  );
  const { event } = journal[at] as JournalRecord;
  assert.ok(event.kind === 'order-submitted');
  const { order, evidence } = event;
  const amendment = { ...amendmentOf({ wanted: order, lots: order.lots }), epoch: 77 };
  const told = { kind: 'amend-submitted', clientId: first, amendment } as const;
  const noted = evidence === undefined ? told : { ...told, evidence };
  const records = [...journal.slice(0, at + 1), { event: told }, { event: noted }];
  const { links } = explained(storeOf(records), first);
  const amends = links.filter(({ what }) => what === 'amendment');
  assert.is(amends.length, 1, 'of the other one nothing was noted');
  const rows = new Map(amends[0]?.rows.map(([name, value]) => [name, value]));
  assert.equal(
    [rows.get('record'), rows.get('side'), rows.get('gate epoch')],
    [at + 3, order.side, 77],
  );
  const events = links.find(({ what }) => what === 'events')?.rows ?? [];
  assert.ok(events.some(([name]) => name.endsWith('amend-submitted')));
});

const obstacles: [what: string, change: (event: JournalEvent) => JournalEvent | null, RegExp][] = [
  [
    'settings that are not in the journal',
    (event) => (event.kind === 'strategy-configured' ? null : event),
    /^settings \d+ of mm are not in this journal$/,
  ],
  [
    'settings that no longer read',
    (event) => (event.kind === 'strategy-configured' ? { ...event, settings: '{' } : event),
    /^settings \d+ of mm are not/,
  ],
  [
    'settings of another program',
    (event) => (event.kind === 'strategy-configured' ? { ...event, settings: '{}' } : event),
    /^settings \d+ of mm are not/,
  ],
  [
    'an instrument that is not in the journal',
    (event) => (event.kind === 'instrument-defined' ? null : event),
    /^instrument 0 is not in this journal$/,
  ],
  [
    'a decision that was not noted',
    submittedWith((evidence) => evidence.fill(Number.NaN)),
    /^the inputs of this decision were not noted$/,
  ],
];
for (const [what, change, said] of obstacles) {
  test(`with ${what} nothing is claimed`, () => {
    const explanation = afterChange(change);
    const { again } = explanation;
    assert.ok(again !== null && !again.isSame && again.parts.length === 0);
    assert.match(again.obstacle, said);
    assert.match(shown('explain', explanation), /not possible: /);
  });
}

test('settings and instrument are found behind many other events of the desk', () => {
  const at = journal.findIndex(({ event }) => event.kind === 'order-submitted');
  const [first] = submittedIn(journal);
  const noise = { kind: 'incident', what: 'x', where: 'y', detail: 'z' } as const;
  const store = storeOf([
    ...journal.slice(0, at),
    ...Array.from({ length: 300 }, () => ({ event: noise })),
    ...journal.slice(at),
    ...Array.from({ length: 300 }, () => ({ event: noise })),
    { event: { kind: 'instrument-defined', instrument: anInstrument() } },
  ]);
  assert.is(explained(store, first as string).again?.isSame, true);
});

test('an order whose intent is lost is not explained', () => {
  const store = storeOf([{ event: { kind: 'order-canceled', clientId: 'x', reason: 'y' } }]);
  assert.equal(explainOrder(store, 'x'), {
    ok: false,
    error: 'the intent of x is not on record',
  });
});

test('an order that was stopped at the gate was not sent', () => {
  const [first] = submittedIn(journal);
  const store = storeOf([
    ...journal.slice(0, journal.findIndex(({ event }) => event.kind === 'order-submitted') + 1),
    { event: { kind: 'order-refused', clientId: first as string, reason: 'halted' } },
  ]);
  const text = shown('explain', explained(store, first as string));
  assert.match(text, /handed to the socket +false/);
});

test('modes, requests and approvals are told in their order', async () => {
  const statement = 'flyball-mode-v1\ndesk a\nmode full-auto';
  const store = storeOf([
    ...journal.filter(({ event }) => event.kind === 'mode-changed'),
    { event: { kind: 'mode-requested', statement, by: 'ann', key: 'k', signature: 's' } },
    {
      event: {
        kind: 'mode-approved',
        statement,
        requestedBy: 'ann',
        requestKey: 'k',
        requestSignature: 's',
        approvedBy: 'ben',
        approvalKey: 'k',
        approvalSignature: 's',
      },
    },
    { event: { kind: 'command-given', by: 'ann', command: 'stop' } },
  ]);
  const rows = await journalProof(async () => ({ ok: true, value: store })).modeHistory();
  assert.ok(rows.ok);
  const text = shown('mode history', rows.value);
  assert.match(text, /manual → semi-auto/);
  assert.match(text, /asked for, signed +ann +desk a, mode full-auto/);
  assert.match(text, /approved, signed +ann, ben +desk a/);
  assert.not.match(text, /stop/);
});

test('records that make no sense are still shown', () => {
  const store = storeOf([
    { event: { kind: 'instrument-defined', instrument: anInstrument() } },
    { event: { kind: 'order-submitted', order: anOrder() } },
    { event: { kind: 'order-rejected', clientId: 'desk-1-mm-1', reason: 'x'.repeat(200) } },
  ]);
  assert.match(shown('explain', explained(store, 'desk-1-mm-1')), /reason=x{80}…/);
});

test.run();
