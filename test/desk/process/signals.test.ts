import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ControlSummary } from '../../../src/control/control-desk.ts';
import { nodeClock } from '../../../src/core/node-env.ts';
import { assertAgreed } from '../../support/process/agreement.ts';
import { type Daemon, latchFile } from '../../support/process/daemon.ts';
import { restingAt } from '../../support/process/guard-log.ts';
import { livelyConfig } from '../../support/process/lively-config.ts';
import { onPremises, type Premises } from '../../support/process/premises.ts';
import { pause, until } from '../../support/process/until.ts';
import type { WrittenJournal } from '../../support/process/written-journal.ts';

const INSPECTOR_PORT = 9229;

test(
  'HUP reloads all or nothing, USR1 shows the tree, TERM leaves no order behind',
  onPremises(async (premises) => {
    const venue = await premises.handVenue();
    const journal = premises.journal();
    const daemon = premises.start();
    await trading(journal);
    await reloads(premises, daemon, journal);
    await showsTheTree(daemon);

    await until('something rests', async () => (await restingAt(premises)) > 0);
    daemon.signal('SIGTERM');
    const { code, err, out } = await daemon.end();
    assert.is(code, 0);
    assert.match(err, 'stopping: SIGTERM; cancelling what rests');
    assert.not.match(out, 'phase-not-done');
    assert.match(out, /^fills +[1-9]/m, 'the summary tells of fills');
    assert.equal(await premises.account().openOrders(), []);
    await premises.remain('a venue started by hand to stay', venue.pid);
    const [stopped] = journal.refresh().events('stopped');
    assert.is(stopped?.reason, 'SIGTERM');
    assert.equal(journal.store.openOrders(), []);
  }),
);

test(
  'USR2 is an emergency that only people end, and a second INT does not tear a stop',
  onPremises(async (premises) => {
    await premises.handVenue();
    const journal = premises.journal();
    const first = premises.start();
    await trading(journal);
    first.signal('SIGUSR2');
    await until('the latch', () => existsSync(latchFile(premises.folder)));
    await journal.until('Emergency', ({ mode }) => mode === 'emergency');
    await assertAgreed(first, journal, premises.account());
    await stopsWithTwoSignals(premises, first);

    const second = premises.start();
    await second.logged('reconciled');
    const latched = await second.ask<ControlSummary>('mode');
    assert.is(latched.mode, 'emergency');
    assert.match(latched.latch ?? '', 'SIGUSR2');
    const { exitCode, error } = await second.run('mode full-auto the test goes on');
    assert.is(exitCode, 5);
    assert.match(error ?? '', '`reset` comes first');
    await resetsInItsTime(second);
    assert.not(existsSync(latchFile(premises.folder)));
    const boot = journal.refresh().bootSequence();
    await assertAgreed(second, journal, premises.account());
    const calm = await second.ask<ControlSummary>('mode');
    assert.equal([calm.mode, calm.requested, calm.gate], ['manual', 'manual', []]);
    assert.equal(journal.events('order-submitted', boot), [], 'nothing trades before `mode`');
    await second.ask('mode full-auto the test goes on');
    await trading(journal);
    await stopsWithTwoSignals(premises, second);
    assert.is(journal.refresh().events('booted')[1]?.wasClean, true);
  }),
);

test(
  'a signal during a start is not lost: TERM ends desk and venue, USR2 comes up latched',
  onPremises(async (premises) => {
    const ended = premises.start();
    await ended.logged('journal-opened');
    ended.signal('SIGTERM');
    const { code, err } = await ended.end();
    assert.is(code, 0);
    assert.match(err, 'stopping: SIGTERM');
    await premises.remain('the end of the venue that it began');

    const tripped = premises.start();
    await tripped.logged('journal-opened');
    tripped.signal('SIGUSR2');
    await tripped.logged('reconciled');
    assert.is((await tripped.ask<ControlSummary>('mode')).mode, 'emergency');
    assert.ok(existsSync(latchFile(premises.folder)));
    assert.equal(premises.journal().refresh().events('order-submitted'), []);
  }),
);

