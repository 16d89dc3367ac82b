import type { MutantFile } from '../mutant.ts';

const tests = ['control/safety-kernel', 'control/severity', 'control/control-desk-severity'];

export const KERNEL: MutantFile = {
  file: 'src/control/safety-kernel.js',
  tests,
  mutants: [
    {
      what: 'whatever is paused may be flattened',
      from: 'if (cause.letsFlatten)',
      to: 'if (true)',
    },
    {
      what: 'what shrinks a size begins no epoch',
      from: "if (isSmaller && !gate.isClosedBy('emergency'))",
      to: 'if (false)',
    },
    {
      what: 'whatever shrinks a size in an emergency ends the permit to flatten',
      from: "isSmaller && !gate.isClosedBy('emergency')",
      to: 'isSmaller',
    },
    {
      what: 'a halt pauses nothing',
      from: "const PAUSING = ['paused', 'halted'];",
      to: "const PAUSING = ['paused'];",
    },
    {
      what: 'a release is carried out before it is on record',
      from: "this.#record('released', cause,",
      to: "this.#causes.delete(id);\n        this.#record('released', cause,",
    },
    {
      what: 'an owner does not wait for the probation',
      from: 'mayRelease(cause, by) ?? notYet(cause, by, nowMs)',
      to: 'mayRelease(cause, by)',
    },
    {
      what: 'a release needs nobody who may',
      from: 'mayRelease(cause, by) ?? notYet(cause, by, nowMs)',
      to: 'notYet(cause, by, nowMs)',
    },
    {
      what: 'the table of causes has no bound',
      from: 'return fits && fitsKept ? cause : overflowOf(cause, id);',
      to: 'return cause;',
    },
  ],
};

export const RAISED: MutantFile = {
  file: 'src/control/severity/raised-cause.js',
  tests,
  mutants: [
    {
      what: 'a later raise takes back what was said against flattening',
      from: 'letsFlatten: before.letsFlatten && letsFlatten,',
      to: 'letsFlatten,',
    },
    {
      what: 'a milder raise lowers what stands',
      from: 'severity: worse(before.severity, severity),',
      to: 'severity,',
    },
    {
      what: 'a raise of an easier class makes the release easier',
      from: 'reset: stricter(before.reset, reset),',
      to: 'reset,',
    },
    {
      what: 'a raise with a larger scale enlarges sizes',
      from: 'sizeScale: Math.min(before.sizeScale, sizeScale),',
      to: 'sizeScale,',
    },
  ],
};
