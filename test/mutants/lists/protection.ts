import type { MutantFile } from '../mutant.ts';

export const KEEPER: MutantFile = {
  file: 'src/execution/protection/keeper.js',
  tests: ['execution/protection/keeper'],
  mutants: [
    {
      what: 'a second stop is placed while one lives',
      from: 'this.#live.size > 0 || nowNs',
      to: 'nowNs',
    },
    {
      what: 'stops are placed as often as the clock ticks',
      from: 'nowNs - this.#placedNs < this.#pauseNs',
      to: 'false',
    },
    {
      what: 'a stop may sell more than is held',
      from: ' || openLots(record) > held',
      to: '',
    },
    {
      what: 'a stop may be on the wrong side',
      from: '!this.#isOnSide(record) || ',
      to: '',
    },
    {
      what: 'a stop that has woken is taken back',
      from: ' || stop.record?.isWaiting === false',
      to: '',
    },
    {
      what: 'a stop is asked back again and again',
      from: 'stop.isLeaving || ',
      to: '',
    },
    {
      what: 'refusals lead to no pause',
      from: 'this.#pauseNs * 2',
      to: 'this.#pauseNs',
    },
    {
      what: 'a stop of which nobody has heard protects',
      from: "record.venueOrderId !== '' && ",
      to: '',
    },
    {
      what: 'it acts before a position was told',
      from: 'if (!this.#isInformed)\n            return;',
      to: '',
    },
  ],
};

export const STOP_TERMS: MutantFile = {
  file: 'src/execution/protection/stop-terms.js',
  tests: ['execution/protection/stop-terms'],
  mutants: [
    {
      what: 'the stop of a long position wakes later',
      from: 'isLong ? (whole + each - 1n) / each',
      to: 'isLong ? whole / each',
    },
    {
      what: 'the stop is on the side of the profit',
      from: 'isLong ? -stopBps : stopBps',
      to: 'isLong ? stopBps : -stopBps',
    },
    {
      what: 'a stop may have more lots than one order',
      from: 'Math.min(Math.abs(position), lotsMax)',
      to: 'Math.abs(position)',
    },
    {
      what: 'what the venue finds too small is placed',
      from: 'lots < lotsMin ? 0 : lots',
      to: 'lots',
    },
  ],
};
