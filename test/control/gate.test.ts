import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Gate,
  type GateQuestion,
  type GateRefusal,
  HALT_CAUSES,
  type HaltCause,
  INSTRUMENTS_MAX,
  MODES,
  type Mode,
  PAUSE_CAUSES,
  type PauseCause,
  PERMISSIONS,
  VENUES_MAX,
} from '../../src/control/gate.ts';
import { BrokenInvariant } from '../../src/core/result.ts';
import { law } from '../support/law.ts';

const open = (mode: Mode = 'full-auto'): Gate => {
  const gate = new Gate();
  gate.open('starting');
  gate.setMode(mode);
  return gate;
};
const ask = (gate: Gate, parts: Partial<GateQuestion> = {}): GateRefusal | null =>
  gate.check({ venue: 0, instrument: 0, epoch: gate.epoch, isReduceOnly: false, ...parts });

test('a new gate is closed, in manual, and lets nothing through', () => {
  const gate = new Gate();
  assert.equal([gate.mode, gate.causes()], ['manual', ['starting']]);
  assert.is(ask(gate, { isReduceOnly: true }), 'halted');
});

test('an open contact refuses the order, closes the gate for good, and is told once', () => {
  const gate = open();
  const told: number[] = [];
  let bits = 0;
  gate.readContacts({ read: () => bits, onOpen: (found) => told.push(found, gate.trips) });
  assert.is(ask(gate), null);
  bits = 5;
  const { epoch } = gate;
  assert.is(ask(gate), 'contact-open');
  assert.equal([gate.causes(), gate.epoch, told], [['emergency'], epoch + 1, [5, 1]]);
  bits = 0;
  assert.is(ask(gate), 'halted');
  gate.open('emergency');
  assert.is(ask(gate, { epoch }), 'stale-epoch');
  assert.is(ask(gate), null);
  assert.is(told.length, 2);
});

test('a halt refuses everything until its own cause is taken away', () => {
  for (const cause of HALT_CAUSES) {
    const gate = open();
    assert.is(ask(gate), null);
    gate.close(cause);
    assert.ok(gate.isClosedBy(cause));
    for (const isReduceOnly of [true, false]) assert.is(ask(gate, { isReduceOnly }), 'halted');
    for (const other of HALT_CAUSES) if (other !== cause) gate.open(other);
    assert.is(ask(gate), 'halted');
    gate.open(cause);
    assert.is(ask(gate), null);
  }
});

test('what was decided before a halt cannot leave after it', () => {
  const gate = open();
  const { epoch } = gate;
  gate.close('journal');
  gate.open('journal');
  assert.is(ask(gate, { epoch }), 'stale-epoch');
});

test('what was decided in a higher mode cannot leave in a lower one, nor outlive it', () => {
  for (const [from, to] of [
    ['full-auto', 'semi-auto'],
    ['full-auto', 'manual'],
    ['semi-auto', 'manual'],
    ['manual', 'emergency'],
    ['emergency', 'manual'],
    ['emergency', 'emergency'],
  ] as const) {
    const gate = open(from);
    const { epoch } = gate;
    gate.setMode(to);
    assert.is(ask(gate, { epoch }), 'stale-epoch', `${from} to ${to}`);
  }
});

test('a step up and staying as it is keep what was decided', () => {
  for (const [from, to] of [
    ['manual', 'manual'],
    ['manual', 'semi-auto'],
    ['semi-auto', 'full-auto'],
  ] as const) {
    const gate = open(from);
    const { epoch } = gate;
    gate.setMode(to);
    assert.is(gate.epoch, epoch);
  }
});

test('manual only reduces, the automatic modes trade, emergency does nothing', () => {
  const allowed = MODES.map((mode) => [
    ask(open(mode)) === null,
    ask(open(mode), { isReduceOnly: true }) === null,
  ]);
  assert.equal(allowed, [
    [false, true],
    [true, true],
    [true, true],
    [false, false],
  ]);
  assert.is(ask(open('manual')), 'mode');
  for (const mode of MODES) assert.is(open(mode).permissions, PERMISSIONS[mode]);
});

test('a higher mode never permits less', () => {
  const rising = ['emergency', 'manual', 'semi-auto', 'full-auto'] as const;
  rising.slice(1).forEach((mode, at) => {
    const [lower, higher] = [PERMISSIONS[rising[at] as Mode], PERMISSIONS[mode]];
    assert.ok(Number(higher.mayIncrease) >= Number(lower.mayIncrease));
    assert.ok(Number(higher.mayReduce) >= Number(lower.mayReduce));
    assert.ok(higher.riskScale >= lower.riskScale);
  });
});

