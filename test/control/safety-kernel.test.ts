import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Releaser, ROLES, type Role } from '../../src/control/authorisation.ts';
import type { Gate } from '../../src/control/gate.ts';
import {
  RESET_CLASSES,
  type ResetClass,
  type SafetyCause,
  type SafetyScope,
} from '../../src/control/safety-cause.ts';
import { CAUSES_MAX, KEPT_MAX, type SafetyKernel } from '../../src/control/safety-kernel.ts';
import { BrokenInvariant } from '../../src/core/result.ts';
import { aCause, aKernel } from '../support/control/kernels.ts';

const venue: SafetyScope = { kind: 'venue', venue: 0 };
const desk: SafetyScope = { kind: 'desk' };
const mm: SafetyScope = { kind: 'strategy', strategy: 'mm' };
const person = (role: Role, reason = 'looked at it'): Releaser => ({
  kind: 'person',
  name: role,
  role,
  reason,
});
const ask = (gate: Gate, parts: { venue?: number; instrument?: number; epoch?: number } = {}) =>
  gate.check({ venue: 0, instrument: 0, epoch: gate.epoch, isReduceOnly: false, ...parts });

test('a pause of a venue refuses what goes there, and nothing else, from the same turn on', () => {
  const { kernel, gate, changes, events } = aKernel();
  const { epoch } = gate;
  kernel.raise(aCause());
  assert.is(ask(gate), 'venue-paused');
  assert.is(ask(gate, { venue: 1 }), null);
  assert.is(ask(gate, { venue: 1, epoch }), 'stale-epoch');
  assert.equal(
    changes.map(({ before, after }) => [before, after]),
    [['normal', 'paused']],
  );
  assert.equal(
    events.map(({ kind, by }) => [kind, by]),
    [['raised', 'breakers']],
  );
});

test('a halt of the desk refuses everything until its class has released it', () => {
  const { kernel, gate } = aKernel();
  kernel.raise(aCause({ scope: desk, severity: 'halted', control: 'C20', reset: 'R' }));
  assert.equal([ask(gate), gate.causes()], ['halted', ['breaker']]);
  const refused = kernel.release('C20@desk', person('operator'), 2_000);
  assert.equal(refused, {
    ok: false,
    error: {
      kind: 'wrong-class',
      id: 'C20@desk',
      reset: 'R',
      found: 'operator (operator)',
      wanted: 'risk-officer',
    },
  });
  assert.is(ask(gate), 'halted');
  assert.ok(kernel.release('C20@desk', person('risk-officer'), 2_000).ok);
  assert.is(ask(gate), null);
});

test('a pause of an instrument refuses its orders only', () => {
  const { kernel, gate } = aKernel();
  const scope: SafetyScope = { kind: 'instrument', instrument: 3 };
  kernel.raise(aCause({ scope, control: 'C14' }));
  assert.equal([ask(gate), ask(gate, { instrument: 3 })], [null, 'instrument-paused']);
  assert.is(kernel.sizeScale(0, 3, 'mm'), 0);
  kernel.release('C14@instrument:3', person('operator'), 2_000);
  assert.equal([ask(gate, { instrument: 3 }), kernel.sizeScale(0, 3, 'mm')], [null, 1]);
});

test('a paused strategy is told by callback and by question, and leaves the others alone', () => {
  const { kernel, gate, changes } = aKernel();
  kernel.raise(aCause({ scope: mm, control: 'C06' }));
  assert.equal([kernel.isStrategyPaused('mm'), kernel.isStrategyPaused('arb')], [true, false]);
  assert.equal([kernel.sizeScale(0, 0, 'mm'), kernel.sizeScale(0, 0, 'arb')], [0, 1]);
  assert.is(ask(gate), null);
  assert.equal(changes[0]?.scope, mm);
  kernel.release('C06@strategy:mm', person('operator'), 2_000);
  assert.equal([kernel.isStrategyPaused('mm'), kernel.sizeScale(0, 0, 'mm')], [false, 1]);
});

test('reduced leaves a scale of each size, the least of all that stand, and a new epoch', () => {
  const { kernel, gate } = aKernel();
  const { epoch } = gate;
  kernel.raise(aCause({ severity: 'reduced', scope: desk }));
  assert.equal([kernel.sizeScale(0, 0, 'mm'), ask(gate, { epoch })], [0.5, 'stale-epoch']);
  kernel.raise(aCause({ severity: 'reduced', sizeScale: 0.2 }));
  assert.equal([kernel.sizeScale(0, 0, 'mm'), kernel.sizeScale(1, 0, 'mm')], [0.2, 0.5]);
  kernel.raise(aCause({ severity: 'reduced', sizeScale: 0.9, control: 'C19' }));
  assert.is(kernel.sizeScale(0, 0, 'mm'), 0.2);
  const { epoch: before } = gate;
  kernel.release('C28@venue:0', person('operator'), 2_000);
  assert.equal([kernel.sizeScale(0, 0, 'mm'), gate.epoch], [0.5, before]);
});

