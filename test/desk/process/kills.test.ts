import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ControlSummary } from '../../../src/control/control-desk.ts';
import { type Rng, rngOf } from '../../../src/core/rng.ts';
import {
  assertAgreed,
  assertSameOpenOrders,
  assertSentOnce,
} from '../../support/process/agreement.ts';
import { type Daemon, latchFile } from '../../support/process/daemon.ts';
import { onPremises, type Premises } from '../../support/process/premises.ts';
import { pause, until } from '../../support/process/until.ts';
import type { WrittenJournal } from '../../support/process/written-journal.ts';

/** `FLYBALL_KILLS=50` for the long run; `FLYBALL_SEED` repeats the choices of an earlier one. */
const ROUNDS = Number(process.env['FLYBALL_KILLS'] ?? 2);
const SEED = Number(process.env['FLYBALL_SEED'] ?? randomInt(2 ** 32));

interface Scene {
  readonly premises: Premises;
  readonly journal: WrittenJournal;
  readonly random: Rng;
}

const PLACE_FAULTS = [
  { kind: 'slow-reply', delayMs: 500 },
  { kind: 'slow-request', delayMs: 500 },
  { kind: 'lost', isExecuted: true },
  { kind: 'lost', isExecuted: false },
];

/** Ways to the moment of a kill: each gets a desk that trades, and leaves none that runs. */
const MOMENTS: Readonly<Record<string, (scene: Scene, daemon: Daemon) => Promise<void>>> = {
  async 'in flight'({ premises, journal, random }, daemon) {
    const fault = PLACE_FAULTS[random.below(PLACE_FAULTS.length)] ?? {};
    // One order after the other, until one of them has been seen in flight.
    await premises.account().fault('order.place', fault, 100);
    await journal.until('an order in flight', () => journal.unanswered().length > 0);
    await daemon.kill();
    await premises.account().forgetFaults();
  },
  async reconciling({ premises, random }, daemon) {
    await daemon.kill();
    await premises.account().fault('*', { kind: 'slow-reply', delayMs: 50 }, 20);
    const next = premises.start();
    await next.logged('connected', 'venue:');
    await pause(random.below(400));
    await next.kill();
    await premises.account().forgetFaults();
  },
  async 'starting up'({ premises, random }, daemon) {
    await daemon.kill();
    const next = premises.start();
    await pause(random.below(2_500));
    await next.kill();
  },
  async emergency({ premises, random }, daemon) {
    const isSignal = random.below(2) === 0;
    if (isSignal) daemon.signal('SIGUSR2');
    else daemon.run('kill').catch(() => {});
    await until('the latch', () => existsSync(latchFile(premises.folder)));
    await pause(random.below(50));
    await daemon.kill();
  },
  async trading({ random }, daemon) {
    await pause(random.below(1_000));
    await daemon.kill();
  },
  async 'venue first'({ premises, journal, random }, daemon) {
    await pause(random.below(500));
    process.kill(premises.notice().pid, 'SIGKILL');
    await journal.until('Manual', ({ mode }) => mode === 'manual');
    assert.ok((await daemon.ask<ControlSummary>('mode')).gate.includes('reconciling'));
    await daemon.kill();
  },
};

test(
  `killed ${ROUNDS} times, a desk agrees with its venue to the last unit`,
  onPremises(async (premises) => {
    process.stdout.write(`(FLYBALL_SEED=${SEED}) `);
    const scene = { premises, journal: premises.journal(), random: rngOf(SEED) };
    const { journal, random } = scene;
    let daemon = premises.start();
    await journal.until('a fill', isTrading);
    let venue = premises.notice().pid;
    const names = Object.keys(MOMENTS);
    const first = random.below(names.length);
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = names[(first + round) % names.length] as string;
      const before = journal.refresh().records.length;
      await premises.account().forgiveWeights();
      await MOMENTS[name]?.(scene, daemon);
      if (name !== 'venue first') await assertSentOnce(journal, premises.account());
      daemon = premises.start();
      if (name === 'emergency') await assertStaysInEmergency(scene, daemon);
      else await assertClimbsOnlyReconciled(scene, before);
      const outlived = premises.notice().pid === venue;
      assert.is(outlived, name !== 'venue first', 'the venue outlives the desk');
      venue = premises.notice().pid;
      const all = [venue, daemon.pid, premises.guardPid()];
      await premises.remain('desk, venue, guard and nobody else', ...all);
      await daemon.ask('mode manual');
      await assertAgreed(daemon, journal, premises.account());
      await daemon.ask('mode full-auto the test goes on');
      await journal.until('a fill', isTrading);
      await assertSameOpenOrders(daemon, premises.account());
    }
    daemon.signal('SIGTERM');
    assert.is((await daemon.end()).code, 0);
    await premises.remain('the end of venue and guard');
    const fills = journal.refresh().events('order-filled').length;
    const orders = journal.events('order-submitted').length;
    process.stdout.write(`(${orders} orders, ${fills} fills over ${ROUNDS} kills) `);
  }),
);

