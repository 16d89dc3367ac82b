import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HttpReply, NetFault } from '../../../src/core/env.ts';
import { err, ok, type Result } from '../../../src/core/result.ts';
import { actor } from '../../support/desk/laws.ts';
import type { Stage } from '../../support/desk/rehearsed.ts';
import { survives } from '../../support/desk/survival.ts';

const FEED = 'market-data/feed:binance';

interface FeedView {
  readonly gaps: number;
  readonly crossed: number;
  readonly malformed: number;
  readonly unknownSymbols: number;
  readonly books: readonly { readonly isLive: boolean; readonly mismatches: number }[];
}

const feedOf = ({ desk }: Stage): FeedView => desk.actorState(FEED) as FeedView;

const isDiff = (frame: Uint8Array): boolean => Buffer.from(frame).includes('"depthUpdate"');

const depthFrame = (data: string): string => `{"stream":"btcusdt@depth@100ms","data":{${data}}}`;

const MALFORMED: readonly (string | Uint8Array)[] = [
  '',
  '{',
  'null',
  '<html>502 Bad Gateway</html>',
  depthFrame('"e":"depthUpdate","s":"BTCUSDT","U":1,"u":2,"b":[["60000.00"]],"a":[]'),
  depthFrame('"e":"depthUpdate","s":"BTCUSDT","U":"x","u":2,"b":[],"a":[]'),
  depthFrame('"e":"depthUpdate","s":"BTCUSDT","U":1,"u":2,"b":[["NaN","1"]],"a":[]'),
  new Uint8Array([0, 255, 254, 253]),
];

test('malformed frames are told in the log, counted, and disturb nobody', async () => {
  const ended = await survives(async (stage) => {
    for (const frame of MALFORMED) stage.wire.inject('market', frame);
    await stage.sleep(100);
    assert.is(feedOf(stage).malformed, MALFORMED.length);
    assert.is(actor(stage, FEED).restarts, 0);
    assert.is(feedOf(stage).books[0]?.isLive, true, 'the book is none the worse');
  });
  const told = ended.log.filter(({ kind }) => kind === 'malformed-frame');
  assert.is(told.length, MALFORMED.length);
  for (const { actor: who, fields } of told) {
    assert.is(who, FEED);
    assert.ok(String(fields['fault']).length > 0, 'it says what is wrong');
  }
});

test('frames of a symbol that nobody follows are counted, and told once', async () => {
  const ended = await survives(async (stage) => {
    const ids = '"U":1,"u":2,"b":[],"a":[]';
    for (let time = 0; time < 5; time += 1) {
      stage.wire.inject('market', depthFrame(`"e":"depthUpdate","E":1,"s":"DOGEUSDT",${ids}`));
    }
    assert.is(feedOf(stage).unknownSymbols, 5);
  });
  assert.is(ended.log.filter(({ kind }) => kind === 'foreign-frame').length, 1);
});

test('a diff that comes twice changes nothing', async () => {
  await survives(async (stage) => {
    stage.wire.frameRule.market = (frame) => [frame, frame];
    await stage.sleep(10_000);
    const { gaps, crossed, books } = feedOf(stage);
    assert.equal([gaps, crossed, books[0]?.mismatches], [0, 0, 0]);
  });
});

test('diffs out of order are a gap each, and the book is fetched anew', async () => {
  const ended = await survives(async (stage) => {
    let held: Uint8Array | null = null;
    let diffs = 0;
    stage.wire.frameRule.market = (frame) => {
      if (!isDiff(frame)) return [frame];
      diffs += 1;
      if (held !== null) {
        const both = [frame, held];
        held = null;
        return both;
      }
      if (diffs % 20 > 0) return [frame];
      held = frame;
      return [];
    };
    await stage.sleep(15_000);
    stage.wire.frameRule.market = null;
    const { gaps, books } = feedOf(stage);
    assert.ok(gaps >= 3, `${gaps} gaps`);
    assert.is(books[0]?.mismatches, 0, 'what was quoted meanwhile was right');
  });
  assert.ok(
    ended.log.some(({ kind, fields }) => kind === 'book-lost' && fields['reason'] === 'gap'),
  );
});

test('while the book is lost nothing is quoted and nothing rests', async () => {
  await survives(async (stage) => {
    const { wire, venue, account } = stage;
    wire.httpRule = ({ url }) =>
      url.includes('/depth') ? ok({ status: 503, headers: {}, body: '' }) : null;
    venue.facade.faults.planFrames('*', 'skip', 1);
    await stage.until('the book is lost', () => feedOf(stage).gaps === 1);
    const placed = wire.placed.length;
    await stage.until('the quotes are taken back', () => account.open.size === 0, 200);
    await stage.sleep(10_000);
    assert.is(wire.placed.length, placed);
    const asked = wire.sent.filter(({ what }) => what === 'GET /api/v3/depth');
    assert.ok(asked.length > 3 && asked.length < 20, `${asked.length} snapshots, with patience`);
    wire.httpRule = null;
  });
});

