import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  exportedNode,
  importedNode,
  NODE_PATH,
} from '../../../src/commands/peers/node-contract.ts';
import { err, ok } from '../../../src/core/result.ts';
import {
  type AddressTranslation,
  CompiledContract,
  compileContracts,
} from '../../../src/remote/link/contract.ts';
import { STATUS } from '../../support/edge/command-world.ts';
import { GOOD_HEALTH } from '../../support/edge/test-inspector.ts';

const REPLY = { path: '~ask', uid: 7 };
const ALL_PASS: AddressTranslation = { ref: (given) => ok(given), reply: (given) => ok(given) };
const NONE_PASSES: AddressTranslation = { ref: () => err('no'), reply: () => err('no') };

const imported = new CompiledContract(importedNode);
const exported = new CompiledContract(exportedNode('tokyo'));

const MESSAGES = [
  { kind: 'status', reply: REPLY },
  { kind: 'health', reply: REPLY },
  { kind: 'emergency', by: 'ann', why: 'wrong prices' },
  { kind: 'subscribe', to: { path: '@tokyo/edge/node', uid: 0 }, reply: REPLY },
  { kind: 'mode-news', mode: 'manual', gate: ['reconciling'] },
];

test('the node is the one actor that both ends may name', () => {
  assert.equal([...compileContracts([importedNode]).keys()], [NODE_PATH]);
  assert.equal([...compileContracts([exportedNode('tokyo')]).keys()], [NODE_PATH]);
  assert.is(exportedNode('tokyo').version, importedNode.version);
});

test('what comes carries the name of the link that it came over', () => {
  for (const message of MESSAGES) {
    assert.equal(imported.message(message, ALL_PASS), ok(message), 'on its way out it does not');
    assert.equal(exported.message(message, ALL_PASS), ok({ ...message, from: 'tokyo' }));
  }
});

test('nobody speaks in the name of somebody else', () => {
  const forged = { kind: 'emergency', by: 'ann', why: '', from: 'paris' };
  assert.not(exported.message(forged, ALL_PASS).ok);
});

const REFUSED: unknown[] = [
  { kind: 'request-mode', mode: 'full-auto', by: 'ann', reason: '', reply: REPLY },
  { kind: 'reset', by: 'ann', reason: '', reply: REPLY },
  { kind: 'look' },
  { kind: 'renew' },
  { kind: 'peer-over', peer: 'paris' },
  { kind: 'emergency', by: '', why: '' },
  { kind: 'emergency', by: 'a'.repeat(65), why: '' },
  { kind: 'status' },
];
for (const message of REFUSED) {
  test(`${JSON.stringify(message).slice(0, 60)} does not cross a link`, () => {
    assert.not(exported.message(message, ALL_PASS).ok);
    assert.not(imported.message(message, ALL_PASS).ok);
  });
}

test('an address that may not pass takes its message with it', () => {
  for (const message of MESSAGES.filter((each) => 'reply' in each)) {
    assert.not(exported.message(message, NONE_PASSES).ok);
  }
});

test('status, health, news and failures are answers, and nothing else is', () => {
  const answers = [
    { kind: 'status', status: STATUS },
    { kind: 'health', health: GOOD_HEALTH },
    { kind: 'mode-news', mode: 'manual', gate: [] },
    { kind: 'failed', why: 'busy' },
  ];
  for (const answer of answers) assert.equal(imported.answer(answer, ALL_PASS), ok(answer));
  assert.not(imported.answer({ kind: 'status', status: { ...STATUS, pid: '1' } }, ALL_PASS).ok);
  assert.not(imported.answer({ kind: 'orders' }, ALL_PASS).ok);
});

test('a long story is cut, so that telling it never ends the link', () => {
  const complaints = Array.from({ length: 1_000 }, () => 'x'.repeat(10_000));
  const told = exported.answer(
    { kind: 'health', health: { ...GOOD_HEALTH, complaints } },
    ALL_PASS,
  );
  assert.ok(told.ok);
  const { health } = (told.ok ? told.value : {}) as { health: typeof GOOD_HEALTH };
  assert.is(health.complaints.length, 100);
  assert.is(health.complaints[0]?.length, 500);
});

test.run();