test(
  'a desk that is killed while its venue comes up finds that very venue at the next start',
  onPremises(async (premises) => {
    const first = premises.start();
    const lock = join(premises.folder, 'venue', 'lock');
    const venue = await until('a venue', () => existsSync(lock) && pidIn(lock));
    process.kill(venue, 'SIGSTOP');
    await first.kill();
    const second = premises.start();
    // The venue that the second one begins finds the folder taken.
    const log = join(premises.folder, 'venue', 'venue.log');
    await until('a second venue', () => readFileSync(log, 'utf8').includes(`process ${venue}`));
    process.kill(venue, 'SIGCONT');
    await second.logged('reconciled');
    assert.is(premises.notice().pid, venue);
    assert.is(premises.notice().startedBy, 'start');
    const all = [venue, second.pid, premises.guardPid()];
    await premises.remain('no other venue and one guard', ...all);
    second.signal('SIGTERM');
    assert.is((await second.end()).code, 0);
    await premises.remain('the end of what a start began');
  }),
);

/** Full-Auto in this boot, and an order that has filled since. */
function isTrading(journal: WrittenJournal): boolean {
  const modeAt = journal.store.mode()?.sequence ?? 0;
  if (journal.mode !== 'full-auto' || modeAt < journal.bootSequence()) return false;
  return journal.events('order-filled', modeAt).length > 0;
}

/** The desk begins at Manual, and rises and trades only once the venue agrees. */
async function assertClimbsOnlyReconciled({ journal }: Scene, before: number): Promise<void> {
  await journal.until('a fill', (now) => now.bootSequence() > before && isTrading(now));
  const boot = journal.bootSequence();
  const since = journal.records.filter(({ sequence }) => sequence >= boot);
  const reconciledAt = since.findIndex(({ event }) => event.kind === 'venue-reconciled');
  const risesAt = since.findIndex(
    ({ event }) => event.kind === 'mode-changed' && event.to !== 'manual',
  );
  const ordersAt = since.findIndex(({ event }) => event.kind === 'order-submitted');
  const story = since.map(({ event }) => inspect(event, { breakLength: Infinity })).join('\n');
  const isRight = reconciledAt > 0 && reconciledAt < risesAt && risesAt < ordersAt;
  assert.ok(isRight, `agreement, then the mode, then orders:\n${story}`);
  assert.is(journal.events('mode-changed', boot)[0]?.from, 'manual');
}

/** Emergency is still there, nothing leaves, and only a reset and then a wish lead out of it. */
async function assertStaysInEmergency(scene: Scene, daemon: Daemon): Promise<void> {
  const { journal, premises } = scene;
  const before = journal.refresh().records.length;
  await journal.until('an agreement', (now) => {
    const boot = now.bootSequence();
    return boot > before && now.events('venue-reconciled', boot).length > 0;
  });
  const latched = await daemon.ask<ControlSummary>('mode');
  assert.is(latched.mode, 'emergency');
  assert.ok(latched.gate.includes('emergency'));
  assert.ok(latched.latch !== null);
  await assertAgreed(daemon, journal, premises.account());
  assert.is(
    (await daemon.run('mode full-auto the test goes on')).exitCode,
    5,
    'no mode before the reset',
  );
  await pause((await daemon.ask<ControlSummary>('mode')).cooldownMs + 1);
  const reset = await daemon.reset();
  assert.is(reset.mode, 'manual');
  assert.is(reset.requested, 'manual');
  assert.is(reset.latch, null);
  assert.equal(journal.refresh().events('order-submitted', journal.bootSequence()), []);
}

/** Null while nothing is written yet: process 0 would be all of us. */
function pidIn(file: string): number | null {
  return Number(readFileSync(file, 'utf8')) || null;
}

test.run();
