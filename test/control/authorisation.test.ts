import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Action,
  mayDo,
  mayRelease,
  modeAction,
  type ReleaseRefusal,
  ROLES,
  type Role,
  releaseRefusalText,
  rolesFor,
} from '../../src/control/authorisation.ts';
import { MODES } from '../../src/control/gate.ts';

const TABLE: Readonly<Record<Action, readonly Role[]>> = {
  inspect: ['viewer', 'operator', 'risk-officer', 'admin'],
  emergency: ['viewer', 'operator', 'risk-officer', 'admin'],
  'lower-mode': ['viewer', 'operator', 'risk-officer', 'admin'],
  'raise-mode': ['operator', 'risk-officer'],
  reset: ['operator', 'risk-officer'],
  release: ['operator', 'risk-officer'],
  'administer-actor': ['operator', 'risk-officer', 'admin'],
  'administer-access': ['admin'],
  stop: ['operator', 'risk-officer', 'admin'],
  reload: ['operator', 'risk-officer', 'admin'],
  'loosen-limits': ['risk-officer'],
};

for (const [action, roles] of Object.entries(TABLE) as [Action, readonly Role[]][]) {
  test(`${action} is for ${roles.join(', ')}`, () => {
    assert.equal(
      ROLES.filter((role) => mayDo(role, action)),
      roles,
    );
    assert.equal([...rolesFor(action)].sort(), [...roles].sort());
  });
}

test('everybody may make the desk safer, and nobody without rights may make it trade', () => {
  for (const role of ROLES) assert.ok(mayDo(role, 'emergency') && mayDo(role, 'lower-mode'));
  assert.not.ok(mayDo('viewer', 'raise-mode') || mayDo('admin', 'raise-mode'));
});

test('only a step towards more freedom is a raise', () => {
  const rising = ['emergency', 'manual', 'semi-auto', 'full-auto'];
  for (const from of MODES) {
    for (const to of MODES) {
      const isRaise = rising.indexOf(to) > rising.indexOf(from);
      assert.is(modeAction(from, to), isRaise ? 'raise-mode' : 'lower-mode');
    }
  }
});

const CAUSE = { id: 'C28@venue:0', reset: 'A', owner: 'breakers' } as const;

test('why something stays raised is a sentence with what would be right', () => {
  const { id } = CAUSE;
  const person = { kind: 'person', name: 'vic', reason: 'well' } as const;
  const said = (refusal: ReleaseRefusal | null): string =>
    refusal === null ? '' : releaseRefusalText(refusal);
  assert.is(
    said(mayRelease(CAUSE, { ...person, role: 'viewer' })),
    'C28@venue:0: class A wants breakers, operator or risk-officer, found vic (viewer)',
  );
  assert.is(
    said(mayRelease({ ...CAUSE, reset: 'R' }, { ...person, role: 'admin' })),
    'C28@venue:0: class R wants risk-officer, found vic (admin)',
  );
  assert.is(
    said(mayRelease({ ...CAUSE, reset: '2P' }, { ...person, role: 'risk-officer' })),
    'C28@venue:0: class 2P wants the reset, found vic (risk-officer)',
  );
  assert.is(
    said(mayRelease(CAUSE, { kind: 'reset', name: 'control', reason: '' })),
    'C28@venue:0: class A wants breakers, operator or risk-officer, found a reset',
  );
  assert.match(said(mayRelease(CAUSE, { ...person, role: 'operator', reason: ' ' })), /no reason/);
  assert.is(said({ kind: 'not-raised', id, standing: [] }), `${id}: not raised; nothing is`);
  assert.is(
    said({ kind: 'not-raised', id, standing: ['C1@desk'] }),
    `${id}: not raised; C1@desk is`,
  );
  assert.is(
    said({ kind: 'not-probed', id, probationMs: 50 }),
    `${id}: 50 ms at reduced size come before its release`,
  );
  assert.is(said({ kind: 'too-early', id, waitMs: 1.2 }), `${id}: 2 ms too early`);
});

test.run();
