import { sign } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ControlEvent } from '../../../src/control/events.ts';
import {
  type AuthorisedKey,
  isSignedBy,
  publicKeyOf,
} from '../../../src/ops/access/authorised-keys.ts';
import { ModeApprovals } from '../../../src/ops/access/mode-approvals.ts';
import { aKeyPair } from '../../support/edge/shell-server.ts';
import { manualEnv } from '../../support/manual-env.ts';

const PEOPLE = {
  ann: aKeyPair('ann', 'operator'),
  ben: aKeyPair('ben', 'risk-officer'),
  cat: aKeyPair('cat', 'risk-officer'),
  root: aKeyPair('root', 'admin'),
  vic: aKeyPair('vic', 'viewer'),
};
type Name = keyof typeof PEOPLE;

function aDesk() {
  const env = manualEnv();
  const journal: ControlEvent[] = [];
  const world = {
    env,
    journal,
    keys: Object.values(PEOPLE).map(({ authorised }) => authorised) as AuthorisedKey[],
    standing: 'manual',
    head: 41,
    isDiskFull: false,
    nonces: 0,
  };
  const approvals = new ModeApprovals({
    deskId: 'abcdefgh',
    clock: env.clock,
    entropy: (bytes) => new Uint8Array(bytes).fill(++world.nonces),
    keys: () => world.keys,
    head: () => world.head,
    standing: () => world.standing,
    journal(event) {
      if (world.isDiskFull) return false;
      journal.push(event);
      return true;
    },
  });
  const signed = (statement: string, by: Name): string =>
    sign(null, Buffer.from(statement), PEOPLE[by].own.privateKey).toString('base64');
  /** Asks as somebody and signs it. */
  const requested = (by: Name = 'ann'): { id: string; statement: string } => {
    const asked = approvals.request('full-auto', 'limits are in force', by);
    if (!asked.ok) throw new Error(asked.error);
    const { id, statement } = asked.value;
    assert.ok(approvals.sign(id, signed(statement, by), by).ok);
    return { id, statement };
  };
  const faultOf = (outcome: { ok: true } | { ok: false; error: string }): string =>
    outcome.ok ? 'done' : outcome.error;
  return { ...world, world, approvals, signed, requested, faultOf };
}

test('what is signed is one text that names everything', () => {
  const { requested } = aDesk();
  assert.is(
    requested().statement,
    `flyball-mode-v1
desk abcdefgh
mode full-auto
requested by ann
journal head 41
expires 2026-01-01T00:10:00.000Z
nonce 01010101010101010101010101010101
reason limits are in force`,
  );
});

test('one asks, another with the role approves, and both signatures are in the journal', () => {
  const { approvals, requested, signed, journal } = aDesk();
  const { id, statement } = requested();
  assert.equal(approvals.pending(), [
    {
      id,
      mode: 'full-auto',
      reason: 'limits are in force',
      requestedBy: 'ann',
      head: 41,
      secondsLeft: 600,
    },
  ]);
  const shown = approvals.approve(id, 'ben');
  assert.ok(shown.ok && shown.value.statement === statement);
  assert.equal(approvals.sign(id, signed(statement, 'ben'), 'ben'), {
    ok: true,
    value: {
      kind: 'mode-approved',
      id,
      mode: 'full-auto',
      reason: 'limits are in force',
      requestedBy: 'ann',
      approvedBy: 'ben',
    },
  });
  assert.equal(approvals.pending(), []);
  assert.equal(
    journal.map(({ kind }) => kind),
    ['mode-requested', 'mode-approved'],
  );
  const [, approved] = journal;
  assert.ok(approved?.kind === 'mode-approved');
  for (const [key, signature] of [
    [approved.requestKey, approved.requestSignature],
    [approved.approvalKey, approved.approvalSignature],
  ] as const) {
    const read = publicKeyOf(key);
    assert.ok(read.ok && isSignedBy(read.value, Buffer.from(approved.statement), signature));
  }
});

const notAsking: [Name, string][] = [
  ['vic', 'vic is viewer; operator or risk-officer asks for a mode'],
  ['root', 'root is admin; operator or risk-officer asks for a mode'],
];
for (const [name, said] of notAsking) {
  test(`${name} asks for nothing`, () => {
    const { approvals, faultOf } = aDesk();
    assert.is(faultOf(approvals.request('full-auto', 'why not', name)), said);
  });
}

const notApproving: [Name, string][] = [
  ['ann', 'ann is operator; risk-officer approves'],
  ['root', 'root is admin; risk-officer approves'],
  ['vic', 'vic is viewer; risk-officer approves'],
];
for (const [name, said] of notApproving) {
  test(`${name} approves nothing, however well it is signed`, () => {
    const { approvals, requested, signed, faultOf, journal } = aDesk();
    const { id, statement } = requested('cat');
    assert.is(faultOf(approvals.approve(id, name)), said);
    assert.is(faultOf(approvals.sign(id, signed(statement, name), name)), said);
    assert.is(journal.length, 1);
  });
}

