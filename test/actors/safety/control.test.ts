import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { address } from '../../../actors/addresses.ts';
import type { Reply } from '../../../actors/runtime/ref.ts';
import { type ControlOptions, controlActor } from '../../../actors/safety/control.ts';
import type { ReleaseRefusal, Role } from '../../../src/control/authorisation.ts';
import type { ControlSummary, ResetRefusal } from '../../../src/control/control-desk.ts';
import type { ControlEvent } from '../../../src/control/events.ts';
import { Gate } from '../../../src/control/gate.ts';
import type { ModePolicy } from '../../../src/control/modes.ts';
import { err, ok, type Result } from '../../../src/core/result.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLog } from '../../support/actors/logs.ts';
import { aCause, aQuietKernel } from '../../support/control/kernels.ts';
import { aFirstMode, SEAL } from '../../support/control/restores.ts';
import { aLane } from '../../support/lanes.ts';

const POLICY: ModePolicy = {
  initial: 'full-auto',
  climbsAfterFault: true,
  semiCooldownMs: 0,
  fullCooldownMs: 0,
  resetCooldownMs: 3_000,
};
const VENUE = 'trading/venues/venue:binance';

async function aControl(parts: Partial<ControlOptions> = {}) {
  const tested = aLane();
  const gate = new Gate();
  const kernel = aQuietKernel(gate);
  const journaled: ControlEvent[] = [];
  const { log, lines } = aLog();
  let latched: string | null = null;
  const latch = {
    cause: () => latched,
    set: (cause: string) => {
      latched = cause;
    },
    clear: () => {
      latched = null;
    },
  };
  const spec = () =>
    controlActor({
      gate,
      latch,
      venues: ['binance'],
      seal: SEAL,
      kernel,
      restore: () => Promise.resolve(aFirstMode(POLICY, { isLatched: latched !== null })),
      journal: (event) => void journaled.push(event),
      isTreeUp: () => false,
      log,
      ...parts,
    });
  const heard = await aBranch(tested, { 'safety/control': spec }, [VENUE, 'trading/execution']);
  const { lane, env } = tested;
  const summary = (): ControlSummary => {
    const view = lane.view('safety/control');
    assert.ok(view.ok);
    return (view as { value: ControlSummary }).value;
  };
  /** Answers the last wish to reconcile, as the venue does. */
  const reconcile = async (): Promise<void> => {
    const wishes = (heard[VENUE] ?? []) as readonly { kind: string; token: number }[];
    const wish = wishes.filter(({ kind }) => kind === 'reconcile').at(-1);
    assert.ok(wish !== undefined, 'the venue was asked');
    const token = wish?.token ?? 0;
    lane.send(address.control, { kind: 'venue-reconciled', venue: 'binance', token });
    await env.settle();
  };
  return { ...tested, gate, kernel, journaled, lines, heard, summary, reconcile };
}

async function aTradingControl(parts: Partial<ControlOptions> = {}) {
  const tested = await aControl(parts);
  tested.lane.send(address.control, { kind: 'started' });
  await tested.env.settle();
  await tested.reconcile();
  assert.is(tested.summary().mode, 'full-auto');
  return tested;
}

test('it climbs to the standing order once the tree is up and the venue agrees', async () => {
  const { lane, env, gate, summary, reconcile } = await aControl();
  await env.advance(1_000);
  assert.equal([summary().mode, gate.isClosed], ['manual', true]);
  lane.send(address.control, { kind: 'started' });
  await env.settle();
  assert.ok(gate.isClosedBy('reconciling'));
  await reconcile();
  assert.equal([summary().mode, gate.causes()], ['full-auto', []]);
});

