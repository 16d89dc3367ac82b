import type { MutantFile } from '../mutant.ts';

export const SIZE_GATE: MutantFile = {
  file: 'src/risk/pre-trade.js',
  tests: ['risk/sizing/size-gate'],
  mutants: [
    {
      what: 'sizing: an old size is as good as a new one',
      from: 'board?.isStale(order.instrument, moment.nowNs)',
      to: 'false',
    },
    {
      what: 'sizing: an order may be as large as a position',
      from: 'if (lots > orderLots)',
      to: 'if (false)',
    },
    {
      what: 'sizing: a position has no size',
      from: 'return worst > positionLots ?',
      to: 'return false ?',
    },
    {
      what: 'sizing: a scale is not of positions',
      from: 'board.positionLots(instrument, nowNs) * riskScale',
      to: 'board.positionLots(instrument, nowNs)',
    },
    {
      what: 'sizing: a scale is not of orders',
      from: 'board.orderLots(instrument, nowNs) * riskScale',
      to: 'board.orderLots(instrument, nowNs)',
    },
  ],
};

export const SIZE_BOARD: MutantFile = {
  file: 'src/risk/sizing/board.js',
  tests: ['risk/sizing/board-and-edge'],
  mutants: [
    {
      what: 'sizing: a position of an old size may still be held',
      from: 'return this.isStale(instrument, nowNs) ? 0 :',
      to: 'return false ? 0 :',
    },
    {
      what: 'sizing: an order of an old size may still be sent',
      from: 'if (this.isStale(instrument, nowNs))',
      to: 'if (false)',
    },
    {
      what: 'sizing: an order may be larger than the position',
      from: 'assert(orderLots <= positionLots',
      to: 'assert(true',
    },
  ],
};

export const SIZE_EDGE: MutantFile = {
  file: 'src/risk/sizing/edge.js',
  tests: ['risk/sizing/board-and-edge'],
  mutants: [
    {
      what: 'sizing: a few periods prove an edge',
      from: 'periods < PERIODS_MIN',
      to: 'periods < 1',
    },
    {
      what: 'sizing: a loss is proven as soon as a gain',
      from: 'LOSS_ERRORS ** 2',
      to: '1',
    },
    {
      what: 'sizing: an edge is counted with in full',
      from: 'supported: mean * share',
      to: 'supported: mean',
    },
    {
      what: 'sizing: evidence never fades',
      from: 'this.#weight *= keep',
      to: 'this.#weight *= 1',
    },
  ],
};

export const SIZE_ALLOCATION: MutantFile = {
  file: 'src/risk/sizing/allocation.js',
  tests: ['risk/sizing/allocation'],
  mutants: [
    {
      what: 'sizing: all of the Kelly size is taken',
      from: 'settings.kellyFraction * settings.regimeScale[regime]',
      to: 'settings.regimeScale[regime]',
    },
    {
      what: 'sizing: a regime scales nothing',
      from: 'settings.kellyFraction * settings.regimeScale[regime]',
      to: 'settings.kellyFraction',
    },
    {
      what: 'sizing: a hedge of prices is one of positions',
      from: 'given.cells.map(Math.abs)',
      to: 'given.cells.slice()',
    },
    {
      what: 'sizing: the desk has no value at risk',
      from: 'variance > allowed * allowed ?',
      to: 'false ?',
    },
    {
      what: 'sizing: nothing is too small',
      from: 'wanted >= settings.notionalMin',
      to: 'true',
    },
    {
      what: 'sizing: all positions together have no limit',
      from: 'sumMax: settings.leverageMax',
      to: 'sumMax: null',
    },
    {
      what: 'sizing: one position has no cap',
      from: 'assetMax: chosen.map((row) => room[row])',
      to: 'assetMax: null',
    },
  ],
};

export const SIZING_DESK: MutantFile = {
  file: 'src/risk/sizing/sizing-desk.js',
  tests: ['risk/sizing/sizing-desk'],
  mutants: [
    {
      what: 'sizing: the worth of the desk never grows old',
      from: 'book.atNs - this.#equityNs <= EQUITY_STALE_NS',
      to: 'true',
    },
    {
      what: 'sizing: a desk that is worth nothing goes on',
      from: 'this.#equity <= 0',
      to: 'false',
    },
    {
      what: 'sizing: a fault leaves the sizes as they were',
      from: "this.#setAll('fault', 0, book)",
      to: 'void 0',
    },
    {
      what: 'sizing: lots are rounded up',
      from: 'Math.floor((notional * this.#equity) / lot)',
      to: 'Math.ceil((notional * this.#equity) / lot)',
    },
  ],
};
