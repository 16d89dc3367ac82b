import { Gate } from '../../src/control/gate.ts';
import { SafetyKernel } from '../../src/control/safety-kernel.ts';
import type { Instrument } from '../../src/core/instrument.ts';
import { nodeClock } from '../../src/core/node-env.ts';
import { rngOf } from '../../src/core/rng.ts';
import { amountOf, nanosOf, ticksOf } from '../../src/core/units.ts';
import { LatencyHistogram } from '../../src/ops/latency.ts';
import { defaultBreakerSettings } from '../../src/risk/breakers/settings.ts';
import { PreTradeCheck } from '../../src/risk/pre-trade.ts';
import { LIFTED_LOTS, SizeBoard } from '../../src/risk/sizing/board.ts';
import { RiskWatch } from '../../src/risk/watch/risk-watch.ts';
import { anInstrument } from '../../test/support/trade/instruments.ts';
import { anOrder } from '../../test/support/trade/orders.ts';
import { type Case, quantileCases } from '../case.ts';
import { drained, medians, ROUNDS } from '../open-loop.ts';

const BUDGET_P99_US = 10;
const SYMBOLS = 32;
/** Orders of ours that rest on each side of each symbol; every check looks at them. */
const RESTING = 8;
const MID_TICKS = 6_000_000;
const SPREAD_TICKS = 100;
const CHECKS_PER_TURN = 1_000;
const PRICES = 997;
/** Minutes of returns that the covariance of all symbols has seen: more than it is begun with. */
const MINUTES = 40;
const MINUTE_NS = 60e9;
/** Sizes hold for the whole run. */
const SIZED_MS = 3_600_000;

/** Nothing is refused, so that every check goes to its end. */
const LIMITS = {
  maxOrderNotional: 1e9,
  maxPositionNotional: 1e9,
  priceBandBps: 500,
  staleBookMs: 60_000,
  ordersPerSecond: 1e9,
  ordersBurst: 1e9,
  strategyOrdersPerSecond: 1e9,
  maxDailyLoss: 1e9,
};

/** Puts the numbered controls into the check, on a desk whose equity is known and large. */
function watchOf(check: PreTradeCheck, gate: Gate, instruments: readonly Instrument[]): () => void {
  const ignore = (): void => {};
  const kernel = new SafetyKernel({ gate, emergency: ignore, onScope: ignore, record: ignore });
  const state = { positions: new Map(), openOrders: [], day: null };
  const { venue, quote } = instruments[0] as Instrument;
  const shared = { kernel, instruments, venues: [venue], check, state };
  const settings = defaultBreakerSettings();
  const startNs = nodeClock.mono() - MINUTES * MINUTE_NS;
  const watch = new RiskWatch(
    { ...shared, settings: () => settings, record: ignore, warned: ignore, loop: null },
    startNs / 1e6,
  );
  const funds = new Map([[venue, new Map([[quote, amountOf(10n ** 20n)]])]]);
  const rng = rngOf(1);
  for (let minute = 0; minute <= MINUTES; minute += 1) {
    const atNs = startNs + minute * MINUTE_NS;
    const together = rng.normal();
    for (const { index } of instruments) {
      const mid = Math.round(MID_TICKS * (1 + 1e-4 * (together + rng.normal())));
      check.onQuote(index, mid - 1, mid + 1, atNs);
    }
    watch.on({ kind: 'funds-told', funds }, 0);
    watch.on({ kind: 'watch' }, atNs / 1e6);
  }
  if (!watch.summary().portfolio.isSeeded) throw new Error('the covariance has seen too little');
  // What an order reads is computed beside it, and may not grow old.
  return () => {
    const nowMs = nodeClock.mono() / 1e6;
    watch.on({ kind: 'funds-told', funds }, nowMs);
    watch.on({ kind: 'watch' }, nowMs);
  };
}

/** The pre-trade check with its numbered controls, over many symbols and with orders at rest. */
export async function riskCases(seconds: number): Promise<Case[]> {
  const instruments = Array.from({ length: SYMBOLS }, (_, index) =>
    anInstrument({ index, symbol: `S${index}USDT` }),
  );
  const check = new PreTradeCheck(instruments, LIMITS, nodeClock.mono());
  const gate = new Gate();
  gate.open('starting');
  gate.setMode('full-auto');
  const look = watchOf(check, gate, instruments);
  const board = new SizeBoard({ instruments: SYMBOLS, staleMs: SIZED_MS, bornNs: 0 });
  for (const { index } of instruments) {
    board.write(index, LIFTED_LOTS, LIFTED_LOTS, nodeClock.mono());
  }
  check.sizing = board;
  const { mode, permissions } = gate;
  const { riskScale } = permissions;
  const sides = ['buy', 'sell'] as const;
  const priceOf = (side: 'buy' | 'sell') =>
    ticksOf(MID_TICKS + (side === 'buy' ? -SPREAD_TICKS : SPREAD_TICKS));
  for (let index = 0; index < SYMBOLS; index += 1) {
    check.onQuote(index, MID_TICKS - 1, MID_TICKS + 1, nodeClock.mono());
    for (let at = 0; at < RESTING; at += 1) {
      for (const side of sides) {
        const clientId = `resting-${index}-${at}-${side}`;
        const order = anOrder({ clientId, instrument: index, side });
        check.exposure(index).reserve({ ...order, ticks: priceOf(side) });
      }
    }
  }
  const took = new LatencyHistogram();
  let asked = 0;
  const ask = (): void => {
    const side = sides[asked % 2] as 'buy' | 'sell';
    const instrument = asked % SYMBOLS;
    // No two that are remembered are the same order.
    const away = asked % PRICES;
    const ticks = Number(priceOf(side)) + (side === 'buy' ? -away : away);
    const order = anOrder({ clientId: `new-${asked}`, instrument, side, ticks });
    asked += 1;
    const beganNs = nodeClock.mono();
    const nowNs = nanosOf(beganNs);
    const moment = { nowNs, mode, permissions, riskScale, isStrategyPaused: false };
    const verdict = check.check(order, moment);
    took.record(nodeClock.mono() - beganNs);
    if (!verdict.ok) throw new Error(`the order was refused: ${verdict.error.kind}`);
    check.exposure(instrument).setOpen(order, 0);
  };
  const run = async (forSeconds: number): Promise<number[]> => {
    const untilNs = nodeClock.mono() + forSeconds * 1e9;
    while (nodeClock.mono() < untilNs) {
      look();
      for (let at = 0; at < CHECKS_PER_TURN; at += 1) ask();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return drained(took);
  };
  await run(seconds / ROUNDS);
  const found = await medians(() => run(seconds / 2 / ROUNDS));
  return quantileCases(
    `risk check, ${SYMBOLS} symbols, ${SYMBOLS * RESTING * 2} open orders`,
    found,
    {
      targets: [null, BUDGET_P99_US],
    },
  );
}
