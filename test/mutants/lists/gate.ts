import type { MutantFile } from '../mutant.ts';

export const GATE: MutantFile = {
  file: 'src/control/gate.js',
  tests: ['control/gate', 'control/stop/flatten-gate', 'control/guard/gate-lease'],
  mutants: [
    { what: 'a new gate is open', from: "this.close('starting')", to: 'void 0' },
    { what: 'the halt word is not asked', from: 'if (halt !== 0)', to: 'if (halt < 0)' },
    {
      what: 'one halt cause alone does not halt',
      from: 'if (halt !== 0)',
      to: 'if ((halt & (halt - 1)) !== 0)',
    },
    { what: 'contacts are not asked', from: 'if (open === 0)', to: 'if (open >= 0)' },
    {
      what: 'the lease of the guard is not asked',
      from: 'lease === null || lease.holds()',
      to: 'true',
    },
    {
      what: 'an open contact refuses the order and leaves the gate open',
      from: "this.close('emergency');\n        contacts",
      to: 'contacts',
    },
    {
      what: 'an open contact is told to nobody',
      from: 'contacts.onOpen(open);',
      to: '',
    },
    {
      what: 'an order of an older epoch passes',
      from: "if (order.epoch !== Atomics.load(words, EPOCH))\n            return 'stale-epoch';",
      to: "if (order.epoch > Atomics.load(words, EPOCH))\n            return 'stale-epoch';",
    },
    {
      what: 'the mode is not asked',
      from: 'permissions.mayReduce : permissions.mayIncrease))',
      to: 'permissions.mayReduce : permissions.mayIncrease) && false)',
    },
    {
      what: 'what adds is taken for what reduces',
      from: 'order.isReduceOnly ? permissions.mayReduce : permissions.mayIncrease',
      to: 'order.isReduceOnly ? permissions.mayIncrease : permissions.mayReduce',
    },
    {
      what: 'a paused venue is not asked',
      from: 'if (venue !== 0)',
      to: 'if (false)',
    },
    {
      what: 'a paused instrument is not asked',
      from: "return instrument === 0 ? null : 'instrument-paused';",
      to: 'return null;',
    },
    {
      what: 'a close begins no epoch',
      from: "Atomics.add(this.#words, EPOCH, 1);\n        if (cause === 'emergency')",
      to: "if (cause === 'emergency')",
    },
    {
      what: 'trips are not counted',
      from: "if (cause === 'emergency')\n            Atomics.add(this.#words, TRIPS, 1);",
      to: '',
    },
    {
      what: 'every close counts as a trip',
      from: "if (cause === 'emergency')\n            Atomics.add",
      to: 'Atomics.add',
    },
    {
      what: 'a further cause replaces those that stand',
      from: 'Atomics.or(this.#words, HALT, 1',
      to: 'Atomics.store(this.#words, HALT, 1',
    },
    {
      what: 'one cause that is taken away takes all',
      from: 'Atomics.and(this.#words, HALT, ~(1 << HALT_CAUSES.indexOf(cause)));',
      to: 'Atomics.store(this.#words, HALT, 0);',
    },
    {
      what: 'a lower mode begins no epoch',
      from: "if (mode === 'emergency' || next < before)",
      to: "if (mode === 'emergency')",
    },
    {
      what: 'Emergency begins no epoch',
      from: "if (mode === 'emergency' || next < before)",
      to: 'if (next < before)',
    },
    {
      what: 'a venue that is resumed loses its other causes',
      from: 'Atomics.and(this.#words, venueWord(venue), ~(1 << PAUSE_CAUSES.indexOf(cause)));',
      to: 'Atomics.store(this.#words, venueWord(venue), 0);',
    },
    {
      what: 'a venue beyond the table pauses an instrument',
      from: 'venue >= 0 && venue < VENUES_MAX',
      to: 'venue >= 0 && venue <= VENUES_MAX',
    },
    {
      what: 'orders of the flattening pass every other halt',
      from: 'if ((halt & ~(EMERGENCY | SOFT_HALT)) !== 0)',
      to: 'if (false)',
    },
    {
      what: 'a soft breaker of a market lets everybody pass',
      from: 'this.#checkPauses(order, 0)',
      to: 'this.#checkPauses(order, SOFT_PAUSE)',
    },
    {
      what: 'flattening is possible without an emergency',
      from: 'return (halt & ~SOFT_HALT) === EMERGENCY;',
      to: 'return (halt & ~SOFT_HALT & ~EMERGENCY) === 0;',
    },
    {
      what: 'orders of the flattening need no permit',
      from: 'if (!this.isFlatteningPermitted)',
      to: 'if (false)',
    },
    {
      what: 'a permit outlives its epoch',
      from: 'Atomics.load(words, PERMIT) === Atomics.load(words, EPOCH)',
      to: 'Atomics.load(words, PERMIT) !== 0',
    },
    {
      what: 'Emergency lets orders reduce',
      from: 'emergency: { mayIncrease: false, mayReduce: false',
      to: 'emergency: { mayIncrease: false, mayReduce: true',
    },
    {
      what: 'Manual lets orders add',
      from: 'manual: { mayIncrease: false',
      to: 'manual: { mayIncrease: true',
    },
  ],
};