test('a warning closes nothing and its owner takes it back', () => {
  const { kernel, gate, changes } = aKernel();
  const { epoch } = gate;
  kernel.raise(aCause({ severity: 'warn', reset: '-' }));
  assert.equal([ask(gate, { epoch }), kernel.sizeScale(0, 0, 'mm')], [null, 1]);
  assert.is(kernel.summary().severity, 'warn');
  const owner: Releaser = { kind: 'owner', name: 'breakers', reason: 'back in range' };
  assert.not.ok(kernel.release('C28@venue:0', { ...owner, name: 'watchdog' }, 0).ok);
  assert.ok(kernel.release('C28@venue:0', owner, 0).ok);
  assert.equal(kernel.summary(), { severity: 'normal', causes: [] });
  assert.is(changes.length, 2);
});

test('an emergency stops the desk with the gate closed before it, and only a reset ends it', () => {
  const { kernel, gate, emergencies } = aKernel();
  kernel.raise(aCause({ severity: 'emergency', reset: '2P', control: 'C07' }));
  assert.is(
    emergencies.join(),
    'breakers: C07: 60 % of 12 calls failed; at most 50 % may (emergency)',
  );
  for (const role of ROLES) assert.not.ok(kernel.release('C07@venue:0', person(role), 9e9).ok);
  const owner: Releaser = { kind: 'owner', name: 'breakers', reason: 'gone' };
  assert.not.ok(kernel.release('C07@venue:0', owner, 9e9).ok);
  kernel.raise(aCause({ scope: desk, control: 'C33' }));
  kernel.releaseAfterReset('alice and bob', 'fixed', 9e9);
  assert.equal(
    kernel.summary().causes.map(({ id }) => id),
    ['C33@desk'],
  );
  assert.is(ask(gate), 'halted');
  kernel.release('C33@desk', person('operator'), 9e9);
  assert.equal(gate.causes(), ['emergency'], 'opening that one is for control');
});

test('a reset releases nothing that was never its own', () => {
  const { kernel } = aKernel();
  kernel.raise(aCause());
  const by: Releaser = { kind: 'reset', name: 'control', reason: 'a reset' };
  assert.not.ok(kernel.release('C28@venue:0', by, 9e9).ok);
});

const WHO_RELEASES: Readonly<Record<ResetClass, readonly string[]>> = {
  '-': ['operator', 'risk-officer', 'owner'],
  A: ['operator', 'risk-officer', 'owner'],
  O: ['operator', 'risk-officer'],
  R: ['risk-officer'],
  '2P': ['reset'],
};

test('each class is released by exactly those whom the table of controls names', () => {
  for (const reset of RESET_CLASSES) {
    const severity = { '2P': 'emergency', '-': 'warn' }[reset as string] ?? 'paused';
    const cause = aCause({ reset, severity: severity as SafetyCause['severity'] });
    const releasers: readonly [string, Releaser][] = [
      ...ROLES.map((role): [string, Releaser] => [role, person(role)]),
      ['owner', { kind: 'owner', name: 'breakers', reason: 'gone' }],
      ['reset', { kind: 'reset', name: 'control', reason: 'gone' }],
    ];
    const who = releasers.filter(([, by]) => {
      const { kernel } = aKernel();
      kernel.raise(cause);
      return kernel.release('C28@venue:0', by, 2_000).ok;
    });
    assert.equal(
      who.map(([name]) => name),
      WHO_RELEASES[reset],
      reset,
    );
  }
});

test('a person who gives no reason, or more than a line of it, releases nothing', () => {
  const { kernel } = aKernel();
  kernel.raise(aCause());
  for (const reason of ['', '  ', 'x'.repeat(201), 'two\nlines']) {
    const refused = kernel.release('C28@venue:0', person('operator', reason), 2_000);
    assert.is(refused.ok ? '' : refused.error.kind, 'bad-reason', reason);
  }
});

test('two causes on one scope: it opens when both are gone, whichever goes first', () => {
  for (const first of [0, 1]) {
    const { kernel, gate } = aKernel();
    kernel.raise(aCause());
    kernel.raise(aCause({ control: 'C27', severity: 'halted' }));
    const ids = ['C28@venue:0', 'C27@venue:0'];
    kernel.release(ids[first] as string, person('operator'), 2_000);
    assert.is(ask(gate), 'venue-paused');
    kernel.release(ids[1 - first] as string, person('operator'), 2_000);
    assert.is(ask(gate), null);
  }
});

