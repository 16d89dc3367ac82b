import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { breakersSection } from '../../src/risk/breakers/settings.ts';
import { looserBudgets, looserControls } from '../../src/risk/looser-controls.ts';
import { portfolioSection } from '../../src/risk/portfolio/settings.ts';

const controls = (from: object, to: object): readonly string[] =>
  looserControls(breakersSection.parse(from), breakersSection.parse(to));
const limitsOf = (id: string, numbers: object) => ({ limits: { [id]: numbers } });

test('the numbers of the controls of money are loosened by larger ones', () => {
  assert.equal(controls({}, limitsOf('C21', { hardFraction: 0.3 })), [
    'breakers.C21.hardFraction: 0.2 → 0.3',
  ]);
  assert.equal(controls({}, limitsOf('C21', { hardFraction: 0.19 })), []);
  assert.equal(controls(limitsOf('C22', { heatMax: 0.1 }), {}), [
    'breakers.C22.heatMax: 0.1 → 0.25',
  ]);
});

test('a time to recover or to look back is loosened by a shorter one', () => {
  assert.equal(controls({}, limitsOf('C22', { recoverMs: 1 })), [
    'breakers.C22.recoverMs: 300000 → 1',
  ]);
  assert.equal(controls({}, limitsOf('C23', { windowMs: 30_000 })).length, 1);
  assert.equal(controls({}, limitsOf('C21', { recoverMs: 7_200_000 })), []);
});

test('a number of one regime counts, and one of a control that is not of money does not', () => {
  const volatile = { volatile: { C20: { flattenFraction: 0.5 } } };
  assert.equal(controls({}, volatile), ['breakers.C20.flattenFraction: 0.05 → 0.5']);
  assert.equal(controls({}, limitsOf('C32', { delayP99Ms: 9_000 })), []);
});

const budgets = (from: object, to: object): readonly string[] =>
  looserBudgets(portfolioSection.parse(from), portfolioSection.parse(to));

test('a budget that is larger or gone is looser, and a new one is not', () => {
  const of = (dailyLossFraction: number) => ({
    budgets: { strategies: { mm: { dailyLossFraction } } },
  });
  assert.equal(budgets(of(0.1), of(0.1)), []);
  assert.equal(budgets(of(0.1), of(0.05)), []);
  assert.equal(budgets({}, of(0.05)), []);
  const path = 'portfolio.budgets.strategies.mm.dailyLossFraction';
  assert.equal(budgets(of(0.1), of(0.2)), [`${path}: 0.1 → 0.2`]);
  assert.equal(budgets(of(0.1), {}), [`${path}: 0.1 → none`]);
});

test('a smaller cost of closing is a smaller heat', () => {
  assert.equal(budgets({}, { closingCostBps: 5 }), ['portfolio.closingCostBps: 10 → 5']);
  assert.equal(budgets({}, { closingCostBps: 20 }), []);
});

test.run();
