import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type AuditOptions, auditActor } from '../../../actors/safety/audit.ts';
import type { AuditTrail } from '../../../src/audit/trail.ts';
import { Gate } from '../../../src/control/gate.ts';
import { err, ok } from '../../../src/core/result.ts';
import { defaultsOf } from '../../../src/risk/controls/control.ts';
import { auditHealth } from '../../../src/risk/controls/process.ts';
import type { JournalEvent } from '../../../src/storage/journal/event-table.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLog } from '../../support/actors/logs.ts';
import { aLane } from '../../support/lanes.ts';

/** A journal whose health the test sets. */
interface Health {
  fault: unknown;
  storeFault: unknown;
  unsyncedMs: number;
  recordsBehind: number;
  overBudget: { readonly usedBytes: number; readonly budgetBytes: number } | null;
  freeFraction: number;
}

/** An audit log whose state the test sets. */
interface Trail {
  fault: string | null;
  witnessFault: string | null;
  covered: number;
  due: ReturnType<AuditTrail['dueKey']>;
}

async function anAudit(trail: Trail | null = null, limits = defaultsOf(auditHealth)) {
  const tested = aLane();
  const written: JournalEvent[] = [];
  const health: Health = {
    fault: null,
    storeFault: null,
    unsyncedMs: 0,
    recordsBehind: 0,
    overBudget: null,
    freeFraction: 1,
  };
  const audit: AuditTrail | null =
    trail === null
      ? null
      : {
          get fault() {
            return trail.fault;
          },
          get witnessFault() {
            return trail.witnessFault;
          },
          covered: () => trail.covered,
          dueKey: () => trail.due,
        };
  const journal = {
    head: 7,
    append: (event: JournalEvent) => written.push(event),
    appendDurable: (event: JournalEvent) => written.push(event),
    get fault() {
      return health.fault;
    },
    get storeFault() {
      return health.storeFault;
    },
    overBudget: () => health.overBudget,
    lag: () => ({
      recordsUnsynced: 0,
      unsyncedMs: health.unsyncedMs,
      recordsBehind: health.recordsBehind,
    }),
  };
  const gate = new Gate();
  const { log, lines } = aLog();
  const options: AuditOptions = {
    journal: journal as never,
    ...{ audit, gate, log },
    limits: () => limits,
    freeFraction: () => health.freeFraction,
  };
  const heard = await aBranch(tested, { 'safety/audit': () => auditActor(options) }, [
    'safety/control',
  ]);
  return {
    ...tested,
    health,
    gate,
    lines,
    written,
    told: heard['safety/control'] as readonly unknown[],
  };
}

/** What may be wrong with a journal that still works, and what is said about it. */
const TROUBLES: readonly [Partial<Health>, string][] = [
  [{ unsyncedMs: 1_001 }, 'events are unsynced for 1001 ms'],
  [{ recordsBehind: 100_001 }, 'the store is 100001 events behind'],
  [
    { overBudget: { usedBytes: 11, budgetBytes: 10 } },
    'the journal takes 11 bytes and may take 10',
  ],
];

for (const [trouble, reason] of TROUBLES) {
  test(`the gate closes while ${reason}, and control hears when it is over`, async () => {
    const { env, health, gate, lines, told } = await anAudit();
    Object.assign(health, trouble);
    await env.advance(100);
    assert.ok(gate.isClosedBy('journal'));
    assert.equal(told, [{ kind: 'fault', fault: 'journal', reason }]);
    assert.ok(lines.some((line) => line.startsWith('error safety/audit journal-trouble')));
    await env.advance(1_000);
    assert.is(told.length, 1, 'it is told once');
    Object.assign(health, { unsyncedMs: 0, recordsBehind: 0, overBudget: null });
    await env.advance(100);
    assert.equal(told[1], { kind: 'cleared', fault: 'journal' });
    assert.ok(gate.isClosedBy('journal'), 'opening it is for control');
    assert.ok(lines.some((line) => line.startsWith('info safety/audit journal-well')));
  });
}

test('that a trouble is over is said until control has heard it, and then no more', async () => {
  const { env, health, gate, told } = await anAudit();
  health.unsyncedMs = 1_001;
  await env.advance(100);
  health.unsyncedMs = 0;
  // Control is being replaced, and what it is told meanwhile is lost.
  await env.advance(300);
  const cleared = { kind: 'cleared', fault: 'journal' };
  assert.equal(told.slice(1), [cleared, cleared, cleared]);
  gate.open('journal');
  await env.advance(1_000);
  assert.is(told.length, 4);
});

test('limits themselves are no trouble', async () => {
  const { env, health, gate, told } = await anAudit();
  Object.assign(health, { unsyncedMs: 1_000, recordsBehind: 100_000 });
  await env.advance(1_000);
  assert.not.ok(gate.isClosedBy('journal'));
  assert.equal(told, []);
});

test('a slow sync is told once each time it becomes slow', async () => {
  const { env, health, lines } = await anAudit();
  const slow = () => lines.filter((line) => line.startsWith('warn safety/audit slow-sync')).length;
  health.unsyncedMs = 101;
  await env.advance(500);
  assert.is(slow(), 1);
  health.unsyncedMs = 100;
  await env.advance(100);
  health.unsyncedMs = 150;
  await env.advance(100);
  assert.is(slow(), 2);
});

