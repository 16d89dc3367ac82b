import type { MutantFile } from '../mutant.ts';

export const MODES: MutantFile = {
  file: 'src/control/modes.js',
  tests: ['control/modes', 'control/mode/', 'control/c'],
  mutants: [
    {
      what: 'the desk climbs above what was asked for',
      from: 'rank(context.requested) >= rank(to.mode) &&',
      to: '',
    },
    {
      what: 'a fault does not bar the step up',
      from: '!isBarred(context.faults, to.mode) &&',
      to: '',
    },
    {
      what: 'the step up does not wait for its cool-down',
      from: ' &&\n            event.nowMs >= context.untilMs,',
      to: ',',
    },
    {
      what: 'the cool-down lasts one moment longer',
      from: '&&\n            event.nowMs >= context.untilMs,',
      to: '&&\n            event.nowMs > context.untilMs,',
    },
    {
      what: 'a reset does not wait for its cool-down',
      from: 'isCooled: ({ context, event }) => event.nowMs >= context.untilMs,',
      to: 'isCooled: () => true,',
    },
    {
      what: 'Emergency keeps the standing order',
      from: "reenter: true,\n            actions: ['stayManual', ",
      to: 'reenter: true,\n            actions: [',
    },
    {
      what: 'Emergency has the cool-down of another mode',
      from: "{ for: 'resetCooldownMs' }",
      to: "{ for: 'semiCooldownMs' }",
    },
    {
      what: 'faults are not taken note of in Manual and Emergency',
      from: "fault: { actions: 'raiseFault' },",
      to: '',
    },
    {
      what: 'one fault that is cleared clears all',
      from: 'context.faults.filter((fault) => fault !== event.fault)',
      to: '[]',
    },
    {
      what: 'a fault leaves the standing order whatever policy says',
      from: 'context.policy.climbsAfterFault ? context.requested : left',
      to: 'context.requested',
    },
    {
      what: 'Semi-auto is passed over',
      from: "target: 'semi-auto',\n                    actions: { type",
      to: "target: 'full-auto',\n                    actions: { type",
    },
    {
      what: 'Full-auto needs no stay in Semi-auto',
      from: "actions: { type: 'cool', params: { for: 'fullCooldownMs' } },",
      to: 'actions: [],',
    },
    {
      what: 'a reset leads into trading',
      from: "guard: 'isCooled',\n                    target: 'manual',",
      to: "guard: 'isCooled',\n                    target: 'semi-auto',",
    },
    {
      what: 'after a reset the stay in Manual is that of another mode',
      from: "actions: ['stayManual', { type: 'cool', params: { for: 'semi",
      to: "actions: ['stayManual', { type: 'cool', params: { for: 'full",
    },
    {
      what: 'what is persisted forgets its faults',
      from: 'return { mode: state.mode, requested, untilMs, faults };',
      to: 'return { mode: state.mode, requested, untilMs };',
    },
  ],
};

export const RESTORE: MutantFile = {
  file: 'src/control/mode/restore.js',
  tests: ['control/mode/restore', 'control/modes'],
  mutants: [
    { what: 'a start does not ask the latch', from: 'boot.isLatched || ', to: '' },
    {
      what: 'a mode that cannot be believed is passed over',
      from: 'distrust !== null || ',
      to: '',
    },
    {
      what: 'an Emergency that was journaled is forgotten',
      from: " || stood?.mode === 'emergency'",
      to: '',
    },
    {
      what: 'a crash keeps the standing order whatever policy says',
      from: 'boot.wasClean || policy.climbsAfterFault',
      to: 'true',
    },
    {
      what: 'a start climbs at once',
      from: "const faults = ['starting', ...boot.conditions];",
      to: 'const faults = [...boot.conditions];',
    },
  ],
};
