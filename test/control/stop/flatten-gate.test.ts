import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Gate,
  type GateQuestion,
  type GateRefusal,
  HALT_CAUSES,
  type HaltCause,
  MODES,
  PERMISSIONS,
} from '../../../src/control/gate.ts';
import { law } from '../../support/law.ts';
import { root } from '../../support/shared.ts';

const aGate = (): Gate => {
  const gate = new Gate();
  gate.open('starting');
  gate.setMode('full-auto');
  return gate;
};
const tripped = (): Gate => {
  const gate = aGate();
  gate.close('emergency');
  gate.setMode('emergency');
  return gate;
};
const ask = (gate: Gate, parts: Partial<GateQuestion> = {}): GateRefusal | null =>
  gate.check({ venue: 0, instrument: 0, epoch: gate.epoch, isReduceOnly: true, ...parts });
const slice = (gate: Gate, parts: Partial<GateQuestion> = {}): GateRefusal | null =>
  ask(gate, { isFlattening: true, ...parts });

test('C10: in Emergency only reduce-only slices pass, and only under the permit', () => {
  const gate = tripped();
  const matrix = () =>
    [false, true].map((isFlattening) =>
      [false, true].map((isReduceOnly) => ask(gate, { isFlattening, isReduceOnly })),
    );
  const strategies = ['halted', 'halted'];
  assert.equal(matrix(), [strategies, ['no-permit', 'no-permit']]);
  gate.permitFlattening();
  assert.equal(matrix(), [strategies, ['mode', null]]);
  gate.withdrawPermit();
  assert.equal(matrix(), [strategies, ['no-permit', 'no-permit']]);
});

test('C10: no mode but Emergency lets anything pass as flattening, permit or not', () => {
  for (const mode of MODES) {
    const gate = aGate();
    gate.setMode(mode);
    assert.is(slice(gate), 'no-permit', mode);
    gate.permitFlattening();
    assert.is(slice(gate), 'no-permit', mode);
    assert.is(gate.flatteningPermissions, PERMISSIONS.emergency, mode);
  }
  const gate = tripped();
  gate.permitFlattening();
  assert.is(gate.flatteningPermissions, PERMISSIONS.flattening);
  assert.is(gate.permissions, PERMISSIONS.emergency);
});

test('C11: an open contact or a halt refuses all but what the permit lets pass', () => {
  const gate = aGate();
  let open = 0;
  let reads = 0;
  gate.readContacts({
    read: () => {
      reads += 1;
      return open;
    },
    onOpen: () => {},
  });
  assert.is(ask(gate), null);
  open = 3;
  assert.is(ask(gate), 'contact-open');
  assert.is(ask(gate), 'halted');
  assert.is(slice(gate), 'no-permit');
  gate.setMode('emergency');
  gate.permitFlattening();
  const before = reads;
  assert.is(slice(gate), null, 'the button is still pressed');
  assert.is(reads, before, 'and is not asked');
  assert.is(ask(gate), 'halted');
});

const ALLOWING: readonly HaltCause[] = ['emergency', 'soft-breaker'];

test('ES17: any other halt refuses the flattening, whatever was permitted', () => {
  for (const cause of HALT_CAUSES.filter((each) => !ALLOWING.includes(each))) {
    const gate = tripped();
    gate.close(cause);
    gate.permitFlattening();
    assert.is(slice(gate), 'halted', cause);
    assert.is(gate.isFlatteningPermitted, false, cause);
  }
});

test('ES17: a breaker that speaks against trading alone leaves the flattening its permit', () => {
  const gate = tripped();
  gate.close('soft-breaker');
  assert.is(slice(gate), 'no-permit', 'it has begun another epoch');
  const epoch = gate.permitFlattening();
  assert.is(slice(gate, { epoch }), null);
  assert.is(slice(gate, { isReduceOnly: false }), 'mode');
  assert.is(ask(gate, { isReduceOnly: true }), 'halted', 'and nobody else');
  gate.open('emergency');
  assert.is(slice(gate, { epoch }), 'no-permit', 'without an emergency it refuses everything');
  assert.is(ask(gate, { isReduceOnly: true }), 'halted');
});

