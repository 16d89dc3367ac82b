import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { completeLine, splitLine } from '../../src/commands/attach.ts';
import { DAEMON_COMMANDS } from '../../src/commands/daemon-commands.ts';
import { law } from '../support/law.ts';

const ACTORS = ['trading/risk', 'trading/portfolio', 'safety/audit'];
const complete = (line: string) => completeLine(line, DAEMON_COMMANDS, ACTORS);

const lines: [line: string, words: string[]][] = [
  ['', []],
  ['   ', []],
  ['status', ['status']],
  ['  mode   manual ', ['mode', 'manual']],
  ['kill "wrong prices" now', ['kill', 'wrong prices', 'now']],
  ["kill 'it''s off'", ['kill', 'it', 's off']],
  ['kill ""', ['kill', '']],
  ['kill "half', ['kill', '"half']],
];
for (const [line, words] of lines) {
  test(`\`${line}\` is ${words.length} words`, () => {
    assert.equal(splitLine(line), words);
  });
}

test('words without blanks and quotes are what they were', () => {
  const word = fc.stringMatching(/^[a-z0-9/:.-]+$/);
  law(
    fc.property(fc.array(word), (words) => {
      assert.equal(splitLine(words.join('  ')), words);
    }),
  );
});

const completions: [line: string, hits: string[], word: string][] = [
  ['stat', ['status', 'state'], 'stat'],
  ['actor su', ['actor suspend'], 'actor su'],
  ['state trading/r', ['trading/risk'], 'trading/r'],
  ['trace trading/risk --li', ['--limit'], '--li'],
  ['watch 2 posi', ['positions'], 'posi'],
  ['watch 2 --times 3 posi', ['positions'], 'posi'],
  ['qui', ['quit'], 'qui'],
  ['actor k', ['actor kill'], 'actor k'],
  ['mode ', ['manual', 'semi-auto', 'full-auto'], ''],
  ['mode fu', ['full-auto'], 'fu'],
  ['actor kill trading/r', ['trading/risk'], 'trading/r'],
  ['help actor s', ['actor state', 'actor suspend', 'actor stop'], 'actor s'],
  ['status x', [], 'x'],
];
for (const [line, hits, word] of completions) {
  test(`Tab behind \`${line}\` offers ${hits.join(', ') || 'nothing'}`, () => {
    assert.equal(complete(line), [hits, word]);
  });
}

test('Tab on an empty line offers every command, and how to leave', () => {
  const [hits] = complete('');
  assert.equal(hits, [...DAEMON_COMMANDS.map(({ name }) => name), 'help', 'watch', 'quit']);
});

test('a word that nothing begins with shows what there is', () => {
  assert.equal(complete('actor kill x'), [ACTORS, 'x']);
  assert.is(complete('help xyz')[0].includes('quit'), false, 'help is about commands');
});

test.run();