for (const field of ['fault', 'storeFault'] as const) {
  test(`a journal with a ${field} closes the gate and fails the actor each time`, async () => {
    const { env, health, gate, events, lane } = await anAudit();
    health[field] = { kind: 'io', detail: 'disk gone' };
    await env.advance(100);
    assert.ok(gate.isClosedBy('journal'));
    const failed = events.filter((event) => event.startsWith('failed safety/audit'));
    assert.match(failed[0] ?? '', /message: the journal is broken: .*disk gone/);
    assert.match(failed[1] ?? '', /start: the journal is broken/);
    assert.not.ok(
      lane.describe().some(({ path }) => path === 'safety'),
      'its supervisor gave up',
    );
  });
}

test('an inspector sees the head and how far behind the medium is', async () => {
  const { lane } = await anAudit();
  const view = lane.view('safety/audit');
  assert.equal(view.ok && view.value, {
    head: 7,
    trouble: '',
    recordsUnsynced: 0,
    unsyncedMs: 0,
    recordsBehind: 0,
    freeFraction: 1,
  });
});

test('C33: with less than 5 % of the disk free no order leaves, and then again', async () => {
  const { env, health, gate, told } = await anAudit();
  health.freeFraction = 0.05;
  await env.advance(5_100);
  assert.not.ok(gate.isClosedBy('journal'), 'the limit itself is no trouble');
  health.freeFraction = 0.04;
  await env.advance(5_000);
  assert.ok(gate.isClosedBy('journal'));
  const reason = '4.0 % of the disk are free, wanted 5 %';
  assert.equal(told, [{ kind: 'fault', fault: 'journal', reason }]);
  health.freeFraction = 0.06;
  await env.advance(5_000);
  assert.equal(told[1], { kind: 'cleared', fault: 'journal' });
});

test('C33: a desk whose disk is full from the start is closed from the start', async () => {
  const { env, health, gate, lane } = await anAudit();
  health.freeFraction = Number.NaN;
  lane.inject('safety/audit', new Error('injected'));
  await env.advance(200);
  assert.ok(gate.isClosedBy('journal'));
});

test('C33: the limits are those in force', async () => {
  const { env, health, told } = await anAudit(null, { lagMs: 2_000, freeFraction: 0.02 });
  Object.assign(health, { unsyncedMs: 1_900, freeFraction: 0.03 });
  await env.advance(5_200);
  assert.equal(told, []);
  health.unsyncedMs = 2_001;
  await env.advance(100);
  assert.is(told.length, 1);
});

const aTrail = (over: Partial<Trail> = {}): Trail => ({
  ...{ fault: null, witnessFault: null, covered: 7, due: ok(null), ...over },
});

test('C33: without a signed checkpoint for a second no order leaves, and then again', async () => {
  const trail = aTrail({ covered: 6 });
  const { env, gate, told, lane } = await anAudit(trail);
  await env.advance(1_100);
  assert.not.ok(gate.isClosedBy('journal'), 'a second is allowed');
  await env.advance(100);
  assert.ok(gate.isClosedBy('journal'));
  const reason = 'events are without a signed checkpoint for 1100 ms';
  assert.equal(told, [{ kind: 'fault', fault: 'journal', reason }]);
  trail.covered = 7;
  await env.advance(100);
  assert.equal(told[1], { kind: 'cleared', fault: 'journal' });
  const view = lane.view('safety/audit');
  assert.ok(view.ok);
  assert.equal((view.value as { covered: number }).covered, 7);
});

test('A15: a log that no longer follows closes the gate and fails the actor', async () => {
  const trail = aTrail();
  const { env, gate, events } = await anAudit(trail);
  trail.fault = 'the disk is gone';
  await env.advance(100);
  assert.ok(gate.isClosedBy('journal'));
  assert.ok(events.some((event) => event.includes('the audit log is broken: the disk is gone')));
});

test('A15: an entry every ten seconds shows that somebody writes', async () => {
  const { env, written } = await anAudit(aTrail({ covered: 5 }));
  await env.advance(9_900);
  assert.equal(written, []);
  await env.advance(10_100);
  assert.equal(written, [
    { kind: 'heartbeat', covered: 5 },
    { kind: 'heartbeat', covered: 5 },
  ]);
});

test('F43: without a witness Full-Auto is barred, and it comes back by itself', async () => {
  const trail = aTrail({ witnessFault: 'no witness has signed for 12 s: nobody is there' });
  const { env, gate, told } = await anAudit(trail);
  await env.advance(200);
  const reason = trail.witnessFault;
  assert.equal(told, [{ kind: 'fault', fault: 'witness', reason }], 'it is told once');
  assert.not.ok(gate.isClosedBy('journal'), 'orders still leave');
  trail.witnessFault = null;
  await env.advance(200);
  assert.equal(told[1], { kind: 'cleared', fault: 'witness' });
});

test('a key that is due is handed over once, and one that cannot be made is told', async () => {
  const trail = aTrail({ due: ok('flyball/x+1+a') });
  const { env, written, lines } = await anAudit(trail);
  await env.advance(10_000);
  assert.equal(written.at(-1), { kind: 'audit-key-rotated', newKey: 'flyball/x+1+a' });
  trail.due = err('no space');
  await env.advance(10_000);
  assert.is(written.length, 3);
  assert.ok(lines.some((line) => line.startsWith('error safety/audit audit-key-not-made')));
});

test.run();