test('a milder raise of what stands lowers nothing, and a worse one takes over', () => {
  const { kernel, events } = aKernel();
  kernel.raise(aCause({ severity: 'halted', reset: 'R' }));
  kernel.raise(aCause({ severity: 'warn', reset: 'A', owner: 'other', reason: 'mild' }));
  const [cause] = kernel.summary().causes;
  assert.equal(
    [cause?.severity, cause?.reset, cause?.owner, cause?.count],
    ['halted', 'R', 'breakers', 2],
  );
  assert.is(events.length, 1);
  kernel.raise(aCause({ severity: 'emergency', reset: '2P', owner: 'other', reason: 'worse' }));
  const [worse] = kernel.summary().causes;
  assert.equal([worse?.severity, worse?.owner, worse?.reason], ['emergency', 'other', 'worse']);
  assert.is(events.length, 2);
});

const probed = (): SafetyKernel => {
  const { kernel } = aKernel();
  kernel.raise(aCause({ reset: 'A', coolMs: 100, probationMs: 50 }));
  return kernel;
};
const owner: Releaser = { kind: 'owner', name: 'breakers', reason: 'well again' };

test('class A is probed after its cool-down at reduced size and released after probation', () => {
  const kernel = probed();
  assert.equal(kernel.release('C28@venue:0', owner, 1_200), {
    ok: false,
    error: { kind: 'not-probed', id: 'C28@venue:0', probationMs: 50 },
  });
  assert.equal(kernel.probe('C28@venue:0', 'breakers', 1_099), {
    ok: false,
    error: { kind: 'too-early', id: 'C28@venue:0', waitMs: 1 },
  });
  assert.ok(kernel.probe('C28@venue:0', 'breakers', 1_100).ok);
  assert.equal([kernel.severityOf(venue), kernel.sizeScale(0, 0, 'mm')], ['reduced', 0.5]);
  assert.equal(kernel.release('C28@venue:0', owner, 1_149), {
    ok: false,
    error: { kind: 'too-early', id: 'C28@venue:0', waitMs: 1 },
  });
  assert.ok(kernel.release('C28@venue:0', owner, 1_150).ok);
  assert.is(kernel.severityOf(venue), 'normal');
});

test('a raise while probing takes the whole way back', () => {
  const kernel = probed();
  kernel.probe('C28@venue:0', 'breakers', 1_100);
  kernel.raise(aCause({ reset: 'A', nowMs: 1_120 }));
  assert.is(kernel.severityOf(venue), 'paused');
  assert.not.ok(kernel.probe('C28@venue:0', 'breakers', 1_219).ok);
  assert.ok(kernel.probe('C28@venue:0', 'breakers', 1_220).ok);
});

test('a second probe begins no second probation, and nobody but the owner probes', () => {
  const { kernel, events } = aKernel();
  kernel.raise(aCause({ reset: 'A', probationMs: 50, severity: 'warn' }));
  assert.not.ok(kernel.probe('C28@venue:0', 'watchdog', 1_100).ok);
  assert.ok(kernel.probe('C28@venue:0', 'breakers', 1_100).ok);
  assert.is(kernel.severityOf(venue), 'warn');
  assert.ok(kernel.probe('C28@venue:0', 'breakers', 1_200).ok);
  assert.ok(kernel.release('C28@venue:0', owner, 1_150).ok);
  assert.is(events.length, 3);
  assert.is(kernel.probe('C28@venue:0', 'breakers', 1_100).ok, false);
});

test('class A without probation is released by its owner once it has been quiet', () => {
  const { kernel } = aKernel();
  kernel.raise(aCause({ reset: 'A', coolMs: 5_000, control: 'C12' }));
  kernel.raise(aCause({ reset: 'A', coolMs: 5_000, control: 'C12', nowMs: 3_000 }));
  assert.not.ok(kernel.release('C12@venue:0', owner, 7_999).ok);
  assert.not.ok(kernel.release('C12@venue:0', owner, Number.NaN).ok);
  assert.not.ok(kernel.probe('C12@venue:0', 'breakers', Number.NaN).ok);
  assert.ok(kernel.release('C12@venue:0', owner, 8_000).ok);
});

test('an operator does not wait for a probation', () => {
  const kernel = probed();
  assert.ok(kernel.release('C28@venue:0', person('operator'), 1_000).ok);
});

test('what is not raised cannot be released, and the answer lists what is', () => {
  const { kernel } = aKernel();
  kernel.raise(aCause());
  const refused = kernel.release('C28@venue:1', person('operator'), 2_000);
  assert.equal(refused, {
    ok: false,
    error: { kind: 'not-raised', id: 'C28@venue:1', standing: ['C28@venue:0'] },
  });
});

