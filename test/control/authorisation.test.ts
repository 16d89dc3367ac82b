import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Action,
  mayDo,
  modeAction,
  ROLES,
  type Role,
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

test.run();
