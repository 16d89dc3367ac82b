import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PeerBook, REFUSED_KEPT } from '../../../src/desk/links/peer-book.ts';
import { manualEnv } from '../../support/manual-env.ts';

const INCARNATION = '00000000000000bb';
const UP = { kind: 'link-up', peer: 'tokyo', incarnation: INCARNATION } as const;
const LOST = { kind: 'link-lost', peer: 'tokyo', why: 'closed' } as const;
const NEWS = { mode: 'full-auto', gate: [] };

const aBook = () => {
  const env = manualEnv();
  return { env, book: new PeerBook(['tokyo', 'paris'], env.clock) };
};

test('a peer that was never linked is down, and nothing is known of it', () => {
  const { book } = aBook();
  assert.equal(
    book.rows().map(({ node }) => node),
    ['tokyo', 'paris'],
  );
  assert.equal(book.rows()[0], {
    node: 'tokyo',
    isUp: false,
    since: null,
    incarnation: null,
    refused: [],
    roundTripMs: null,
    mode: null,
    gate: null,
  });
  assert.equal([book.has('tokyo'), book.has('rome')], [true, false]);
});

test('news count while the link is up, and are forgotten when it is lost', async () => {
  const { env, book } = aBook();
  book.heard('tokyo', NEWS, 1);
  assert.is(book.rows()[0]?.mode, null, 'late news of a link that is lost');
  book.noted(UP);
  const upSince = book.rows()[0]?.since;
  book.heard('tokyo', NEWS, 1.5);
  book.heard('tokyo', { mode: 'manual', gate: ['reconciling'] }, null);
  const { mode, gate, roundTripMs, isUp, incarnation } = book.rows()[0] ?? {};
  assert.equal([isUp, incarnation], [true, INCARNATION]);
  assert.equal([mode, gate, roundTripMs], ['manual', ['reconciling'], 1.5]);
  await env.advance(1_000);
  book.noted(LOST);
  const lost = book.rows()[0];
  assert.equal([lost?.isUp, lost?.mode, lost?.gate, lost?.roundTripMs], [false, null, null, null]);
  assert.is(lost?.incarnation, INCARNATION, 'who it was is still known');
  assert.is(Date.parse(lost?.since ?? '') - Date.parse(upSince ?? ''), 1_000);
  assert.is(book.isUp('paris'), false);
});

test('refusals are kept, each sentence once, and no more than a few', () => {
  const { book } = aBook();
  const refuse = (why: string): void => book.noted({ kind: 'link-refused', peer: 'tokyo', why });
  refuse('a');
  refuse('b');
  refuse('a');
  assert.equal(book.rows()[0]?.refused, ['b', 'a'], 'the latest last');
  for (let n = 0; n < 10; n += 1) refuse(`${n}`);
  assert.is(book.rows()[0]?.refused.length, REFUSED_KEPT);
  book.noted({ kind: 'message-refused', peer: 'tokyo', path: 'edge/node', detail: 'too long' });
  assert.is(book.rows()[0]?.refused.at(-1), 'edge/node: too long');
  book.noted({ kind: 'link-refused', peer: 'rome', why: 'nobody asked' });
  assert.is(book.rows().length, 2, 'nobody else gets into the book');
});

test.run();
