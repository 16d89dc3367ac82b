import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CAPACITY_MAX } from '../../actors/runtime/mail/mailbox.ts';
import {
  BadSpec,
  type ChildSpec,
  checkChild,
  checkSupervisor,
  INTENSITY_MAX,
  STATIC_CHILDREN_MAX,
  type SupervisorSpec,
} from '../../supervisors/child-spec.ts';
import { aChild } from '../support/children.ts';

const child = (parts: Record<string, unknown> = {}): ChildSpec =>
  ({ ...aChild('a', []), ...parts }) as ChildSpec;
const withFlags = (parts: Record<string, unknown>): SupervisorSpec =>
  ({ children: [], ...parts }) as SupervisorSpec;

test('what a spec leaves out is what OTP would take (SUP-007)', () => {
  const checked = checkSupervisor({
    children: [child(), child({ id: 'sub', type: 'supervisor' })],
  });
  assert.ok(checked.ok);
  const { children, onGiveUp, ...flags } = checked.value;
  assert.equal(flags, {
    strategy: 'one-for-one',
    intensity: 1,
    periodMs: 5000,
    autoShutdown: 'never',
  });
  const [worker, sub] = children.map(({ start, ...rest }) => rest);
  assert.equal(worker, {
    id: 'a',
    restart: 'permanent',
    type: 'worker',
    shutdownMs: 5000,
    significant: false,
    mailboxOnRestart: 'discard',
    backoff: null,
    backoffRules: [],
    stashMax: CAPACITY_MAX,
    keepsChildren: false,
    retriesFirstStart: false,
  });
  assert.is(sub?.shutdownMs, 'unlimited');
});

const backoff = { minMs: 1, maxMs: 2, jitterFraction: 0, resetAfterMs: 0 };
const childFaults: [parts: Record<string, unknown>, field: string, found: string][] = [
  [{ id: undefined }, 'id', 'undefined'],
  [{ id: 'a/b' }, 'id', '"a/b"'],
  [{ start: undefined }, 'start', 'undefined'],
  [{ start: 'x' }, 'start', '"x"'],
  [{ restart: 'always' }, 'restart', '"always"'],
  [{ restart: () => 1 }, 'restart', 'a function'],
  [{ type: 'manager' }, 'type', '"manager"'],
  [{ shutdownMs: -1 }, 'shutdownMs', '-1'],
  [{ shutdownMs: Number.POSITIVE_INFINITY }, 'shutdownMs', 'Infinity'],
  [{ shutdownMs: 'never' }, 'shutdownMs', '"never"'],
  [{ significant: 1 }, 'significant', '1'],
  [{ significant: true }, 'significant', 'true'],
  [{ mailboxOnRestart: 'drop' }, 'mailboxOnRestart', '"drop"'],
  [{ backoff: null }, 'backoff', 'null'],
  [{ backoff: 5 }, 'backoff', '5'],
  [{ backoff: { ...backoff, minMs: 3 } }, 'backoff', JSON.stringify({ ...backoff, minMs: 3 })],
  [{ backoff: { ...backoff, maxMs: 1e12 } }, 'backoff', ''],
  [{ backoff: { ...backoff, jitterFraction: 1.5 } }, 'backoff', ''],
  [{ backoff: { ...backoff, resetAfterMs: -1 } }, 'backoff', ''],
  [{ backoffRules: 'none' }, 'backoffRules', '"none"'],
  [{ backoffRules: [null] }, 'backoffRules', '[null]'],
  [{ backoffRules: [{ error: 'TypeError', backoff }] }, 'backoffRules', '[{"error"'],
  [{ backoffRules: [{ error: TypeError, backoff: 5 }] }, 'backoffRules', '[{"backoff":5}]'],
  [{ backoffRules: Array(17).fill({ error: TypeError, backoff }) }, 'backoffRules', '[{'],
  [{ stashMax: -1 }, 'stashMax', '-1'],
  [{ stashMax: 1.5 }, 'stashMax', '1.5'],
  [{ stashMax: 2 ** 20 + 1 }, 'stashMax', '1048577'],
  [{ keepsChildren: 'yes' }, 'keepsChildren', '"yes"'],
  [{ retriesFirstStart: 3 }, 'retriesFirstStart', '3'],
];
for (const [parts, field, found] of childFaults) {
  test(`a child with ${JSON.stringify(parts)} is refused by its field (SUP-008)`, () => {
    const checked = checkSupervisor({ children: [child(), child({ id: 'b', ...parts })] });
    assert.not.ok(checked.ok);
    if (checked.ok) return;
    assert.is(checked.error.field, `children[1].${field}`);
    assert.ok(checked.error.found.startsWith(found), checked.error.found);
    const alone = checkChild(child(parts), 'never');
    assert.is(!alone.ok && alone.error.field, `child.${field}`);
  });
}