/** A good file, one with a fault, one whose change needs a start, and what is in force then. */
async function reloads(
  { configFile }: Premises,
  daemon: Daemon,
  journal: WrittenJournal,
): Promise<void> {
  const write = (notional: number, change: (text: string) => string = (text) => text) => {
    const text = livelyConfig((config) => {
      config.risk.maxOrderNotional = notional;
    });
    writeFileSync(configFile, change(text));
    return change(text);
  };
  write(4_800);
  daemon.signal('SIGHUP');
  const reloaded = await daemon.logged('reloaded');
  assert.equal(reloaded['changes'], ['risk.maxOrderNotional: 5000 → 4800']);
  await journal.until('the change', (now) => now.events('config-changed').length === 1);
  assert.is(journal.events('config-changed')[0]?.by, 'signal');

  const bad = write(4_700, (text) => text.replace(/ordersBurst: \d+/, 'ordersBurst: -1'));
  const line = bad.split('\n').findIndex((each) => each.includes('ordersBurst')) + 1;
  const column = (bad.split('\n')[line - 1] as string).indexOf('-1') + 1;
  daemon.signal('SIGHUP');
  const refused = await daemon.logged('reload-refused');
  const [fault] = refused['faults'] as string[];
  assert.ok(fault?.startsWith(`${configFile}:${line}:${column} risk.ordersBurst: found -1`), fault);

  write(4_600, (text) => text.replace('receiveWindowMs: 2000', 'receiveWindowMs: 3000'));
  daemon.signal('SIGHUP');
  const cold = await daemon.logged('reload-refused', '', 2);
  assert.match(String(cold['faults']), 'venues.0.receiveWindowMs changes only at a start');

  write(4_500);
  daemon.signal('SIGHUP');
  const next = await daemon.logged('reloaded', '', 2);
  assert.equal(next['changes'], ['risk.maxOrderNotional: 4800 → 4500'], 'nothing of the bad ones');
  assert.is(journal.refresh().events('config-changed').length, 2);
}

/** What is asked for before the cool-down is over is refused; a slow machine may ask after it. */
async function resetsInItsTime(daemon: Daemon): Promise<void> {
  const askedNs = nodeClock.mono();
  const { cooldownMs } = await daemon.ask<ControlSummary>('mode');
  const { exitCode, error } = await daemon.run('reset the test goes on');
  const tookMs = (nodeClock.mono() - askedNs) / 1e6;
  assert.ok(exitCode === 5 || tookMs >= cooldownMs, `${cooldownMs} ms were left`);
  if (exitCode === 0) return;
  assert.match(error ?? '', 'cooling down');
  await pause(cooldownMs);
  await daemon.reset();
}

async function showsTheTree(daemon: Daemon): Promise<void> {
  const before = await listens(INSPECTOR_PORT);
  daemon.signal('SIGUSR1');
  const { actors } = await daemon.logged('actor-tree');
  const paths = (actors as { path: string }[]).map(({ path }) => path);
  assert.ok(paths.includes('trading/risk') && paths.includes('safety/control'));
  assert.not.match(daemon.err, 'Debugger listening');
  assert.is(await listens(INSPECTOR_PORT), before);
}

async function stopsWithTwoSignals(premises: Premises, daemon: Daemon): Promise<void> {
  await premises.account().fault('*', { kind: 'slow-reply', delayMs: 100 }, 10);
  daemon.signal('SIGINT');
  await daemon.said(/stopping: SIGINT/);
  daemon.signal('SIGINT');
  assert.is((await daemon.end()).code, 0);
  await premises.account().forgetFaults();
  assert.equal(await premises.account().openOrders(), []);
}

/** Waits until orders of this boot have filled in Full-Auto. */
async function trading(journal: WrittenJournal): Promise<void> {
  const from = journal.refresh().records.length;
  await journal.until('a fill', (now) => {
    const modeAt = now.store.mode()?.sequence ?? 0;
    return (
      now.mode === 'full-auto' && now.events('order-filled', Math.max(from, modeAt)).length > 0
    );
  });
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

test.run();