test('it releases what has been raised for whoever may, and says why not to others', async () => {
  const { lane, env, gate, kernel, summary, reconcile } = await aTradingControl();
  kernel.raise(aCause({ scope: { kind: 'desk' }, severity: 'halted', reset: 'R' }));
  lane.send(address.control, { kind: 'severity-changed' });
  await env.settle();
  assert.equal([summary().mode, gate.causes()], ['manual', ['breaker']]);
  const ask = (role: Role) =>
    lane.ask(
      address.control,
      (reply: Reply<Result<void, ReleaseRefusal>>) => ({
        kind: 'release' as const,
        id: 'C28@desk',
        by: { kind: 'person' as const, name: role, role, reason: 'looked' },
        reply,
      }),
      1_000,
    );
  const asked = [ask('operator'), ask('risk-officer')];
  await env.settle();
  assert.equal(
    (await Promise.all(asked)).map((answer) => answer.ok || answer.error.kind),
    ['wrong-class', true],
  );
  await reconcile();
  assert.equal([summary().mode, gate.causes()], ['full-auto', []]);
});

test('an incarnation that follows a crash needs not be told that the tree is up', async () => {
  const { heard, reconcile, summary } = await aControl({ isTreeUp: () => true });
  assert.ok((heard[VENUE] ?? []).length > 0);
  await reconcile();
  assert.is(summary().mode, 'full-auto');
});

test('tokens of a later incarnation are higher than all before', async () => {
  const { lane, env, heard, summary, reconcile } = await aTradingControl({ isTreeUp: () => true });
  const before = heard[VENUE]?.map((message) => (message as { token?: number }).token ?? 0) ?? [];
  lane.inject('safety/control', new Error('boom'));
  await env.settle();
  const tokens = heard[VENUE]?.map((message) => (message as { token?: number }).token ?? 0) ?? [];
  const later = tokens.slice(before.length);
  assert.ok(later.length > 0);
  assert.ok(Math.min(...later) > Math.max(...before), `${later} after ${before}`);
  await reconcile();
  assert.is(summary().mode, 'full-auto');
});

test('a fault is over when it is cleared and the venue agrees', async () => {
  const { lane, env, gate, heard, summary, reconcile } = await aTradingControl();
  lane.send(address.control, { kind: 'fault', fault: 'down:trading/risk', reason: 'boom' });
  await env.settle();
  assert.equal([summary().mode, summary().faults], ['manual', ['down:trading/risk']]);
  assert.ok(gate.isClosedBy('reconciling'));
  assert.equal(heard['trading/execution']?.at(-1), { kind: 'withdraw', strategy: 'all' });
  await reconcile();
  assert.ok(gate.isClosed, 'the fault is not over');
  lane.send(address.control, { kind: 'cleared', fault: 'down:trading/risk' });
  await env.settle();
  assert.equal([summary().mode, gate.causes()], ['full-auto', []]);
});

test('a venue that is lost and found is reconciled before anything leaves', async () => {
  const { lane, env, gate, summary, reconcile } = await aTradingControl();
  lane.send(address.control, { kind: 'venue-lost', venue: 'binance', reason: '1006' });
  await env.settle();
  assert.equal(summary().faults, ['venue:binance']);
  lane.send(address.control, { kind: 'venue-connected', venue: 'binance' });
  await env.settle();
  assert.ok(gate.isClosed);
  await reconcile();
  assert.equal([summary().mode, gate.causes()], ['full-auto', []]);
});

test('a venue that contradicts itself is an emergency', async () => {
  const { lane, env, gate, heard, summary } = await aTradingControl();
  const reason = 'waited for order 5';
  lane.send(address.control, { kind: 'venue-stuck', venue: 'binance', reason });
  await env.settle();
  assert.equal([summary().mode, summary().latch], ['emergency', `venue:binance: ${reason}`]);
  assert.ok(gate.isClosedBy('emergency'));
  assert.ok(heard[VENUE]?.some((message) => (message as { kind: string }).kind === 'cancel-all'));
});

test('a mode that is asked for is answered with what it has come to', async () => {
  const { lane, env, journaled } = await aTradingControl();
  const asked = lane.ask(
    address.control,
    (reply: Reply<ControlSummary>) =>
      ({ kind: 'request-mode', mode: 'manual', by: 'ann', reason: 'lunch', reply }) as const,
    1_000,
  );
  await env.settle();
  assert.is((await asked).mode, 'manual');
  const last = journaled.at(-1);
  assert.equal(last?.kind === 'mode-changed' && [last.to, last.by, last.reason], [
    'manual',
    'ann',
    'lunch',
  ]);
});

