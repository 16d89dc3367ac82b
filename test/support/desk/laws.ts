import * as assert from 'uvu/assert';
import type { ActorRow } from '../../../src/commands/desk.ts';
import type { Balances } from '../../../src/execution/ledger.ts';
import type { Ended, Stage } from './rehearsed.ts';
import { isPlacement, type Sent } from './wire-tap.ts';

/** Actors that an order depends on. */
export const ON_THE_PATH: readonly string[] = [
  'safety/audit',
  'safety/control',
  'safety/kill-switch',
  'safety/watchdog',
  'safety/indicator',
  'trading/portfolio',
  'trading/venues/venue:binance',
  'trading/risk',
  'trading/execution',
];

/** An order that left though it should not have, and why not. */
export interface Leak {
  readonly sent: Sent;
  readonly why: string;
}

/**
 * Watches every byte that leaves: an order only while the gate is open and everybody whom it
 * depends on runs. Cancels may leave at any time.
 */
export function watchOrders({ desk, wire }: Stage): readonly Leak[] {
  const leaks: Leak[] = [];
  const { gate } = desk.parts;
  wire.onSend = (sent) => {
    if (!isPlacement(sent)) return;
    const rows = desk.actors();
    if (gate.isClosed) leaks.push({ sent, why: `the gate is closed: ${gate.causes().join()}` });
    if (gate.venuePauses(0).length > 0) leaks.push({ sent, why: 'the venue is paused' });
    for (const path of ON_THE_PATH) {
      const status = rows.find((row) => row.path === path)?.status;
      if (status !== 'running') leaks.push({ sent, why: `${path} is ${status}` });
    }
  };
  return leaks;
}

export function actor({ desk }: Pick<Stage, 'desk'>, path: string): ActorRow {
  const row = desk.actors().find((each) => each.path === path);
  assert.ok(row !== undefined, `there is an actor at ${path}`);
  return row as ActorRow;
}

/** Trades, with nothing closed and no fault. */
export function isTrading({ desk }: Pick<Stage, 'desk'>): boolean {
  const { mode, gate, faults } = desk.mode();
  const isPaused = desk.parts.gate.venuePauses(0).length > 0;
  return mode === 'full-auto' && gate.length === 0 && faults.length === 0 && !isPaused;
}

/** Waits until the desk trades by itself, and has sent an order after this moment. */
export async function untilTrading(stage: Stage, withinMs = 30_000): Promise<void> {
  const { wire } = stage;
  await stage.until('the desk trades', () => isTrading(stage), withinMs);
  const before = wire.placed.length;
  await stage.until('an order leaves', () => wire.placed.length > before, withinMs);
}

/** Waits until orders of ours rest at the venue. */
export function untilResting(stage: Stage): Promise<void> {
  return stage.until('orders rest at the venue', () => stage.account.open.size > 0);
}

/** Every open order at the venue has somebody who quotes it. */
export function assertNoOrphans(stage: Pick<Stage, 'desk' | 'account'>): void {
  const quoting = stage.desk.actorState('trading/execution') as readonly { live: number }[];
  const live = quoting.reduce((sum, each) => sum + each.live, 0);
  const open = [...stage.account.open.values()].map(({ clientId }) => clientId);
  assert.ok(open.length <= live, `${open.join()} rest and ${live} are known to execution`);
}

/** What holds at the end of every run, whatever happened in it. */
export function assertSound(ended: Ended): void {
  const { outcome, account, wire, desk } = ended;
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
  assert.is(account.open.size, 0, 'nothing rests at the venue');
  const { store } = desk.parts.journal;
  assert.is([...store.openOrders()].length, 0, 'the journal has no open order');
  assert.equal(textOf(store.balances('binance')), truthOf(ended), 'ledger and venue agree');
  const ids = wire.placed.map(({ clientId }) => clientId);
  assert.is(new Set(ids).size, ids.length, 'no client order id is used twice');
}

/** What must be true of a desk that gave up, whoever started it. */
export function assertDead(ended: Ended, reason: RegExp): void {
  const { outcome, desk, account, latch } = ended;
  assert.not.ok(outcome.ok);
  assert.match(outcome.ok ? '' : outcome.error, reason);
  assert.ok(desk.parts.gate.isClosedBy('emergency'), 'the gate is closed for people to open');
  assert.match(latch ?? '', 'supervision', 'the next start comes up in emergency');
  assert.is(account.open.size, 0, 'nothing rests at the venue');
  const wasStopped = ended.journal.some(({ event }) => event.kind === 'stopped');
  assert.not.ok(wasStopped, 'the next start does not take it for an orderly stop');
}

/** Brings the desk to rest and compares what its actors hold in memory with the venue. */
export async function assertAgreed(stage: Stage): Promise<void> {
  const settled = await stage.desk.settle();
  assert.ok(settled.ok, settled.ok ? '' : settled.error);
  const portfolio = stage.desk.actorState('trading/portfolio') as {
    readonly holdings: readonly { readonly position: { readonly lots: number } }[];
    readonly balances: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
  assert.equal(sorted(portfolio.balances['binance'] ?? {}), truthOf(stage));
  const risk = stage.desk.actorState('trading/risk') as {
    readonly exposures: readonly { readonly position: number; readonly openOrders: number }[];
  };
  const lots = portfolio.holdings.map(({ position }) => position.lots);
  assert.equal(
    risk.exposures.map(({ position }) => position),
    lots,
    'risk and portfolio agree',
  );
  assert.equal(
    risk.exposures.map(({ openOrders }) => openOrders),
    lots.map(() => 0),
    'risk counts no order that is gone',
  );
}

/** Balances of the desk's account in 10^-8, by asset. */
export function truthOf({ account }: Pick<Stage, 'account'>): Record<string, string> {
  const total = [...account.balances].map(([asset, { free, locked }]) => [
    asset,
    String(free + locked),
  ]);
  return sorted(Object.fromEntries(total));
}

function textOf(balances: Balances): Record<string, string> {
  return sorted(Object.fromEntries([...balances].map(([asset, held]) => [asset, String(held)])));
}

function sorted(balances: Readonly<Record<string, string>>): Record<string, string> {
  const held = Object.entries(balances).filter(([, amount]) => amount !== '0');
  return Object.fromEntries(held.sort(([left], [right]) => (left < right ? -1 : 1)));
}
