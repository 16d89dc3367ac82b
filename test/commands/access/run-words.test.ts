import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Runner, runWords } from '../../../src/commands/access/run-words.ts';
import { ok } from '../../../src/core/result.ts';
import { statementText } from '../../../src/ops/access/mode-statement.ts';
import { aTerminal } from '../../support/edge/command-world.ts';

const STATEMENT = statementText({
  deskId: 'abcdefgh',
  mode: 'full-auto',
  requestedBy: 'ann',
  head: 7,
  expiresMs: 0,
  nonce: '00',
  reason: 'all is well',
});

/** A daemon that wants a text signed, and takes the signature. */
function aDaemon(statement: string) {
  const heard: string[] = [];
  const signed: string[] = [];
  const runner: Runner = {
    async run(words) {
      heard.push(words.join(' '));
      const data = words[1] === 'sign' ? 'thanks' : { kind: 'to-sign', id: '1', statement };
      return ok({ exitCode: 0, data, error: null });
    },
    sign(bytes) {
      signed.push(new TextDecoder().decode(bytes));
      return 'SIG';
    },
  };
  return { runner, heard, signed };
}

test('a statement is shown, signed and handed in', async () => {
  const { runner, heard, signed } = aDaemon(STATEMENT);
  const terminal = aTerminal();
  const words = ['mode', 'request', 'full-auto', 'all', 'is', 'well'];
  const { outcome } = await runWords(runner, words, terminal);
  assert.ok(outcome.ok && outcome.value.data === 'thanks');
  assert.equal(heard, ['mode request full-auto all is well', 'mode sign 1 SIG']);
  assert.equal([signed, terminal.written.err], [[STATEMENT], `${STATEMENT}\n`]);
});

const tricks: [what: string, words: string, statement: string, said: RegExp][] = [
  ['another mode', 'mode request manual all is well', STATEMENT, /something else than was asked/],
  ['another reason', 'mode request full-auto x', STATEMENT, /something else than was asked/],
  ['no statement', 'mode approve 1', 'transfer everything', /no statement about a mode/],
  ['another label', 'mode approve 1', STATEMENT.replace('v1', 'v2'), /no statement/],
  ['a line more', 'mode approve 1', `${STATEMENT}\nmode manual`, /no statement/],
  ['a login', 'mode approve 1', `flyball-mode-v1${'\n'.repeat(7)}flyball-shell-v1\0`, /no stat/],
  ['hidden words', 'mode approve 1', STATEMENT.replace('well', '\u202ewell'), /no statement/],
];
for (const [what, words, statement, said] of tricks) {
  test(`${what} is not signed, whatever the daemon says`, async () => {
    const { runner, heard, signed } = aDaemon(statement);
    const { outcome } = await runWords(runner, words.split(' '), aTerminal());
    assert.ok(!outcome.ok);
    assert.match(outcome.error, said);
    assert.equal([heard.length, signed], [1, []]);
  });
}

test('nothing is signed where there is no key', async () => {
  const { runner, heard } = aDaemon(STATEMENT);
  const { outcome } = await runWords({ ...runner, sign: null }, ['mode', 'approve'], aTerminal());
  assert.ok(outcome.ok && heard.length === 1);
});

test.run();