const BAD_SNAPSHOTS: readonly [string, Result<HttpReply, NetFault>][] = [
  ['nothing', err({ kind: 'timeout', url: '', detail: 'no answer in 5000 ms' })],
  ['garbage', ok({ status: 200, headers: {}, body: '<html>' })],
  ['an empty object', ok({ status: 200, headers: {}, body: '{}' })],
  ['the past', ok({ status: 200, headers: {}, body: '{"lastUpdateId":1,"bids":[],"asks":[]}' })],
];

for (const [what, answer] of BAD_SNAPSHOTS) {
  test(`a snapshot that is ${what} is said to be none and asked for again`, async () => {
    const ended = await survives(async (stage) => {
      stage.wire.httpRule = ({ url }) => (url.includes('/depth') ? answer : null);
      stage.venue.facade.faults.planFrames('*', 'skip', 1);
      await stage.until('the book is lost', () => feedOf(stage).gaps === 1);
      for (let look = 0; look < 30; look += 1) {
        await stage.sleep(100);
        assert.is(feedOf(stage).books[0]?.isLive, false, 'it is no book to quote from');
      }
      const asked = stage.wire.sent.filter(({ what }) => what === 'GET /api/v3/depth').length;
      assert.ok(asked < 10, `${asked} snapshots, with patience`);
      stage.wire.httpRule = null;
    });
    const told = ended.log.filter(({ kind }) => kind === 'no-snapshot');
    assert.ok(told.length > 1);
    for (const { fields } of told) assert.ok(String(fields['why']).length > 0);
  });
}

test('a venue that bans snapshots is left alone for as long as it wants', async () => {
  await survives(async (stage) => {
    const { wire } = stage;
    const headers = { 'retry-after': '9' };
    wire.httpRule = ({ url }) =>
      url.includes('/depth') ? ok({ status: 418, headers, body: '' }) : null;
    const asked = () => wire.sent.filter(({ what }) => what === 'GET /api/v3/depth').length;
    const before = asked();
    stage.venue.facade.faults.planFrames('*', 'skip', 1);
    await stage.until('a snapshot is asked for', () => asked() === before + 1);
    await stage.sleep(8_900);
    assert.is(asked(), before + 1);
    wire.httpRule = null;
  });
});

test('a stream full of gaps leaves the venue time for orders', async () => {
  const ended = await survives(async (stage) => {
    let diffs = 0;
    stage.wire.frameRule.market = (frame) => {
      if (isDiff(frame)) diffs += 1;
      return isDiff(frame) && diffs % 3 === 0 ? [] : [frame];
    };
    await stage.sleep(20_000);
    stage.wire.frameRule.market = null;
    const asked = stage.wire.sent.filter(({ what }) => what === 'GET /api/v3/depth').length;
    assert.ok(asked >= 10 && asked <= 13, `${asked} snapshots`);
  });
  const limited = ended.log.filter(({ fields }) => /429|418/.test(JSON.stringify(fields['why'])));
  assert.is(limited.length, 0, 'nobody was told to be quiet');
});

test('a diff that crosses the book costs the book', async () => {
  const ended = await survives(async (stage) => {
    let isDue = true;
    stage.wire.frameRule.market = (frame) => {
      if (!isDiff(frame) || !isDue) return [frame];
      isDue = false;
      const text = Buffer.from(frame).toString();
      const bids = '"b":[["70000.00","1.00000"]';
      return [
        Buffer.from(text.replace(/"b":\[(\])?/, (_, end) => (end ? `${bids}]` : `${bids},`))),
      ];
    };
    await stage.until('the book is given up', () => feedOf(stage).crossed === 1);
  });
  assert.ok(
    ended.log.some(({ kind, fields }) => kind === 'book-lost' && fields['reason'] === 'crossed'),
  );
});

test('a market that falls silent is quoted no longer than a stale book allows', async () => {
  const ended = await survives(async (stage) => {
    const { wire, account, config } = stage;
    wire.frameRule.market = () => [];
    const silentNs = stage.nowNs();
    await stage.sleep(config.risk.staleBookMs + 500);
    const placed = wire.placed.length;
    assert.is(account.open.size, 0, 'what rested was taken back');
    await stage.sleep(5_000);
    assert.is(wire.placed.length, placed);
    await stage.until(
      'the socket is given up',
      () =>
        actor(stage, FEED).status === 'running' &&
        stage.log.some(
          ({ kind, actor: who, atNs }) => kind === 'silent' && who === FEED && atNs > silentNs,
        ),
    );
    wire.frameRule.market = null;
  });
  assert.ok(
    ended.wire.sent.some(({ text }) => text.includes('LIST_SUBSCRIPTIONS')),
    'it was asked',
  );
});

test('two streams that go dumb at once are both left, and nothing is lost', async () => {
  const ended = await survives(async (stage) => {
    stage.venue.facade.goDumb();
    await stage.sleep(20_000);
  });
  const silent = ended.log.filter(({ kind }) => kind === 'silent').map(({ actor: who }) => who);
  assert.equal(silent.sort(), [FEED, 'trading/venues/venue:binance']);
});

test.run();