test('an emergency is left by a reset after its cool-down, and by nothing else', async () => {
  const { lane, env, summary } = await aTradingControl();
  const reset = () =>
    lane.ask(
      address.control,
      (reply: Reply<Result<void, ResetRefusal>>) =>
        ({ kind: 'reset', by: 'ann', reason: 'looked at', reply }) as const,
      1_000,
    );
  const early = reset();
  await env.settle();
  assert.equal(await early, err({ kind: 'not-tripped', waitMs: 0 }));
  lane.send(address.control, { kind: 'emergency', by: 'ann', reason: 'smoke' });
  await env.settle();
  const cooling = reset();
  await env.settle();
  assert.equal(await cooling, err({ kind: 'cooling', waitMs: 3_000 }));
  await env.advance(3_000);
  const cooled = reset();
  await env.settle();
  assert.equal(await cooled, ok(undefined));
  assert.equal([summary().mode, summary().latch], ['manual', null]);
});

test('ES17: category 1 has execution flatten until the deadline, and then cease', async () => {
  const stop = () => ({ category: 1, flattenMs: 100 }) as const;
  const { lane, env, gate, heard, journaled, reconcile } = await aTradingControl({ stop });
  const told = () =>
    (heard['trading/execution'] ?? []).map((message) => (message as { kind: string }).kind);
  lane.send(address.control, { kind: 'emergency', by: 'button', reason: 'pressed' });
  await env.settle();
  assert.not(told().includes('flatten'), 'not before the venue agrees');
  await reconcile();
  assert.is(told().at(-1), 'flatten');
  assert.is(gate.isFlatteningPermitted, true);
  await env.advance(99);
  assert.is(gate.isFlatteningPermitted, true);
  await env.advance(1);
  assert.is(gate.isFlatteningPermitted, false, 'at the deadline, not a watch later');
  assert.is(told().at(-1), 'cease');
  lane.send(address.control, { kind: 'flattened', left: 'BTCUSDT 1' });
  await env.settle();
  const last = journaled.at(-1);
  assert.equal(last?.kind === 'incident' && last.detail, 'left: BTCUSDT 1');
});

test('ES19: a trip may ask for less than is configured', async () => {
  const stop = () => ({ category: 1, flattenMs: 100 }) as const;
  const { lane, env, gate, reconcile } = await aTradingControl({ stop });
  const atOnce = { category: 0, flattenMs: 0 } as const;
  lane.send(address.control, { kind: 'emergency', by: 'desk', reason: 'ends', stop: atOnce });
  await env.settle();
  await reconcile();
  assert.is(gate.isFlatteningPermitted, false);
});

test('whoever settles is answered once the venue agrees by a later run', async () => {
  const { lane, env, reconcile } = await aTradingControl();
  let isSettled = false;
  const asked = lane.ask(
    address.control,
    (reply: Reply<true>) => ({ kind: 'settle', reply }) as const,
    60_000,
  );
  void asked.then(() => {
    isSettled = true;
  });
  await env.advance(1_000);
  assert.not.ok(isSettled);
  await reconcile();
  assert.ok(await asked);
});

test('a new policy holds from then on', async () => {
  const { lane, env, summary, reconcile } = await aTradingControl();
  const policy = { ...POLICY, climbsAfterFault: false };
  lane.send(address.control, { kind: 'adopt-policy', policy });
  lane.send(address.control, { kind: 'fault', fault: 'journal', reason: 'slow' });
  lane.send(address.control, { kind: 'cleared', fault: 'journal' });
  await env.settle();
  await reconcile();
  await env.advance(1_000);
  assert.equal([summary().mode, summary().requested], ['manual', 'manual']);
});

test('a latch that cannot be written is alerted and stops nothing', async () => {
  const latch = {
    cause: () => null,
    set: () => {
      throw new Error('read-only file system');
    },
    clear: () => {},
  };
  const { lane, env, gate, lines } = await aTradingControl({ latch });
  lane.send(address.control, { kind: 'emergency', by: 'ann', reason: 'smoke' });
  await env.settle();
  assert.ok(gate.isClosedBy('emergency'));
  const line = lines.find((each) => each.includes('latch-not-written')) ?? '';
  assert.match(line, /^error safety\/control .*read-only file system/);
});

test.run();
