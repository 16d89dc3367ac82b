import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answer, coloured, pairs, table } from '../../src/commands/terminal.ts';
import { aTerminal } from '../support/edge/command-world.ts';

test('numbers stand to the right, words to the left', () => {
  const rows = [
    ['a', 1, '-2.50'],
    ['longer', 1000, null],
  ];
  const text = ['name    count  profit', 'a           1   -2.50', 'longer   1000       -'];
  assert.is(table(['name', 'count', 'profit'], rows), text.join('\n'));
});

test('a table without rows says none', () => {
  assert.is(table(['name'], []), 'none');
});

test('a row that is too short leaves its cells empty', () => {
  assert.is(table(['a', 'b'], [['x'], ['y', 'z']]), 'a  b\nx\ny  z');
});

test('pairs stand under each other', () => {
  const entries = [
    ['mode', 'manual'],
    ['cool-down', null],
  ] as const;
  assert.is(pairs(entries), 'mode       manual\ncool-down  -');
});

test('colour is only where it may be', () => {
  assert.is(coloured(aTerminal({ hasColour: true }), 'red', 'stop'), '\u001b[31mstop\u001b[0m');
  assert.is(coloured(aTerminal(), 'red', 'stop'), 'stop');
});

test('an answer is one line of JSON or text for people', () => {
  for (const [isJson, text] of [
    [true, '{"a":1}\n'],
    [false, 'one\n'],
  ] as const) {
    const terminal = aTerminal();
    answer(terminal, isJson, { a: 1 }, () => 'one');
    assert.equal(terminal.written, { out: text, err: '' });
  }
});

test.run();