test('a release that cannot be put on record leaves everything as it was', () => {
  let isBroken = false;
  const { kernel, gate } = aKernel({
    recordFault() {
      if (isBroken) throw new Error('the journal takes no events');
    },
  });
  kernel.raise(aCause({ reset: 'A' }));
  isBroken = true;
  const { epoch } = gate;
  const before = kernel.summary();
  assert.throws(() => kernel.release('C28@venue:0', person('operator'), 2_000), /takes no events/);
  assert.throws(() => kernel.probe('C28@venue:0', 'breakers', 2_000), /takes no events/);
  assert.equal([kernel.summary(), ask(gate), gate.epoch], [before, 'venue-paused', epoch]);
  assert.throws(() => kernel.raise(aCause({ scope: desk })), /takes no events/);
  assert.is(ask(gate), 'halted');
});

test('more causes than fit halt the desk until a risk officer has looked', () => {
  const { kernel, gate, emergencies } = aKernel();
  for (let at = 0; at < CAUSES_MAX; at += 1) {
    kernel.raise(aCause({ control: `X${at}`, severity: 'warn', reset: '-' }));
  }
  assert.is(ask(gate), null);
  kernel.raise(aCause({ control: 'LAST', severity: 'warn', reset: '-' }));
  assert.is(ask(gate), 'halted');
  assert.is(kernel.summary().causes[0]?.id, 'OVERFLOW@desk');
  kernel.raise(aCause({ control: 'X0', severity: 'reduced' }));
  assert.is(kernel.sizeScale(0, 0, 'mm'), 0);
  assert.equal(emergencies, []);
  kernel.raise(aCause({ control: 'WORST', severity: 'emergency', reset: '2P' }));
  assert.is(emergencies.length, 1);
  assert.is(kernel.summary().causes.length, CAUSES_MAX + 1);
});

test('an emergency pauses no scope, so that the stop can flatten, and ends no permit', () => {
  const { kernel, gate } = aKernel();
  kernel.raise(aCause({ severity: 'emergency', reset: '2P' }));
  const { epoch } = gate;
  kernel.raise(aCause({ severity: 'reduced', control: 'C19', scope: desk }));
  assert.equal([gate.causes(), gate.venuePauses(0), gate.epoch], [['emergency'], [], epoch]);
  kernel.raise(aCause({ control: 'C12' }));
  assert.equal(gate.venuePauses(0), ['breaker']);
});

test('causes that people release are counted by themselves, and overflow by themselves', () => {
  const { kernel, gate, events } = aKernel();
  for (let at = 0; at < KEPT_MAX; at += 1) {
    kernel.raise(aCause({ control: `X${at}`, severity: 'reduced', sizeScale: 1 }));
  }
  kernel.raise(aCause({ control: 'MORE', severity: 'warn', reset: '-' }));
  assert.is(ask(gate), null);
  kernel.raise(aCause({ control: 'MORE', severity: 'reduced' }));
  assert.is(ask(gate), 'halted');
  assert.is(events.at(-1)?.kept.length, KEPT_MAX + 1);
  const by = person('risk-officer');
  for (const { id } of kernel.summary().causes) assert.ok(kernel.release(id, by, 9e9).ok);
  assert.is(events.at(-1)?.kept.length, 0);
});

test('what people have to release stands again after a start, what is measured does not', () => {
  const standing = (['A', 'O', 'R', '2P'] as const).map((reset, at) =>
    aCause({ control: `C${at}`, reset, severity: reset === '2P' ? 'emergency' : 'halted' }),
  );
  const { kernel, gate, emergencies } = aKernel({ standing });
  assert.equal(
    kernel.summary().causes.map(({ id }) => id),
    ['C3@venue:0', 'C1@venue:0', 'C2@venue:0'],
  );
  assert.equal([gate.causes(), gate.venuePauses(0)], [['emergency'], ['breaker']]);
  assert.equal(emergencies, []);
});

test('a cause that makes no sense is a bug of whoever raises it', () => {
  const broken: readonly Partial<SafetyCause>[] = [
    { control: 'c28' },
    { scope: { kind: 'venue', venue: 16 } },
    { scope: { kind: 'venue', venue: 0.5 } },
    { scope: { kind: 'instrument', instrument: -1 } },
    { scope: { kind: 'strategy', strategy: '' } },
    { severity: 'normal' as 'warn' },
    { reset: 'X' as ResetClass },
    { nowMs: Number.NaN },
    { sizeScale: 1.1 },
    { sizeScale: -0.1 },
    { coolMs: Number.NaN },
    { probationMs: 86_400_001 },
    { severity: 'emergency' },
    { reset: '2P' },
    { reset: '-' },
  ];
  for (const parts of broken) {
    const { kernel, gate } = aKernel();
    const said = JSON.stringify(parts);
    const isBroken = (thrown: unknown): boolean => thrown instanceof BrokenInvariant;
    assert.throws(() => kernel.raise(aCause(parts)), isBroken, said);
    assert.is(ask(gate), null, said);
  }
});

test.run();
