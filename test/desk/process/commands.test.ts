import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ActorRow, DeskStatus, OrderRow, PositionRow } from '../../../src/commands/desk.ts';
import type { Explanation } from '../../../src/commands/proof/proof-port.ts';
import type { ControlSummary } from '../../../src/control/control-desk.ts';
import { assertAgreed } from '../../support/process/agreement.ts';
import type { Daemon } from '../../support/process/daemon.ts';
import { onPremises, type Premises } from '../../support/process/premises.ts';
import { until } from '../../support/process/until.ts';
import type { WrittenJournal } from '../../support/process/written-journal.ts';

const TRADING = [
  'trading/portfolio',
  'trading/venues/venue:binance',
  'trading/risk',
  'trading/execution',
  'trading/strategies/strategy:mm',
  'trading/strategies/strategy:eth',
];

test(
  'every command of the shell does its work on a running desk',
  onPremises(async (premises) => {
    const journal = premises.journal();
    const daemon = premises.start();
    await journal.until('a fill', isTrading);
    await looksAround(premises);
    await crashesActors(premises, daemon, journal);
    await changesModes(premises, journal);
    await trips(premises, journal);
    await assertAgreed(daemon, journal, premises.account());
    const given = journal.events('command-given').map(({ command }) => command);
    const ends = [...new Set(given.slice(given.indexOf('kill a drill')))];
    assert.equal(ends, ['kill a drill', 'reset at once', 'reset all is well']);
    assert.is((await daemon.ask<DeskStatus>('status')).mode, 'manual');
    await daemon.kill();
    await explainsTheDead(premises, journal);
  }),
);

/** Runs one command in the shell, as text and as JSON. */
async function both<T>(premises: Premises, line: string): Promise<{ text: string; data: T }> {
  const [text, json] = await Promise.all([
    premises.run('attach', '-c', line),
    premises.run('attach', '-c', line, '--json'),
  ]);
  assert.equal([text.code, json.code, text.err, json.err], [0, 0, '', ''], line);
  return { text: text.out, data: JSON.parse(json.out) as T };
}

async function looksAround(premises: Premises): Promise<void> {
  const help = await premises.run('attach', '-c', 'help');
  assert.is(help.code, 0);
  for (const name of ['status', 'mode', 'positions', 'orders', 'actors', 'actor kill', 'reset']) {
    assert.match(help.out, new RegExp(`^${name}`, 'm'));
  }
  const status = await both<DeskStatus>(premises, 'status');
  assert.match(status.text, /^mode +full-auto\ngate +open\nmarket +binance BTCUSDT \d/);
  assert.ok(status.data.fills > 0 && status.data.latencyP99Us !== null);
  const actors = await both<ActorRow[]>(premises, 'actors');
  assert.match(actors.text, /^actor +status +restarts +mailbox/);
  const paths = actors.data.map(({ path }) => path);
  for (const path of TRADING) assert.ok(paths.includes(path), path);
  const positions = await both<PositionRow[]>(premises, 'positions');
  assert.match(positions.text, /^symbol +quantity +entry.*\nBTCUSDT /);
  assert.equal(
    positions.data.map(({ symbol }) => symbol),
    ['BTCUSDT', 'ETHUSDT'],
  );
  const orders = await both<OrderRow[]>(premises, 'orders');
  for (const { clientId, status } of orders.data) {
    assert.match(clientId, /^[a-z2-7]{8}-1-(mm|eth)-/);
    assert.match(status, /submitted|open|partially-filled/);
  }
  const mode = await both<ControlSummary>(premises, 'mode');
  assert.match(mode.text, /^mode +full-auto\nrequested +full-auto\ngate +open\n/);
  await refuses(premises, 'actor kill trading/rsk', 1, 'no actor at trading/rsk: did you mean');
  await refuses(premises, 'actor kill', 2, 'actor kill: wanted the path of an actor');
  await refuses(
    premises,
    'mode turbo',
    2,
    'mode: found turbo, wanted manual, semi-auto, full-auto',
  );
  await refuses(premises, 'ordesr', 2, 'unknown command ordesr: did you mean `orders`?');
  await refuses(premises, 'reset at once', 5, 'reset: the desk is not in emergency');
}

async function refuses(
  premises: Premises,
  line: string,
  exitCode: number,
  why: string,
): Promise<void> {
  const { code, out, err } = await premises.run('attach', '-c', line);
  assert.equal([code, out], [exitCode, ''], line);
  assert.match(err, why);
}

