import type { MutantFile } from '../mutant.ts';

export const CONTROL_DESK: MutantFile = {
  file: 'src/control/control-desk.js',
  tests: ['control/control-desk', 'control/climbs', 'actors/safety/control'],
  mutants: [
    {
      what: 'an emergency leaves the gate open',
      from: "gate.close('emergency');\n        this.#trips = gate.trips;\n        gate.setMode",
      to: 'this.#trips = gate.trips;\n        gate.setMode',
    },
    {
      what: 'an emergency writes no latch',
      from: 'latch.set(',
      to: 'void (',
    },
    {
      what: 'an emergency cancels nothing',
      from: 'this.#options.cancelAll(venue);',
      to: '',
    },
    {
      what: 'a reset undoes a trip that control has not heard of',
      from: 'gate.trips !== this.#trips',
      to: 'false',
    },
    {
      what: 'a reset does not wait',
      from: 'if (waitMs > 0)',
      to: 'if (waitMs > 1e12)',
    },
    { what: 'a reset leaves the latch', from: 'latch.clear();', to: '' },
    {
      what: 'a reset leaves the gate closed for ever',
      from: "gate.open('emergency');",
      to: '',
    },
    {
      what: 'an old run of reconciliation opens the gate',
      from: 'if (token !== this.#owed.get(venue))',
      to: 'if (token === undefined)',
    },
    {
      what: 'the desk climbs while venues are being reconciled',
      from: "if (gate.isClosedBy('reconciling'))\n            return;",
      to: '',
    },
    {
      what: 'one venue that agrees is enough',
      from: 'venues.every(',
      to: 'venues.some(',
    },
    {
      what: 'a fault leaves the quotes of strategies at the venue',
      from: 'if (!closesGate)\n            return;\n        this.#options.withdraw();',
      to: 'if (!closesGate)\n            return;',
    },
    {
      what: 'a mode that rises reaches the gate before the journal',
      from: "const mustComeFirst = after.mode === 'emergency' || !isRise;",
      to: 'const mustComeFirst = true;',
    },
    {
      what: 'a mode that falls reaches the journal before the gate',
      from: "const mustComeFirst = after.mode === 'emergency' || !isRise;",
      to: "const mustComeFirst = after.mode === 'emergency';",
    },
    {
      what: 'a restart of control in Emergency leaves the gate open',
      from: "if (state.mode === 'emergency')\n            gate.close('emergency');",
      to: '',
    },
  ],
};
