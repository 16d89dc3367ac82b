/** The tables of docs/safety.md about control, against the code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mayRelease, ROLES } from '../../src/control/authorisation.ts';
import { type Mode, PERMISSIONS } from '../../src/control/gate.ts';
import { FAULTS, type FaultEffect } from '../../src/control/mode/faults.ts';
import { RESET_CLASSES, SEVERITIES } from '../../src/control/safety-cause.ts';
import { root } from '../support/shared.ts';

const PAGE = readFileSync(join(root, 'docs/safety.md'), 'utf8');

/** The rows of the table with this head, each as its cells. */
function rowsUnder(head: string): readonly (readonly string[])[] {
  const lines = PAGE.split('\n');
  const at = lines.indexOf(head);
  assert.ok(at >= 0, head);
  const rest = lines.slice(at + 2);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1')),
  );
}

const yes = (is: boolean): string => (is ? 'yes' : 'no');

test('the page says what each mode permits', () => {
  const rows = rowsUnder('| mode | may increase | may reduce | size |');
  const expected = Object.entries(PERMISSIONS).map(([mode, permissions]) => {
    const { mayIncrease, mayReduce, riskScale } = permissions;
    return [mode, yes(mayIncrease), yes(mayReduce), String(riskScale)];
  });
  assert.equal(rows, expected);
  const scales = (['manual', 'semi-auto', 'full-auto'] satisfies Mode[]).map(
    (mode) => PERMISSIONS[mode].riskScale,
  );
  assert.ok(scales.every((scale) => scale >= 0.5 && scale <= 1));
});

test('the page says where each layer reads it, and it does', () => {
  const rows = rowsUnder('| layer | reads | in |');
  assert.is(rows.length, 7);
  for (const [layer, reads, file] of rows) {
    const source = readFileSync(join(root, file as string), 'utf8');
    const named = [...(reads as string).matchAll(/`([^`]+)`/g)].map(([, code]) => code as string);
    assert.ok(named.length > 0, layer);
    for (const code of named) assert.ok(source.includes(code), `${file} has ${code}`);
  }
});

test('the page says what each fault takes', () => {
  const rows = rowsUnder('| fault | leaves | bars | closes the gate |');
  const expected = Object.entries<FaultEffect>(FAULTS).map(([fault, effect]) => {
    const leaves = effect.ceiling === 'one-below' ? 'one below' : (effect.ceiling ?? 'as it is');
    return [fault, leaves, effect.bars, yes(effect.closesGate)];
  });
  assert.equal([...rows].sort(), expected.sort());
});

test('the page lists the severities, and who releases each class', () => {
  const severities = rowsUnder('| severity | orders of the scope | besides |').map(([is]) => is);
  assert.equal(severities, SEVERITIES.slice(1));
  const rows = rowsUnder('| class | released by |');
  const expected = RESET_CLASSES.map((reset) => {
    const cause = { id: 'C1@desk', reset, owner: 'owner' };
    const base = { name: 'owner', reason: 'well' };
    const may = [
      ...(mayRelease(cause, { ...base, kind: 'owner' }) === null ? ['its owner'] : []),
      ...ROLES.filter((role) => mayRelease(cause, { ...base, kind: 'person', role }) === null),
      ...(mayRelease(cause, { ...base, kind: 'reset' }) === null ? ['the reset'] : []),
    ];
    return [reset, may.join(', ')];
  });
  assert.equal(rows, expected);
});

test.run();
