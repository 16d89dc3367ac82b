/** Drawdown and de-risking through board and kernel: what a loss leaves of the sizes of a desk. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Amount, amountOf } from '../../../src/core/units.ts';
import { breakersSection } from '../../../src/risk/breakers/settings.ts';
import { PreTradeCheck } from '../../../src/risk/pre-trade.ts';
import type { RiskEvent, RiskState } from '../../../src/risk/risk-desk.ts';
import { RiskWatch } from '../../../src/risk/watch/risk-watch.ts';
import { aKernel, type TestKernel } from '../../support/control/kernels.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { someLimits } from '../../support/trade/limits.ts';

const btc = anInstrument({ tick: '1', lot: '1' });
const SECOND = 1_000;
const HOUR = 3_600_000;
const EMPTY: RiskState = { positions: new Map(), openOrders: [], day: null };
/** Only the drawdown and the portfolio: losses of a day and of a minute have tests of theirs. */
const SETTINGS = breakersSection.parse({
  limits: {
    C20: { warnFraction: 1, noRiskFraction: 1, flattenFraction: 1 },
    C23: { lossFraction: 1 },
  },
});
const amount = (of: number): Amount => amountOf(BigInt(Math.round(of * 1e8)));

/** A desk that began with 100,000; one market at 100. */
function aDesk(parts: { readonly kernel?: TestKernel; readonly state?: Partial<RiskState> } = {}) {
  const tested = parts.kernel ?? aKernel();
  const check = new PreTradeCheck([btc], someLimits({ staleBookMs: 1e12 }), 0);
  const journal: RiskEvent[] = [];
  const { kernel } = tested;
  const watch = new RiskWatch(
    {
      ...{ instruments: [btc], venues: [btc.venue], kernel, check },
      settings: () => SETTINGS,
      state: { ...EMPTY, ...parts.state },
      record: (event) => void journal.push(event),
      warned: () => {},
      loop: null,
    },
    0,
  );
  check.onQuote(0, 99, 101, 0);
  let nowMs = 0;
  const at = (profit: number, afterMs = SECOND): void => {
    nowMs += afterMs;
    check.profit.setBooked(0, profit);
    const funds = new Map([[btc.venue, new Map([['USDT', amount(100_000 + profit)]])]]);
    watch.on({ kind: 'funds-told', funds }, nowMs);
    watch.on({ kind: 'watch' }, nowMs);
  };
  const rungs = (): readonly string[] =>
    journal.flatMap((each) =>
      each.kind === 'rung-changed' ? [`${each.control} ${each.from} to ${each.to}`] : [],
    );
  const peaks = (): readonly number[] =>
    journal.flatMap((each) => (each.kind === 'profit-peaked' ? [Number(each.profit) / 1e8] : []));
  return { ...tested, tested, watch, check, journal, rungs, peaks, at };
}

test('C21: sizes shrink in eighths from the soft limit on, until a risk officer has looked', () => {
  const { kernel, rungs, at } = aDesk();
  at(0);
  at(-14_900);
  assert.is(kernel.deskScale, 1);
  at(-15_100);
  assert.is(kernel.deskScale, 0.375, 'less than half, in whole eighths');
  at(-18_000);
  assert.is(kernel.deskScale, 0.125);
  at(-15_100);
  assert.is(kernel.deskScale, 0.125, 'a cause that stands only gets worse');
  const release = (role: 'operator' | 'risk-officer') =>
    kernel.release('C21@desk', { kind: 'person', name: 'ann', role, reason: 'seen' }, HOUR);
  at(-5_000);
  assert.ok(release('risk-officer').ok);
  at(-5_000);
  assert.is(kernel.deskScale, 0.5, 'the soft limit has not been left yet');
  at(-5_000, HOUR);
  for (let second = 0; second < 70; second += 1) at(-5_000);
  assert.is(kernel.deskScale, 0.5, 'nobody has looked');
  assert.not.ok(release('operator').ok);
  assert.ok(release('risk-officer').ok);
  at(-5_000);
  assert.is(kernel.deskScale, 1);
  assert.equal(rungs(), ['C21 none to warn', 'C21 warn to scale', 'C21 scale to none']);
});

test('C21: beyond the hard limit the desk is stopped, and people take on the soft one', () => {
  const { kernel, emergencies, peaks, at } = aDesk();
  at(0);
  at(-20_100);
  assert.is(emergencies.length, 1);
  at(-20_100, HOUR);
  kernel.releaseAfterReset('ann and bob', 'seen', 2 * HOUR);
  at(-20_100);
  at(-20_100);
  assert.is(emergencies.length, 1);
  assert.is(kernel.deskScale, 0.5);
  assert.ok(Math.abs((peaks().at(-1) as number) - (79_900 / 0.85 - 100_000)) < 1e-6);
  at(-24_700);
  assert.is(emergencies.length, 1);
  at(-25_000);
  assert.is(emergencies.length, 2, 'five per cent more is an emergency again');
});

test('C21: a crash of risk, or of the process, takes no rung down', () => {
  const before = aDesk();
  before.at(0);
  before.at(-16_000);
  before.at(-14_000);
  assert.equal(before.rungs().at(-1), 'C21 none to scale');
  const state = { peak: amount(0), rungs: new Map([['C21', 'scale']] as const) };
  const risk = aDesk({ kernel: before.tested, state });
  risk.at(-14_000);
  assert.is(risk.watch.summary().drawdown.stage, 'soft');
  // Another process has another kernel, in which nothing of class A stands.
  const process = aDesk({ state });
  assert.is(process.kernel.deskScale, 1);
  process.at(-14_000);
  assert.is(process.kernel.deskScale, 0.5);
});

test('C22: a position beyond its limit leaves only what reduces, and the ladder comes down', () => {
  const { kernel, check, watch, rungs, at } = aDesk();
  at(0);
  check.exposure(0).position = 300;
  at(0);
  assert.is(kernel.deskScale, 0);
  assert.is(watch.summary().portfolio.rung, 'reduce-only');
  check.exposure(0).position = 0;
  for (let minute = 0; minute < 20; minute += 1) at(0, 60 * SECOND);
  assert.is(kernel.deskScale, 1);
  assert.equal(rungs(), [
    'C22 none to reduce-only',
    ...['C22 reduce-only to scale', 'C22 scale to warn', 'C22 warn to none'],
  ]);
});

test('what the markets had made when the day began is gone on with, or begins now', () => {
  const day = { kind: 'risk-day-opened', day: 7, profit: amount(0) } as const;
  const profits = JSON.stringify({ [`${btc.venue}:${btc.symbol}`]: 5 });
  const marketDay = { kind: 'market-day-opened', day: 7, profits } as const;
  const same = aDesk({ state: { day, marketDay } });
  assert.equal(same.journal, []);
  const other = aDesk({ state: { day, marketDay: { ...marketDay, day: 6 } } });
  assert.equal(
    other.journal.map(({ kind }) => kind),
    ['market-day-opened'],
  );
  other.watch.openDay(8);
  assert.is(other.journal.length, 2);
});

test('new budgets are in force from the next order on', () => {
  const { watch, at } = aDesk();
  at(0);
  const settings = {
    closingCostBps: 10,
    budgets: { strategies: {}, symbols: {}, venues: { [btc.venue]: { dailyLossFraction: 0.1 } } },
  };
  watch.on({ kind: 'adopt-portfolio', settings }, 0);
  assert.equal(
    watch.summary().portfolio.budgets.map(({ scope }) => scope),
    [`venue:${btc.venue}`],
  );
});

test.run();
