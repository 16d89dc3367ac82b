import type { MutantFile } from '../mutant.ts';

const TESTS = ['hardware/estop/machine', 'golden/safety/vectors', 'hardware/estop/'];

export const DRAFT: MutantFile = {
  file: 'hardware/estop/draft.js',
  tests: TESTS,
  mutants: [
    {
      what: 'an open contact does not trip',
      from: 'if (level === 0)\n            this.trip(contact);',
      to: 'if (level === 0)\n            void 0;',
    },
    {
      what: 'a further edge does not make the cool-down longer',
      from: 'next.lastTripUs = next.atUs;\n        if (next.causes',
      to: 'if (next.causes',
    },
    {
      what: 'the first cause is replaced by a later one',
      from: 'if (next.cause === null) {',
      to: 'if (true) {',
    },
    { what: 'a disagreement is told and no fault', from: 'this.#next.isFaulted = true;', to: '' },
    {
      what: 'a disagreement is told again and again',
      from: 'this.#next.isDisagreementTold = true;',
      to: 'this.#next.disagreeSinceUs = this.#next.atUs;',
    },
    {
      what: 'a disagreement counts from the last of its edges on',
      from: "else if (contact !== 'tamper') {",
      to: 'else {',
    },
    {
      what: 'channels that agree again leave their disagreement',
      from: 'next.disagreeSinceUs = null;',
      to: '',
    },
    {
      what: 'service clears a fault with contacts open',
      from: '!this.#next.isFaulted || this.#isOpen()',
      to: '!this.#next.isFaulted',
    },
    {
      what: 'service takes the trip away as well',
      from: 'this.#next.isFaulted = false;',
      to: 'this.#next.isFaulted = false;\n        this.#next.cause = null;',
    },
    {
      what: 'a stuck button resets',
      from: '!next.isStuck && heldUs >= this.#times.resetMinUs',
      to: 'heldUs >= this.#times.resetMinUs',
    },
    {
      what: 'a tap resets',
      from: '!next.isStuck && heldUs >= this.#times.resetMinUs',
      to: '!next.isStuck',
    },
    {
      what: 'the shortest press is one moment too short',
      from: 'heldUs >= this.#times.resetMinUs',
      to: 'heldUs > this.#times.resetMinUs',
    },
    {
      what: 'a press acts when it begins',
      from: 'next.isStuck = false;\n            return;',
      to: 'next.isStuck = false;\n            this.reset();\n            return;',
    },
    {
      what: 'a fault does not deny a reset',
      from: "if (next.isFaulted)\n            return 'fault';",
      to: '',
    },
    {
      what: 'an open contact does not deny a reset',
      from: "if (this.#isOpen())\n            return 'open';",
      to: '',
    },
    {
      what: 'a bouncing release does not deny a reset',
      from: '< this.#times.releaseStableUs',
      to: '< 0',
    },
    {
      what: 'the release has to be stable one moment longer',
      from: 'next.atUs - next.lastRiseUs < this.#times.releaseStableUs',
      to: 'next.atUs - next.lastRiseUs <= this.#times.releaseStableUs',
    },
    {
      what: 'a reset does not wait for the cool-down',
      from: '< this.#times.cooldownUs',
      to: '< 0',
    },
    {
      what: 'the cool-down lasts one moment longer',
      from: 'next.atUs - next.lastTripUs < this.#times.cooldownUs',
      to: 'next.atUs - next.lastTripUs <= this.#times.cooldownUs',
    },
    {
      what: 'channel b is not looked at',
      from: 'a === 0 || b === 0 || tamper === 0',
      to: 'a === 0 || tamper === 0',
    },
    {
      what: 'tamper is not looked at',
      from: 'a === 0 || b === 0 || tamper === 0',
      to: 'a === 0 || b === 0',
    },
    {
      what: 'time runs backwards',
      from: 'const endUs = Math.max(atUs, next.atUs);',
      to: 'const endUs = atUs;',
    },
    {
      what: 'a reset leaves what had asked for the stop',
      from: 'next.causes = [];\n        next.isAcknowledged',
      to: 'next.isAcknowledged',
    },
    {
      what: 'a reset keeps the acknowledgement for the next trip',
      from: 'next.isAcknowledged = false;',
      to: '',
    },
    { what: 'a restored fault is forgotten', from: 'next.isFaulted = isFaulted;', to: '' },
  ],
};

export const MACHINE: MutantFile = {
  file: 'hardware/estop/machine.js',
  tests: TESTS,
  mutants: [
    {
      what: 'a start does not ask the latch',
      from: 'start.isLatched || start.isFaulted',
      to: 'start.isFaulted',
    },
    {
      what: 'a start does not look at the contacts',
      from: 'draft.take(contact, levels[contact]);',
      to: '',
    },
    {
      what: 'reset comes before service at one instant',
      from: "'service', 'reset'];",
      to: "'reset', 'service'];",
    },
    {
      what: 'deadlines that are due come after the levels',
      from: 'draft.moveTo(atUs);\n    for (const signal',
      to: 'for (const signal',
    },
  ],
};

export const STATE: MutantFile = {
  file: 'hardware/estop/state.js',
  tests: TESTS,
  mutants: [
    {
      what: 'the channels may disagree one moment longer',
      from: 'state.disagreeSinceUs + times.discrepancyUs',
      to: 'state.disagreeSinceUs + times.discrepancyUs + 1',
    },
    {
      what: 'the longest press counts as stuck',
      from: 'state.heldSinceUs + times.resetMaxUs + 1',
      to: 'state.heldSinceUs + times.resetMaxUs',
    },
  ],
};
