import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  effectOf,
  FAULTS,
  isBarred,
  isGateClosing,
  lowerOf,
  modeUnder,
} from '../../../src/control/mode/faults.ts';

test('a fault is known by its kind, whatever it is about', () => {
  assert.is(effectOf('down:trading/risk'), FAULTS.down);
  assert.is(effectOf('venue:binance'), FAULTS.venue);
  assert.is(effectOf('venue-away:binance'), FAULTS['venue-away']);
  assert.is(effectOf('proof-test'), FAULTS['proof-test']);
});

test('a fault of no known kind takes everything', () => {
  for (const fault of ['', 'colour', 'toString', '__proto__', ':journal', 'journals']) {
    const { ceiling, bars, closesGate } = effectOf(fault);
    assert.equal([ceiling, bars, closesGate], ['manual', 'semi-auto', true], fault);
  }
});

test('ES26: an overdue proof test takes full-auto and nothing else', () => {
  assert.is(modeUnder('proof-test', 'full-auto', true), 'semi-auto');
  assert.is(modeUnder('proof-test', 'semi-auto', true), 'semi-auto');
  assert.equal(
    [isBarred(['proof-test'], 'semi-auto'), isBarred(['proof-test'], 'full-auto')],
    [false, true],
  );
  assert.not.ok(isGateClosing(['proof-test']));
});

test('C36: an alert that nobody acknowledges takes one mode, once', () => {
  assert.is(modeUnder('alert', 'full-auto', true), 'semi-auto');
  assert.is(modeUnder('alert', 'semi-auto', true), 'manual');
  assert.is(modeUnder('alert', 'manual', true), 'manual');
  assert.is(modeUnder('alert', 'semi-auto', false), 'semi-auto');
});

test('what is paused somewhere bars steps up and takes no mode', () => {
  assert.is(modeUnder('open-breaker', 'full-auto', true), 'full-auto');
  assert.ok(isBarred(['open-breaker'], 'semi-auto'));
});

test('a fault that closes the gate leaves Manual at most, and bars every step up', () => {
  for (const { ceiling, bars, closesGate, says } of Object.values(FAULTS)) {
    assert.ok(says.length > 0);
    if (!closesGate) continue;
    assert.equal([ceiling, bars], ['manual', 'semi-auto'], says);
  }
  assert.ok(isGateClosing(['proof-test', 'journal']));
  assert.not.ok(isBarred([], 'semi-auto') || isBarred([], 'full-auto') || isGateClosing([]));
});

test('the lower of two modes is the one of less freedom', () => {
  assert.is(lowerOf('manual', 'full-auto'), 'manual');
  assert.is(lowerOf('full-auto', 'semi-auto'), 'semi-auto');
});

test.run();
