/**
 * Daemon and guard as real processes, hurt in turn. `FLYBALL_GUARD=all` adds what takes longer:
 * `npm run test:guard`.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { actOnPanel, type PanelAction } from '../../../hardware/gpio/panel.ts';
import type { ControlSummary } from '../../../src/control/control-desk.ts';
import { nodeClock } from '../../../src/core/node-env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { assertAgreed } from '../../support/process/agreement.ts';
import type { Daemon } from '../../support/process/daemon.ts';
import {
  guardLog,
  guardLogged,
  restingAt,
  untilNothingRests,
  untilResting,
} from '../../support/process/guard-log.ts';
import { onPremises, type Premises } from '../../support/process/premises.ts';
import { until } from '../../support/process/until.ts';
import type { WrittenJournal } from '../../support/process/written-journal.ts';

const IS_LONG = process.env['FLYBALL_GUARD'] === 'all';

test(
  'F05 F06: the guard outlives a killed daemon, a killed guard closes the gate, and both come back',
  onPremises(async (premises) => {
    const first = premises.start();
    const journal = premises.journal();
    await untilResting(premises, journal);
    await survivesKilledGuard(premises, first, journal);
    await survivesFreeze(premises, first, journal);

    await first.kill();
    await untilNothingRests(premises);
    press(premises, 'press');
    const { detail } = await guardLogged(premises, 'contact-open');
    assert.is(detail, 'open contacts: a, b');
    press(premises, 'release');

    const guard = premises.guardPid();
    const second = premises.start();
    await journal.until('a trip of the guard', (now) => now.events('guard-tripped').length > 0);
    assert.is(premises.guardPid(), guard, 'the next start attaches to the guard that is there');
    const tripped = await second.ask<ControlSummary>('mode');
    assert.is(tripped.mode, 'emergency');
    assert.ok(tripped.gate.includes('guard'), 'its latch stands until people reset the desk');
    await assertAgreed(second, journal, premises.account());
    second.signal('SIGTERM');
    assert.is((await second.end()).code, 0);
    await premises.remain('the end of guard and venue, after an orderly stop');
  }),
);

/** Nothing is sent while no guard watches, and nobody is needed to go on. */
async function survivesKilledGuard(
  premises: Premises,
  daemon: Daemon,
  journal: WrittenJournal,
): Promise<void> {
  const killed = premises.guardPid();
  process.kill(killed, 'SIGKILL');
  await daemon.logged('guard-lost');
  // What rested before is still there for a moment, so the journal has to say so first.
  await journal.until('the loss', (now) => now.events('guard-lost').length > 0);
  await untilResting(premises, journal);
  assert.is.not(premises.guardPid(), killed);
  assert.is(journal.events('guard-lost')[0]?.reason, 'no guard is connected');
  assertSilentWhileUnguarded(journal);
}

/** A daemon that cannot run is swept; when it runs again it sends nothing before it agrees. */
async function survivesFreeze(
  premises: Premises,
  daemon: Daemon,
  journal: WrittenJournal,
): Promise<void> {
  daemon.signal('SIGSTOP');
  await guardLogged(premises, 'daemon-silent');
  await untilNothingRests(premises);
  daemon.signal('SIGCONT');
  await guardLogged(premises, 'daemon-heard-again');
  await journal.until('the loss', (now) => now.events('guard-lost').length > 1);
  await untilResting(premises, journal);
  assertSilentWhileUnguarded(journal);
}

function assertSilentWhileUnguarded({ records }: WrittenJournal): void {
  let isGuarded = false;
  for (const { event } of records) {
    if (event.kind === 'guard-armed') isGuarded = true;
    if (event.kind === 'guard-lost' || event.kind === 'booted') isGuarded = false;
    assert.ok(event.kind !== 'order-submitted' || isGuarded, 'an order left without a guard');
  }
}

if (IS_LONG) {
  test(
    'ES31: the first cancel leaves within 50 ms of a press, with the daemon unable to run',
    onPremises(async (premises) => {
      const daemon = premises.start();
      const journal = premises.journal();
      await untilResting(premises, journal);
      daemon.signal('SIGSTOP');
      const pressedMs = nodeClock.now();
      press(premises, 'press');
      const swept = await until('the sweep after the press', () => {
        const lines = guardLog(premises);
        const at = lines.findIndex(({ kind }) => kind === 'contact-open');
        return at < 0 ? null : lines.slice(at).find(({ kind }) => kind === 'swept');
      });
      assert.is(await restingAt(premises), 0);
      daemon.signal('SIGCONT');
      await journal.until('Emergency', ({ mode }) => mode === 'emergency');
      const tookMs = Date.parse(swept.time) - pressedMs;
      process.stdout.write(`(press to all cancelled: ${tookMs} ms) `);
    }),
  );

  test(
    'a daemon that stays frozen is ended once nothing of it rests, and no stranger with its number',
    onPremises(async (premises) => {
      const daemon = premises.start();
      const journal = premises.journal();
      await untilResting(premises, journal);
      daemon.signal('SIGSTOP');
      await untilNothingRests(premises);
      const { signal } = await daemon.end();
      assert.is(signal, 'SIGKILL');
      const kinds = guardLog(premises).map(({ kind }) => kind);
      assert.ok(kinds.indexOf('nothing-rests') < kinds.indexOf('daemon-killed'));
      const next = premises.start();
      await untilResting(premises, journal);
      next.signal('SIGTERM');
      assert.is((await next.end()).code, 0);
    }),
  );
}

function press(premises: Premises, action: PanelAction): void {
  const acted = actOnPanel(nodeFiles, `${premises.folder}/run/panel`, action);
  assert.ok(acted.ok, JSON.stringify(acted));
}

test.run();
