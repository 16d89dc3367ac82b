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

/** What is shown only in part by the tests that name it. */
const IN_PART: Readonly<Record<string, string>> = {
  ES16: 'nothing leaves and everything is cancelled; the sockets of orders stay, for the cancels',
  ES24: 'what may arm is one function; there is no live trading that asks it yet',
  ES32: 'the start with a latch; the power cut needs a virtual machine',
};

const named = new Set([...namedTests(join(root, 'test'))].filter((id) => id.startsWith('ES')));

test('every requirement is named by a test', () => {
  assert.is(requirements.length, 36);
  assert.equal(
    requirements.filter(({ id }) => !named.has(id)),
    [],
  );
});

test('only requirements that exist are named or listed', () => {
  const ids = new Set(requirements.map(({ id }) => id));
  const listed = [...named, ...Object.keys(IN_PART)];
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