test('every allowed value is allowed', () => {
  for (const parts of [
    { restart: 'transient' },
    { restart: 'temporary' },
    { shutdownMs: 'brutal-kill' },
    { shutdownMs: 'unlimited' },
    { shutdownMs: 0 },
    { mailboxOnRestart: 'keep' },
    { mailboxOnRestart: 'conflate' },
    { backoff },
    { backoffRules: [] },
    { backoffRules: [{ error: TypeError, backoff }] },
    { stashMax: 0 },
    { stashMax: 2 ** 20 },
    { keepsChildren: true },
    { retriesFirstStart: true },
  ]) {
    assert.ok(checkChild(child(parts), 'never').ok, JSON.stringify(parts));
  }
});

test('a supervisor whose spec is no object is refused', () => {
  for (const spec of [null, 5, undefined]) {
    const checked = checkSupervisor(spec as unknown as SupervisorSpec);
    assert.is(!checked.ok && checked.error.field, 'spec');
  }
});

test('a spec that is no object is refused', () => {
  for (const spec of [null, 5, 'a']) {
    const checked = checkChild(spec as unknown as ChildSpec, 'never');
    assert.equal(checked.ok ? '' : checked.error.wanted, 'an object');
  }
});

test('two children of one id are refused (SUP-009)', () => {
  const checked = checkSupervisor({ children: [child(), child()] });
  assert.equal(checked, {
    ok: false,
    error: {
      kind: 'duplicate-child',
      field: 'children[1].id',
      found: 'a',
      wanted: 'an id of its own',
    },
  });
});

const flagFaults: [parts: Record<string, unknown>, field: string][] = [
  [{ strategy: 'all-for-one' }, 'strategy'],
  [{ intensity: Number.POSITIVE_INFINITY }, 'intensity'],
  [{ intensity: -1 }, 'intensity'],
  [{ intensity: 1.5 }, 'intensity'],
  [{ intensity: INTENSITY_MAX + 1 }, 'intensity'],
  [{ periodMs: 0 }, 'periodMs'],
  [{ periodMs: Number.POSITIVE_INFINITY }, 'periodMs'],
  [{ autoShutdown: 'sometimes' }, 'autoShutdown'],
  [{ children: 'none' }, 'children'],
  [{ children: Array(STATIC_CHILDREN_MAX + 1).fill(child()) }, 'children'],
  [{ strategy: 'dynamic' }, 'children'],
];
for (const [parts, field] of flagFaults) {
  test(`a supervisor with a bad ${field} is refused by its name (SUP-010)`, () => {
    const checked = checkSupervisor(withFlags(parts));
    assert.is(!checked.ok && checked.error.field, field);
  });
}

test('a significant child must be able to end, and its end must count', () => {
  const significant = child({ significant: true, restart: 'transient' });
  assert.ok(
    checkSupervisor(withFlags({ autoShutdown: 'any-significant', children: [significant] })).ok,
  );
  const unheard = checkSupervisor({ children: [significant] });
  assert.is(!unheard.ok && unheard.error.field, 'children[0].significant');
});

test('the error of a bad spec says what was found and what is wanted', () => {
  const checked = checkChild(child({ restart: 'always' }), 'never');
  assert.ok(!checked.ok);
  assert.is(
    new BadSpec(checked.error).message,
    'child.restart: "always" is not one of permanent, transient, temporary',
  );
});

test.run();