/** Each trading actor is crashed, one stopped and restarted: all of it shows, and it trades on. */
async function crashesActors(
  premises: Premises,
  daemon: Daemon,
  journal: WrittenJournal,
): Promise<void> {
  for (const path of TRADING) {
    const before = await restartsOf(daemon, path);
    const { code, out } = await premises.run('attach', '-c', `actor kill ${path}`);
    assert.equal([code, out], [0, `${path} was made to crash\n`]);
    await until(`a restart of ${path}`, async () => (await restartsOf(daemon, path)) > before);
    await journal.until('an order', isQuoting);
  }
  for (const verb of ['stop', 'restart']) {
    const before = await restartsOf(daemon, 'trading/risk');
    const { code, out } = await premises.run('attach', '-c', `actor ${verb} trading/risk`);
    assert.equal([code, out.slice(0, 24)], [0, 'trading/risk was stopped']);
    const detail = `a new trading/risk after actor ${verb}`;
    await until(detail, async () => (await restartsOf(daemon, 'trading/risk')) > before);
    await journal.until('an order', isQuoting);
  }
}

async function restartsOf(daemon: Daemon, wanted: string): Promise<number> {
  const actors = await daemon.ask<ActorRow[]>('actors');
  return actors.find(({ path }) => path === wanted)?.restarts ?? -1;
}

async function changesModes(premises: Premises, journal: WrittenJournal): Promise<void> {
  const lowered = await premises.run('attach', '-c', 'mode manual lunch', '-c', 'mode');
  assert.is(lowered.code, 0);
  assert.match(lowered.out, /^mode +manual\nrequested +manual/);
  await journal.until('the reason', (now) => now.store.mode()?.event.reason === 'lunch');
  const semi = await both<ControlSummary>(premises, 'mode semi-auto step by step');
  assert.is(semi.data.mode, 'semi-auto');
  assert.is((await premises.run('mode', 'full-auto', 'lunch is over', '--json')).code, 0);
  await journal.until('an order', isQuoting);
}

async function trips(premises: Premises, journal: WrittenJournal): Promise<void> {
  // By one program: the start of another may take longer than the cool-down.
  const both = ['-c', 'kill a drill', '-c', 'reset at once'];
  const killed = await premises.run('attach', ...both, '--json');
  assert.is(killed.code, 5);
  assert.is(JSON.parse(killed.out).latch, 'operator: a drill');
  assert.match(killed.err, 'reset: cooling down for');
  assert.ok(existsSync(join(premises.folder, 'latch')));
  await journal.until('Emergency', ({ mode }) => mode === 'emergency');
  const reset = await until('the end of the cool-down', async () => {
    const found = await premises.run('attach', '-c', 'reset all is well');
    return found.err.includes('cooling down') ? null : found;
  });
  assert.is(reset.code, 0, reset.err);
  assert.match(reset.out, /^mode +manual\nrequested +manual\n/);
  assert.match(reset.out, /latch +not set/);
}

/** What is left of a killed desk explains each of its orders, and decides each of them again. */
async function explainsTheDead(premises: Premises, journal: WrittenJournal): Promise<void> {
  const ids = journal.events('order-submitted').map(({ order }) => order.clientId);
  assert.ok(ids.length > 5, `${ids.length} orders`);
  const lines = ids.slice(-50).flatMap((id) => ['-c', `explain ${id}`]);
  const replay = ['attach', '--replay', premises.folder, '--json'];
  const { code, out, err } = await premises
    .program(...replay, ...lines, '-c', 'audit verify')
    .end();
  assert.equal([code, err], [0, '']);
  const answers = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.is(answers.pop().isSound, true);
  for (const { clientId, again } of answers as Explanation[]) {
    assert.equal(again, { isSame: true, parts: [], obstacle: '' }, clientId);
  }
}

/** Full-Auto since the last change of mode, and a fill since. */
function isTrading(journal: WrittenJournal): boolean {
  const modeAt = journal.store.mode()?.sequence ?? 0;
  return journal.mode === 'full-auto' && journal.events('order-filled', modeAt).length > 0;
}

function isQuoting(journal: WrittenJournal): boolean {
  const modeAt = journal.store.mode()?.sequence ?? 0;
  return journal.mode === 'full-auto' && journal.events('order-submitted', modeAt).length > 0;
}

test.run();
