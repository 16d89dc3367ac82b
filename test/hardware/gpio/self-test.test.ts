import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Level } from '../../../hardware/gpio/port.ts';
import {
  LATE_MAX,
  runSelfTest,
  type SelfTestWiring,
  selfTestFaultText,
} from '../../../hardware/gpio/self-test.ts';
import { err, ok } from '../../../src/core/result.ts';
import { fakeBackend } from '../../support/gpio/backends.ts';
import { manualEnv } from '../../support/manual-env.ts';

const wiring: SelfTestWiring = {
  contacts: { a: 17, b: 27, tamper: 5 },
  loop: { out: 22, in: 23 },
  pulses: { a: 24, b: 25 },
};
const WIRES: Readonly<Record<number, number>> = { 22: 23, 24: 17, 25: 27 };
const healthy = { 17: 1, 27: 1, 5: 1, 23: 0 } as const;

const wired =
  (cut: readonly number[] = []) =>
  (pin: number, level: Level, levels: Map<number, Level>): void => {
    const to = WIRES[pin];
    if (to !== undefined && !cut.includes(pin)) levels.set(to, level);
  };

async function outcomeOf(
  backend: ReturnType<typeof fakeBackend>,
  more = wiring,
  env = manualEnv(),
) {
  const outcomes: unknown[] = [];
  runSelfTest(backend, more, env, (outcome) => outcomes.push(outcome));
  await env.advance(50);
  assert.is(env.pendingTimers, 0);
  assert.is(outcomes.length, 1);
  return outcomes[0];
}

test('ES25: loop, contacts and the pulse of each channel are seen', async () => {
  const backend = fakeBackend(healthy, { onWrite: wired() });
  assert.equal(await outcomeOf(backend), ok({ checks: 12, slowestMs: 0 }));
  assert.is(backend.written.join(' '), '22=0 22=1 22=0 24=1 25=1 24=0 24=1 25=0 25=1');
});

test('ES25: a test that fails in the midst of a pulse leaves no channel open', async () => {
  const env = manualEnv();
  const onWrite = (pin: number, level: Level, levels: Map<number, Level>) =>
    void env.timers.after(pin === 24 && level === 0 ? 11 : 0, () => wired()(pin, level, levels));
  const backend = fakeBackend(healthy, { onWrite });
  const fault = { check: 'pulse-a', pin: 17, found: 1, wanted: 0, withinMs: 10 };
  assert.equal(await outcomeOf(backend, wiring, env), err({ kind: 'not-seen', ...fault }));
  assert.equal(backend.written.slice(-2), ['24=1', '25=1']);
});

test('ES25: a loop that does not follow within 10 ms fails and says so', async () => {
  const backend = fakeBackend(healthy, { onWrite: wired([22]) });
  const fault = { check: 'loop', pin: 23, found: 0, wanted: 1, withinMs: 10 };
  assert.equal(await outcomeOf(backend), err({ kind: 'not-seen', ...fault }));
});

test('ES25: a level that comes late but within 10 ms is seen, one after that is not', async () => {
  const lateBy = async (delayMs: number) => {
    const env = manualEnv();
    const onWrite = (pin: number, level: Level, levels: Map<number, Level>) =>
      void env.timers.after(delayMs, () => wired()(pin, level, levels));
    const daily = { ...wiring, pulses: null };
    return outcomeOf(fakeBackend(healthy, { onWrite }), daily, env);
  };
  assert.equal(await lateBy(4), ok({ checks: 6, slowestMs: 4 }));
  const fault = { check: 'loop', pin: 23, found: 0, wanted: 1, withinMs: 10 };
  assert.equal(await lateBy(11), err({ kind: 'not-seen', ...fault }));
});

test('ES25: a driver whose levels are children has the time that one needs to start', async () => {
  const env = manualEnv();
  const onWrite = (pin: number, level: Level, levels: Map<number, Level>) =>
    void env.timers.after(400, () => wired()(pin, level, levels));
  const slow = fakeBackend(healthy, { kind: 'gpiod-cli', onWrite });
  const outcomes: unknown[] = [];
  const daily = { ...wiring, pulses: null };
  runSelfTest(slow, daily, env, (outcome) => outcomes.push(outcome));
  await env.advance(2_000);
  assert.equal(outcomes, [ok({ checks: 6, slowestMs: 400 })]);
  const cut = fakeBackend(healthy, { kind: 'gpiod-cli' });
  runSelfTest(cut, daily, env, (outcome) => outcomes.push(outcome));
  await env.advance(2_000);
  const fault = { check: 'loop', pin: 23, found: 0, wanted: 1, withinMs: 510 };
  assert.equal(outcomes[1], err({ kind: 'not-seen', ...fault }));
});

/** A loop wire that follows, in a process that is held up before its next looks. */
async function heldUp(times: number): Promise<{ ok: boolean }[]> {
  const env = manualEnv();
  let left = times;
  const late = (pin: number, level: Level, levels: Map<number, Level>): void => {
    // Not there at the first look, and long there when the next one comes.
    if (pin !== 22 || level !== 1 || left === 0) {
      wired()(pin, level, levels);
      return;
    }
    left -= 1;
    env.timers.turn(() => {
      wired()(pin, level, levels);
      env.stall(11);
    });
  };
  const backend = fakeBackend(healthy, { onWrite: late });
  const outcomes: { ok: boolean }[] = [];
  runSelfTest(backend, wiring, env, (outcome) => outcomes.push(outcome));
  await env.advance(1_000);
  return outcomes.map(({ ok: isOk }) => ({ ok: isOk }));
}

test('a look that comes late says nothing: the test begins anew, but not for ever', async () => {
  assert.equal(await heldUp(1), [{ ok: true }]);
  assert.equal(await heldUp(LATE_MAX), [{ ok: true }]);
  assert.equal(await heldUp(LATE_MAX + 1), [{ ok: false }]);
});

test('ES25: a channel whose pulse is not seen, and a contact that is open, fail', async () => {
  const pulse = fakeBackend(healthy, { onWrite: wired([25]) });
  assert.match(JSON.stringify(await outcomeOf(pulse)), /"pulse-b","pin":27,"found":1,"wanted":0/);
  const daily = { ...wiring, pulses: null };
  for (const [pin, check] of [
    [17, 'contact-closed'],
    [27, 'contact-closed'],
    [5, 'tamper-closed'],
  ] as const) {
    const open = fakeBackend({ ...healthy, [pin]: 0 }, { onWrite: wired() });
    const text = JSON.stringify(await outcomeOf(open, daily));
    assert.match(text, `"${check}","pin":${pin},"found":0,"wanted":1`);
  }
});

test('ES23: a driver that is not sound fails before a pin is touched', async () => {
  const fault = { kind: 'lost', detail: 'its child ended' } as const;
  const backend = fakeBackend(healthy, { fault });
  assert.equal(await outcomeOf(backend), err({ kind: 'driver', fault }));
  assert.equal(backend.written, []);
});

test('what a self-test finds is one sentence', () => {
  const fault = { kind: 'lost', detail: 'gpiomon ended' } as const;
  assert.is(selfTestFaultText({ kind: 'driver', fault }), 'gpiomon ended');
  const seen = { kind: 'not-seen', check: 'loop', pin: 25, wanted: 1, withinMs: 10 } as const;
  const said = (found: 0 | null): string => selfTestFaultText({ ...seen, found });
  assert.is(said(0), 'loop: pin 25 shows 0, wanted 1 within 10 ms');
  assert.is(said(null), 'loop: pin 25 shows nothing, wanted 1 within 10 ms');
});

test.run();
