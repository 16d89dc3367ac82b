/**
 * A press of the panel in the midst of quoting at Kraken and at Coinbase, on their own servers and
 * on virtual time: pressed right before the check of an order, right behind it before the venue has
 * it, and in between. At Binance real processes do it (`press.test.ts`).
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Config } from '../../../src/config/schema.ts';
import { Gate } from '../../../src/control/gate.ts';
import { ACCOUNT } from '../../../src/desk/venue/options.ts';
import { clientIdOf } from '../../../src/venues/kraken/wire/client-id.ts';
import { OrderEntry } from '../../../src/venues/order-entry.ts';
import { onPanel } from '../../support/desk/hand.ts';
import { atTwoVenues, type TwoVenueStage, threeVenues } from '../../support/desk/two-venues.ts';
import { isSlice } from '../../support/kill/evidence.ts';

/** Close to the mid and following every move, so that orders leave all the time. */
const QUOTES = { halfSpreadBps: 0.5, volatilityWidening: 0, requoteBps: 0.2, smoothingSeconds: 0 };
const ORDERS_FIRST = 20;
/** Orders checked in the ten seconds before; below this it was not quoting. */
const ORDERS_MIN = 5;
const QUOTING_MS = 10_000;
/**
 * How long after the check of an order the panel is pressed, −1 for right before it; all of it by
 * `npm run test:estop`.
 */
const IS_LONG = Number(process.env['FLYBALL_PRESSES'] ?? 1) > 1;
const PRESSED_AFTER_MS = IS_LONG ? [-1, 0, 1, 5, 40, 100, 250, 333, 900] : [-1, 0, 40];

interface Check {
  readonly clientId: string;
  readonly atMs: number;
  readonly hasPassed: boolean;
  readonly isLate: boolean;
}

function configOf(kind: 'kraken' | 'coinbase'): Config {
  const config = threeVenues();
  config.venues = config.venues.filter(({ name }) => name === kind);
  config.strategies = config.strategies.filter(({ venue }) => venue === kind);
  for (const strategy of config.strategies) Object.assign(strategy.settings, QUOTES);
  return config;
}

/** Watches gate and order entry while a script runs; nothing of them is replaced. */
async function watched(
  beforeCheck: () => void,
  onCheck: (order: { readonly clientId: string }, hasPassed: boolean) => void,
  script: () => Promise<void>,
): Promise<void> {
  const { check } = Gate.prototype;
  const { place } = OrderEntry.prototype;
  let hasPassed = false;
  Gate.prototype.check = function (question) {
    beforeCheck();
    const answer = check.call(this, question);
    hasPassed = answer === null;
    return answer;
  };
  OrderEntry.prototype.place = function (order) {
    place.call(this, order);
    onCheck(order, hasPassed);
  };
  try {
    await script();
  } finally {
    Gate.prototype.check = check;
    OrderEntry.prototype.place = place;
  }
}

/** What the venue took of the desk, by the desk's own client ids. */
function acceptedAt({ floor }: TwoVenueStage, kind: string): Set<string> {
  const accepted = new Set<string>();
  floor.get(kind)?.exchange.listen((events) => {
    for (const event of events) {
      if (event.kind !== 'executed' || event.order.account !== ACCOUNT) continue;
      if (event.execution === 'new') accepted.add(clientIdOf(event.order.clientId));
    }
  });
  return accepted;
}

async function pressed(kind: 'kraken' | 'coinbase', afterMs: number): Promise<void> {
  const checks: Check[] = [];
  let isPressed = false;
  let now = (): number => 0;
  let beforeNext: (() => void) | null = null;
  let behindNext: (() => void) | null = null;
  const onCheck = ({ clientId }: { clientId: string }, hasPassed: boolean): void => {
    checks.push({ clientId, atMs: now(), hasPassed, isLate: isPressed });
    if (hasPassed) behindNext?.();
  };
  await watched(
    () => beforeNext?.(),
    onCheck,
    async () => {
      const outcome = await atTwoVenues(async (stage) => {
        const { desk, account, until, sleep } = stage;
        now = () => desk.parts.env.clock.mono() / 1e6;
        const accepted = acceptedAt(stage, kind);
        await until('it quotes', () => accepted.size >= ORDERS_FIRST, 240_000);
        await until('something rests', () => account(kind).open.size > 0);
        const press = (): void => {
          isPressed = true;
          onPanel(stage, 'press');
        };
        await new Promise<void>((resolve) => {
          const onNext = () => {
            beforeNext = null;
            behindNext = null;
            if (afterMs <= 0) press();
            resolve();
          };
          if (afterMs < 0) beforeNext = onNext;
          else behindNext = onNext;
        });
        if (afterMs > 0) {
          await sleep(afterMs);
          press();
        }
        const edgeMs = now();
        await until('Emergency', () => desk.mode().mode === 'emergency', 1_000);
        await until('nothing rests', () => account(kind).open.size === 0, 10_000);
        await sleep(5_000);
        const before = checks.filter(({ atMs }) => atMs > edgeMs - QUOTING_MS && atMs <= edgeMs);
        assert.ok(before.length >= ORDERS_MIN, `${before.length} orders: it was quoting`);
        const late = checks.filter(({ isLate, clientId }) => isLate && !isSlice(clientId));
        const taken = late.filter(({ clientId }) => accepted.has(clientId));
        assert.equal(taken, [], 'no order that was checked after the edge is taken');
        assert.ok(late.every(({ hasPassed }) => !hasPassed));
        assert.ok(afterMs >= 0 || late.length > 0, 'one was checked after the edge');
        const passed = new Set(checks.flatMap((each) => (each.hasPassed ? [each.clientId] : [])));
        const unchecked = [...accepted].filter((clientId) => !passed.has(clientId));
        assert.equal(unchecked, [], 'no order that passed no check');
        assert.is(account(kind).open.size, 0, 'nothing rests');
      }, configOf(kind));
      assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
    },
  );
}

for (const kind of ['kraken', 'coinbase'] as const) {
  for (const afterMs of PRESSED_AFTER_MS) {
    test(`ES16 C11: ${kind}, a press ${afterMs} ms from a check: nothing later is taken`, () =>
      pressed(kind, afterMs));
  }
}

test.run();