test('nobody approves what they have asked for', () => {
  const { approvals, requested, signed, faultOf } = aDesk();
  const { id, statement } = requested('ben');
  const said = 'request 1: ben asked for it; another risk-officer approves';
  assert.is(faultOf(approvals.approve(id, 'ben')), said);
  assert.is(faultOf(approvals.sign(id, signed(statement, 'ben'), 'ben')), said);
});

test('one key under two names is one person', () => {
  const { approvals, requested, signed, faultOf, world } = aDesk();
  const { id, statement } = requested('ben');
  const { publicKey } = PEOPLE.ben.authorised;
  world.keys.push({ name: 'dan', role: 'risk-officer', publicKey });
  assert.match(faultOf(approvals.sign(id, signed(statement, 'ben'), 'dan')), /dan asked for it/);
});

test('an approval counts once', () => {
  const { approvals, requested, signed, faultOf, journal } = aDesk();
  const { id, statement } = requested();
  const signature = signed(statement, 'ben');
  assert.ok(approvals.sign(id, signature, 'ben').ok);
  const said = 'request 1: ben has approved it; an approval counts once';
  assert.is(faultOf(approvals.sign(id, signature, 'ben')), said);
  assert.is(faultOf(approvals.approve(id, 'cat')), said);
  assert.is(journal.length, 2);
});

test('a signature over another request, head or nonce is none', () => {
  const { approvals, requested, signed, faultOf } = aDesk();
  const [first, second] = [requested(), requested()];
  const other = first.statement.replace('journal head 41', 'journal head 40');
  for (const text of [second.statement, other, first.statement.replace('full', 'semi')]) {
    assert.is(
      faultOf(approvals.sign(first.id, signed(text, 'ben'), 'ben')),
      "request 1: found a signature that is not ben's over this statement",
    );
  }
});

test('the requester signs first, with the requester’s own key', () => {
  const { approvals, signed, faultOf, journal } = aDesk();
  const asked = approvals.request('full-auto', 'x', 'ann');
  assert.ok(asked.ok);
  const { id, statement } = asked.value;
  assert.is(faultOf(approvals.approve(id, 'ben')), 'request 1: ann has not signed it');
  assert.match(faultOf(approvals.sign(id, signed(statement, 'cat'), 'ann')), /not ann's/);
  assert.equal([approvals.pending().length, journal.length], [0, 0]);
});

test('after ten minutes it is too late, whatever the wall clock says', () => {
  const { approvals, requested, signed, faultOf, env } = aDesk();
  const { id, statement } = requested();
  env.stall(600_000);
  assert.is(faultOf(approvals.approve(id, 'ben')), 'done');
  env.stall(1);
  const said = 'request 1: expired 1 s ago; ask again';
  assert.is(faultOf(approvals.sign(id, signed(statement, 'ben'), 'ben')), said);
  assert.equal(approvals.pending(), []);
});

test('a desk that has changed since voids what was asked for', () => {
  const { approvals, requested, signed, faultOf, world } = aDesk();
  const { id, statement } = requested();
  world.standing = 'emergency';
  const said = 'request 1: the desk is not as it was at journal head 41; ask again';
  assert.is(faultOf(approvals.sign(id, signed(statement, 'ben'), 'ben')), said);
});

test('who has been sent away asks no longer', () => {
  const { approvals, requested, signed, faultOf, world } = aDesk();
  const { id, statement } = requested();
  world.keys[0] = { ...PEOPLE.ann.authorised, role: 'viewer' };
  const said = 'request 1: ann may ask for a mode no longer; ask again';
  assert.is(faultOf(approvals.sign(id, signed(statement, 'ben'), 'ben')), said);
  world.keys[0] = aKeyPair('ann', 'operator').authorised;
  assert.is(faultOf(approvals.sign(id, signed(statement, 'ben'), 'ben')), said);
  world.keys.shift();
  assert.is(
    faultOf(approvals.request('manual', 'x', 'ann')),
    'ann: not found among the keys of this desk',
  );
});

test('what cannot be journaled does not count', () => {
  const { approvals, requested, signed, faultOf, world } = aDesk();
  const { id, statement } = requested();
  world.isDiskFull = true;
  const said = 'the journal takes no events, so nothing was changed';
  assert.is(faultOf(approvals.sign(id, signed(statement, 'ben'), 'ben')), said);
  world.isDiskFull = false;
  assert.is(faultOf(approvals.sign(id, signed(statement, 'ben'), 'ben')), 'done');
});

test('a reason is one line of words, and is given', () => {
  const { approvals, faultOf } = aDesk();
  const reasons: [string, RegExp][] = [
    ['', /found no reason/],
    ['x'.repeat(201), /a reason of 201 letters/],
    ['a\nmode manual', /control characters/],
    ['a\u202eb', /control characters/],
  ];
  for (const [reason, said] of reasons) {
    assert.match(faultOf(approvals.request('full-auto', reason, 'ann')), said);
  }
});

test('only so many requests are kept, and an unknown one is said to be so', () => {
  const { approvals, requested, faultOf } = aDesk();
  for (let count = 0; count < 17; count += 1) requested();
  assert.is(approvals.pending().length, 16);
  assert.is(
    faultOf(approvals.approve('1', 'ben')),
    'request 1: not found; `mode requests` lists them',
  );
});

test.run();
