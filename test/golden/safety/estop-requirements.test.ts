/** The 36 requirements of the emergency stop as a check list of tests. */
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { safetyVectors } from '../../support/safety-vectors.ts';
import { root } from '../../support/shared.ts';
import { namedTests } from '../run/safety/check-lists.ts';

interface Requirement {
  readonly id: string;
  readonly Requirement: string;
  /** Names a waveform when it is one word with underscores. */
  readonly Test: string;
}

const requirements = safetyVectors<readonly Requirement[]>('estop_requirements');

/** What the folder `hardware` alone cannot show: nothing here is tested by it, and why. */
const ABSENT: Readonly<Record<string, string>> = {
  ES04: 'the latch file is control’s (test/control); the trip that writes it needs the daemon',
  ES08: 'the mode after a reset is control’s (test/control); the machine only says reset:ok',
  ES14: 'needs the daemon in each phase of its life',
  ES31: 'needs the guard process',
  ES33: 'needs the journal: the machine tells the events that are to be recorded',
  ES34: 'needs authorisation and the shell',
  ES36: 'is a matter of the hardware list in the documentation',
};

/** What is shown only in part by the tests that name it. */
const IN_PART: Readonly<Record<string, string>> = {
  ES16: 'the table of actions; carrying them out needs venues and guard',
  ES17: 'the deadline and the table; flattening needs venues',
  ES23: 'loss of a driver, and the rule of three beats; the watcher needs the daemon',
  ES24: 'what the drivers refuse and the notice; arming needs the daemon',
  ES26: 'the dates; barring full-auto needs the statechart',
  ES28: 'the functions; driving pins from them needs the indicator',
  ES30: 'the contact reader between two checks; the socket stub needs the gate',
  ES32: 'the start with a latch; the power cut needs a virtual machine',
};

const named = new Set([...namedTests(join(root, 'test'))].filter((id) => id.startsWith('ES')));

test('every requirement is named by a test or listed as absent, and none is both', () => {
  assert.is(requirements.length, 36);
  const missing = requirements.filter(({ id }) => !named.has(id) && ABSENT[id] === undefined);
  assert.equal(missing, []);
  assert.equal(
    Object.keys(ABSENT).filter((id) => named.has(id)),
    [],
  );
});

test('only requirements that exist are named or listed', () => {
  const ids = new Set(requirements.map(({ id }) => id));
  const listed = [...named, ...Object.keys(ABSENT), ...Object.keys(IN_PART)];
  assert.equal(
    listed.filter((id) => !ids.has(id)),
    [],
  );
  assert.equal(
    Object.keys(IN_PART).filter((id) => !named.has(id)),
    [],
  );
});

test('the waveforms that requirements name are among those that are played', () => {
  const { cases } = safetyVectors<{ cases: { name: string }[] }>('estop_waveforms');
  const played = new Set(cases.map(({ name }) => name));
  const wanted = requirements.flatMap((one) => one.Test.match(/\b[a-z0-9]+(_[a-z0-9]+)+\b/g) ?? []);
  assert.ok(wanted.length >= 8);
  assert.equal(
    wanted.filter((name) => !played.has(name)),
    [],
  );
});

test.run();