test('a gate over the same memory is the same gate', () => {
  const gate = open();
  const mirror = new Gate(gate.shared);
  assert.is(ask(mirror), null);
  mirror.close('emergency');
  assert.equal(gate.causes(), ['emergency']);
  assert.is(gate.epoch, mirror.epoch);
});

test('an index outside the table is a bug that never pauses somebody else', () => {
  const gate = open();
  const isBug = (thrown: Error) => thrown instanceof BrokenInvariant;
  for (const index of [-1, VENUES_MAX, 0.5]) {
    assert.throws(() => gate.pauseVenue(index, 'operator'), isBug);
    assert.throws(() => ask(gate, { venue: index }), isBug);
    assert.throws(() => gate.venuePauses(index), isBug);
  }
  for (const index of [-1, INSTRUMENTS_MAX, 0.5]) {
    assert.throws(() => gate.pauseInstrument(index, 'operator'), isBug);
    assert.throws(() => ask(gate, { instrument: index }), isBug);
    assert.throws(() => gate.instrumentPauses(index), isBug);
  }
  assert.is(ask(gate, { venue: VENUES_MAX - 1, instrument: INSTRUMENTS_MAX - 1 }), null);
});

type Step =
  | { kind: 'halt'; isClosing: boolean; cause: HaltCause }
  | { kind: 'mode'; mode: Mode }
  | {
      kind: 'pause';
      isPausing: boolean;
      what: 'venue' | 'instrument';
      index: number;
      cause: PauseCause;
    };

const mostlyNot = fc.constantFrom(true, false, false);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('halt' as const),
    isClosing: mostlyNot,
    cause: fc.constantFrom(...HALT_CAUSES),
  }),
  fc.record({ kind: fc.constant('mode' as const), mode: fc.constantFrom(...MODES) }),
  fc.record({
    kind: fc.constant('pause' as const),
    isPausing: mostlyNot,
    what: fc.constantFrom('venue' as const, 'instrument' as const),
    index: fc.nat({ max: 2 }),
    cause: fc.constantFrom(...PAUSE_CAUSES),
  }),
);

/** The gate as plain sets: what it must be equal to. */
class ModelGate {
  mode: Mode = 'manual';
  readonly halts = new Set<HaltCause>(['starting']);
  readonly paused = new Set<string>();

  take(next: Step): void {
    if (next.kind === 'mode') {
      this.mode = next.mode;
    } else if (next.kind === 'halt') {
      this.halts[next.isClosing ? 'add' : 'delete'](next.cause);
    } else {
      const pause = `${next.what}${next.index}:${next.cause}`;
      this.paused[next.isPausing ? 'add' : 'delete'](pause);
    }
  }

  pauses(what: string): PauseCause[] {
    return PAUSE_CAUSES.filter((cause) => this.paused.has(`${what}:${cause}`));
  }

  check(venue: number, instrument: number, isReduceOnly: boolean): GateRefusal | null {
    if (this.halts.size > 0) return 'halted';
    if (this.mode === 'emergency' || (this.mode === 'manual' && !isReduceOnly)) return 'mode';
    if (this.pauses(`venue${venue}`).length > 0) return 'venue-paused';
    return this.pauses(`instrument${instrument}`).length > 0 ? 'instrument-paused' : null;
  }
}

function take(gate: Gate, next: Step): void {
  if (next.kind === 'mode') gate.setMode(next.mode);
  else if (next.kind === 'halt') gate[next.isClosing ? 'close' : 'open'](next.cause);
  else if (next.what === 'venue')
    gate[next.isPausing ? 'pauseVenue' : 'resumeVenue'](next.index, next.cause);
  else gate[next.isPausing ? 'pauseInstrument' : 'resumeInstrument'](next.index, next.cause);
}

test('whatever is closed, paused and set, the gate answers like plain sets', () => {
  law(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
      const [gate, model] = [new Gate(), new ModelGate()];
      const first: Step = { kind: 'halt', isClosing: false, cause: 'starting' };
      for (const next of [first, ...steps]) {
        const before = gate.epoch;
        take(gate, next);
        model.take(next);
        if (next.kind === 'halt') assert.is(gate.epoch, before + Number(next.isClosing));
        assert.equal(new Set(gate.causes()), model.halts);
        assert.is(gate.mode, model.mode);
        for (const index of [0, 1, 2]) {
          assert.equal(gate.venuePauses(index), model.pauses(`venue${index}`));
          assert.equal(gate.instrumentPauses(index), model.pauses(`instrument${index}`));
          const isReduceOnly = index === 1;
          const answer = ask(gate, { venue: index, instrument: 2 - index, isReduceOnly });
          assert.is(answer, model.check(index, 2 - index, isReduceOnly));
        }
      }
    }),
  );
});

test.run();
