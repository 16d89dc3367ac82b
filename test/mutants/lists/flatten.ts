import type { MutantFile } from '../mutant.ts';

export const PERMIT: MutantFile = {
  file: 'src/control/stop/flatten-permit.js',
  tests: ['control/stop/flatten-permit'],
  mutants: [
    {
      what: 'an emergency from before a crash may flatten',
      from: 'isTripped ? stopping',
      to: '!isTripped ? stopping',
    },
    { what: 'a permit is made after the deadline', from: 'return isInTime &&', to: 'return' },
    {
      what: 'a permit is made beside another halt',
      from: 'return isInTime && this.#gate.isFlatteningPossible;',
      to: "return isInTime && this.#gate.isClosedBy('emergency');",
    },
    {
      what: 'category 0 keeps the permit',
      from: 'if (this.category !== 1)',
      to: 'if (this.category === null)',
    },
    {
      what: 'a second trip begins a stop anew',
      from: 'this.#take(stopping(before,',
      to: 'this.#take(stopping(null,',
    },
    {
      what: 'a permit has another deadline than its stop',
      from: 'this.#standing?.deadlineUs * 1e3',
      to: 'this.#standing?.deadlineUs * 1e4',
    },
  ],
};

export const SLICE: MutantFile = {
  file: 'src/execution/flatten/slice.js',
  tests: ['execution/flatten/slice'],
  mutants: [
    {
      what: 'a slice is sent beside orders that may still trade',
      from: 'if (exposed.openLots > 0)',
      to: 'if (exposed.openLots < 0)',
    },
    {
      what: 'longs are bought and shorts are sold',
      from: "position > 0 ? 'sell' : 'buy'",
      to: "position > 0 ? 'buy' : 'sell'",
    },
    {
      what: 'a stale quote is good enough',
      from: '/ 1e6 > terms.staleMs',
      to: '/ 1e9 > terms.staleMs',
    },
    {
      what: 'the band ends beyond its edge',
      from: 'const BAND_SHARE = 0.95',
      to: 'const BAND_SHARE = 1.05',
    },
    {
      what: 'a limit that meets nobody is sent',
      from: 'return ticks >= askTicks ? ticks : 0',
      to: 'return ticks',
    },
    { what: 'less than the venue takes is sent', from: 'if (all < least ||', to: 'if (' },
    {
      what: 'the notional of the smallest order is not looked at again',
      from: 'lots += 1',
      to: 'break',
    },
    {
      what: 'a slice leaves dust behind',
      from: 'if (all - most >= least)',
      to: 'if (all - most >= 0)',
    },
    { what: 'a slice is as large as what is held', from: 'if (all <= most)', to: 'if (true)' },
  ],
};

export const FLATTENING: MutantFile = {
  file: 'src/execution/flatten/flattening.js',
  tests: ['execution/flatten/flattening'],
  mutants: [
    {
      what: 'an order that brought nothing is repeated at once',
      from: 'course.notBeforeNs = nowNs + AGAIN_MS * 1e6',
      to: 'course.notBeforeNs = nowNs',
    },
    {
      what: 'nothing is ever given up',
      from: 'course.fruitless += 1',
      to: 'course.fruitless += 0',
    },
    { what: 'a limit never reaches further', from: 'course.push * 2', to: 'course.push * 1' },
    { what: 'it is over while it waits', from: "slice.kind === 'dust' ||", to: 'true ||' },
    {
      what: 'what nobody has looked at is called flat',
      from: 'if (!this.#hasLooked)',
      to: 'if (false)',
    },
  ],
};
