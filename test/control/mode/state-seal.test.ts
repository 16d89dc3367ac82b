import { createHmac } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  openStateSeal,
  SEAL_KEY_BYTES,
  type StateSeal,
  stateSealOf,
} from '../../../src/control/mode/state-seal.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { inTempFolder } from '../../support/edge/temp-folder.ts';
import { law } from '../../support/law.ts';

const LABEL = 'flyball-mode-v2';
const KEY = new Uint8Array(SEAL_KEY_BYTES).fill(7);
const seal = stateSealOf(KEY, false);
let drawn = 0;
const env = {
  files: nodeFiles,
  entropy(bytes: number) {
    drawn += 1;
    return new Uint8Array(bytes).fill(drawn);
  },
};
const opened = (folder: string): StateSeal => {
  const result = openStateSeal(env, folder);
  assert.ok(result.ok);
  return (result as { value: StateSeal }).value;
};

test('the MAC is HMAC-SHA256 over label, NUL and text, as another implementation has it', () => {
  const mac = createHmac('sha256', KEY).update(`${LABEL}\0{"mode":"manual"}`).digest('hex');
  assert.is(seal.seal(LABEL, { mode: 'manual' }), `{"mode":"manual","mac":"${mac}"}`);
});

test('what was sealed comes back as it was', () => {
  const anyBody = fc.dictionary(
    fc.string().filter((name) => name !== 'mac' && name !== '__proto__'),
    fc.oneof(fc.string(), fc.integer(), fc.array(fc.string())),
    { noNullPrototype: true },
  );
  law(
    fc.property(anyBody, (body) => {
      const back = seal.open(LABEL, seal.seal(LABEL, body));
      assert.equal(back, { ok: true, value: body });
    }),
  );
});

test('no text is believed that was not sealed, and each refusal says what was found', () => {
  const sealed = seal.seal(LABEL, { mode: 'manual' });
  const refused: readonly [string, RegExp][] = [
    ['', /no JSON object/],
    ['[]', /no JSON object/],
    ['null', /no JSON object/],
    ['{}', /no MAC/],
    ['{"mac":7}', /no MAC/],
    ['{"mode":"manual","mac":""}', /not of this text and key/],
    ['{"mode":"manual","mac":"é"}', /not of this text and key/],
    [sealed.replace('manual', 'full-auto'), /not of this text and key/],
    [sealed.replace('{', '{"more":1,'), /not of this text and key/],
  ];
  for (const [text, expected] of refused) {
    const back = seal.open(LABEL, text);
    assert.match(back.ok ? '' : back.error, expected, text);
  }
  assert.not.ok(seal.open('flyball-severity-v1', sealed).ok);
  assert.not.ok(stateSealOf(new Uint8Array(SEAL_KEY_BYTES), false).open(LABEL, sealed).ok);
});

test('the key is made once, for the owner alone, and seals for every later start', () => {
  inTempFolder((folder) => {
    const keys = join(folder, 'keys');
    const first = opened(keys);
    const sealed = first.seal(LABEL, { mode: 'manual' });
    const later = opened(keys);
    assert.equal([first.isNew, later.isNew], [true, false]);
    assert.ok(later.open(LABEL, sealed).ok);
    assert.is(statSync(join(keys, 'control.key')).mode & 0o777, 0o600);
    assert.is(statSync(keys).mode & 0o777, 0o700);
  });
});

test('a damaged key is made anew and makes nobody trust what has no MAC', () => {
  inTempFolder((folder) => {
    const sealed = opened(folder).seal(LABEL, { mode: 'manual' });
    nodeFiles.replace(join(folder, 'control.key'), new Uint8Array(5));
    const later = opened(folder);
    assert.is(later.isNew, false);
    assert.not.ok(later.open(LABEL, sealed).ok);
    assert.ok(opened(folder).open(LABEL, later.seal(LABEL, { mode: 'manual' })).ok);
  });
});

test('a key that can neither be read nor made is an error that names the file', () => {
  const read = (): never => {
    throw new Error('EIO: i/o error, read');
  };
  const result = openStateSeal({ ...env, files: { ...nodeFiles, read } }, '/data/keys');
  assert.is(result.ok ? '' : result.error, '/data/keys/control.key: EIO: i/o error, read');
});

test.run();