test('a market that such a breaker has paused may be flattened, and nothing else there', () => {
  const gate = tripped();
  gate.permitFlattening();
  gate.pauseVenue(0, 'soft-breaker');
  gate.pauseInstrument(0, 'soft-breaker');
  assert.is(slice(gate), null);
  gate.pauseInstrument(0, 'breaker');
  assert.is(slice(gate), 'instrument-paused', 'another pause counts beside it');
  gate.open('emergency');
  gate.setMode('full-auto');
  gate.resumeInstrument(0, 'breaker');
  assert.is(ask(gate), 'venue-paused');
  gate.resumeVenue(0, 'soft-breaker');
  assert.is(ask(gate), 'instrument-paused');
});

test('ES17: whatever closes the gate ends the permit, and so does a change of the mode', () => {
  for (const cause of HALT_CAUSES) {
    const gate = tripped();
    const epoch = gate.permitFlattening();
    assert.is(slice(gate), null);
    gate.close(cause);
    if (cause !== 'emergency') gate.open(cause);
    assert.is(slice(gate), 'no-permit', cause);
    assert.is(slice(gate, { epoch }), 'no-permit', cause);
  }
  const gate = tripped();
  gate.permitFlattening();
  gate.setMode('emergency');
  assert.is(slice(gate), 'no-permit');
});

test('an order of an earlier epoch stays in, also under a newer permit', () => {
  const gate = tripped();
  const epoch = gate.permitFlattening();
  gate.close('emergency');
  gate.permitFlattening();
  assert.is(slice(gate, { epoch }), 'stale-epoch');
  assert.is(slice(gate), null);
});

test('what is paused stays paused for the flattening', () => {
  const gate = tripped();
  gate.permitFlattening();
  gate.pauseVenue(0, 'disconnected');
  assert.is(slice(gate), 'venue-paused');
  gate.resumeVenue(0, 'disconnected');
  gate.pauseInstrument(0, 'breaker');
  assert.is(slice(gate), 'instrument-paused');
});

test('a permit over the same memory is the same permit', () => {
  const gate = tripped();
  const mirror = new Gate(gate.shared);
  gate.permitFlattening();
  assert.is(slice(mirror), null);
  mirror.close('guard');
  assert.is(slice(gate), 'halted');
});

test('a slice passes while nothing but the emergency speaks against it, under its permit', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('close' as const), cause: fc.constantFrom(...HALT_CAUSES) }),
    fc.record({ kind: fc.constant('open' as const), cause: fc.constantFrom(...HALT_CAUSES) }),
    fc.record({ kind: fc.constant('mode' as const), mode: fc.constantFrom(...MODES) }),
    fc.record({ kind: fc.constantFrom('permit' as const, 'withdraw' as const) }),
  );
  law(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const gate = tripped();
      let permit = -1;
      for (const next of steps) {
        if (next.kind === 'close') gate.close(next.cause);
        else if (next.kind === 'open') gate.open(next.cause);
        else if (next.kind === 'mode') gate.setMode(next.mode);
        else if (next.kind === 'permit') permit = gate.permitFlattening();
        else {
          gate.withdrawPermit();
          permit = -1;
        }
        const causes = gate.causes().filter((cause) => cause !== 'soft-breaker');
        const may = causes.join() === 'emergency' && permit === gate.epoch;
        assert.is(slice(gate) === null, may);
        assert.is(gate.isFlatteningPermitted, may);
        assert.is.not(slice(gate, { isReduceOnly: false }), null);
        assert.is.not(slice(gate, { epoch: gate.epoch - 1 }), null);
        const others = ask(gate, { isReduceOnly: false });
        if (gate.isClosed) assert.is(others, 'halted');
      }
    }),
  );
});

test('permits are made and withdrawn by control alone', () => {
  const makers = ['src', 'actors', 'supervisors', 'hardware'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name))
      .filter((path) =>
        /\.(permitFlattening|withdrawPermit)\(/.test(readFileSync(join(root, path), 'utf8')),
      ),
  );
  assert.equal(makers, ['src/control/stop/flatten-permit.ts']);
});

test.run();
