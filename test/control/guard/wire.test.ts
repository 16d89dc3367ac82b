import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  frameText,
  GUARD_FRAME_BYTES_MAX,
  guardSocket,
  LineCutter,
  readDaemonFrame,
  readGuardFrame,
} from '../../../src/control/guard/wire.ts';

const STATUS = {
  kind: 'status',
  beat: 7,
  isWatching: true,
  isArmed: true,
  silences: 0,
  trip: 0,
  cause: null,
} as const;

test('what one side writes the other reads', () => {
  assert.equal(readGuardFrame(frameText(STATUS)), { ok: true, value: STATUS });
  const goodbye = { kind: 'goodbye' } as const;
  assert.equal(readDaemonFrame(frameText(goodbye)), { ok: true, value: goodbye });
});

test('a frame that is none is told what is wrong with it', () => {
  const wrong = (line: string): string => {
    const read = readDaemonFrame(line);
    return read.ok ? '' : read.error;
  };
  assert.match(wrong('{'), /JSON/);
  assert.match(wrong('{"kind":"buy"}'), /kind: /);
  assert.match(wrong('{"kind":"goodbye","more":1}'), /frame: .*more/);
  assert.match(wrong('7'), /frame: /);
});

test('whatever the bytes are, reading them does not throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), (text, value) => {
      for (const line of [text, JSON.stringify(value)]) {
        readDaemonFrame(line);
        readGuardFrame(line);
      }
    }),
  );
});

test('lines come out whole, however the text is cut', () => {
  const lines = fc.array(fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\n', ' ')));
  fc.assert(
    fc.property(lines, fc.array(fc.nat(15)), (wanted, cuts) => {
      const cutter = new LineCutter();
      let text = wanted.map((line) => `${line}\n`).join('');
      const found: string[] = [];
      const push = (part: string): void => {
        const cut = cutter.push(part);
        if (cut.ok) found.push(...cut.value);
      };
      for (const length of cuts) {
        push(text.slice(0, length));
        text = text.slice(length);
      }
      push(text);
      assert.equal(found, wanted);
    }),
  );
});

test('a line without end is refused before it takes all memory', () => {
  const cutter = new LineCutter();
  const half = 'x'.repeat(GUARD_FRAME_BYTES_MAX / 2 + 1);
  assert.ok(cutter.push(half).ok);
  const refused = cutter.push(half);
  assert.ok(!refused.ok && /wanted 65536 at most/.test(refused.error));
  assert.equal(cutter.push('a\n'), { ok: true, value: ['a'] }, 'and its beginning is forgotten');
});

test('the guard of a data directory listens in its run folder', () => {
  assert.is(guardSocket('/data'), '/data/run/guard.sock');
});

test.run();
