/** A venue that wants to be left alone is, whoever crashes meanwhile. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HttpRequest, Net } from '../../../src/core/env.ts';
import { openVenues } from '../../../src/desk/open-venues.ts';
import { lossyFiles } from '../../../src/simulation/disk/lossy-files.ts';
import { BANNED } from '../../../src/venues/binance/wire.ts';
import { quietNet } from '../../../src/venues/session/quiet-net.ts';
import { newQuiet, openQuiet, QuietTime } from '../../../src/venues/session/quiet-time.ts';
import { twoVenues } from '../../support/desk/two-venues.ts';
import {
  anApproved,
  emptyAccount,
  type HttpOutcome,
  httpReply,
} from '../../support/edge/order-socket.ts';
import { aDesk } from '../../support/edge/venue-desk.ts';
import { manualEnv } from '../../support/manual-env.ts';

const FILE = '/data/run/quiet-binance';
const BAN_SECONDS = 120;
const banned = (): HttpOutcome =>
  httpReply({ code: -1003, msg: 'banned' }, BANNED, { 'retry-after': String(BAN_SECONDS) });

/** Answers at once what the test says, and keeps what was asked. */
function aNet(answer: (request: HttpRequest) => HttpOutcome): Net & { asked: HttpRequest[] } {
  const asked: HttpRequest[] = [];
  return {
    asked,
    webSocket: () => {
      throw new Error('nobody needs a socket');
    },
    http(request, done) {
      asked.push(request);
      done(answer(request));
    },
  };
}

test('the longest wish holds, and ends by itself', async () => {
  const { clock, advance } = manualEnv();
  const notes: number[] = [];
  const quiet = new QuietTime(clock, (untilMs) => void notes.push(untilMs - clock.now()));
  assert.is(quiet.leftMs, 0);
  assert.equal([quiet.hold(1_000), quiet.hold(500), quiet.leftMs], [true, false, 1_000]);
  await advance(999);
  assert.is(quiet.leftMs, 1);
  await advance(1);
  assert.equal([quiet.leftMs, quiet.hold(200), notes], [0, true, [1_000, 200]]);
});

test('C29 F14: an actor started again under a ban asks nothing before its end', async () => {
  const env = manualEnv();
  const quiet = newQuiet(env.clock);
  const first = aDesk({ env, options: { quiet } });
  await first.reconciled();
  first.world.answer = banned;
  first.desk.run('verify');
  await env.advance(100);
  assert.not.ok(first.gate.check(question()) === null, 'no order leaves during a ban');

  const next = aDesk({ env, gate: first.gate, options: { quiet } });
  next.world.answer = banned;
  next.connect();
  next.desk.reconcile(2);
  for (let second = 1; second < BAN_SECONDS; second += 1) {
    next.desk.onTick();
    await env.advance(1_000);
  }
  assert.equal(next.asked, [], 'nothing was asked');
  assert.ok(next.desk.summary().quietMs > 0);
  assert.not.ok(next.gate.check(question()) === null);

  next.world.answer = (request) => emptyAccount(request, env.nowMs);
  await env.advance(15_000);
  assert.equal(
    next.asked.filter(({ url }) => url.includes('openOrders')).length,
    1,
    'one question of each kind after its end',
  );
  assert.is(next.news.at(-1), 'venue-reconciled 2');
  assert.is(next.gate.check(question()), null);
});

const question = () => ({
  venue: 0,
  instrument: 0,
  epoch: 1,
  isReduceOnly: false,
  isFlattening: false,
});

test('C29: a ban that an order met keeps questions back as well', async () => {
  const { desk, env, hear, sent, asked, reconciled, gate } = aDesk();
  await reconciled();
  desk.run('verify');
  await env.advance(100);
  const before = asked.length;
  desk.entry.place(anApproved());
  hear({
    id: sent.at(-1)?.id,
    status: BANNED,
    error: { code: -1003, msg: 'banned', data: { retryAfter: env.nowMs + 60_000 } },
  });
  assert.ok(desk.summary().quietMs > 0, 'the address is banned, not the order');
  assert.is(gate.check(question()), 'venue-paused');
  desk.run('verify');
  await env.advance(1_000);
  assert.is(asked.length, before);
});

test('a reader of the market hears of a ban, and asks nothing in it', async () => {
  const env = manualEnv();
  const quiet = newQuiet(env.clock);
  const inner = aNet(banned);
  const net = quietNet({ net: inner, timers: env.timers }, quiet);
  const request = { method: 'GET' as const, url: 'http://venue/depth', headers: {}, timeoutMs: 1 };
  const outcomes: HttpOutcome[] = [];
  net.http(request, (outcome) => void outcomes.push(outcome));
  assert.equal([quiet.questions.leftMs, quiet.orders.leftMs], [120_000, 120_000]);
  net.http(request, (outcome) => void outcomes.push(outcome));
  assert.is(outcomes.length, 1, 'not in the same turn');
  await env.settle();
  const [, second] = outcomes;
  assert.is(second?.ok === false && second.error.kind, 'refused');
  await env.advance(120_000);
  net.http(request, (outcome) => void outcomes.push(outcome));
  assert.is(inner.asked.length, 2);
});

test('a reader that asks too often keeps its questions back, not the orders', () => {
  const env = manualEnv();
  const quiet = newQuiet(env.clock);
  const net = quietNet({ net: aNet(() => httpReply({}, 429)), timers: env.timers }, quiet);
  net.http({ method: 'GET', url: 'http://venue/', headers: {}, timeoutMs: 1 }, () => {});
  assert.equal([quiet.questions.leftMs, quiet.orders.leftMs], [60_000, 0]);
});

test('C29: a process started every 2 s under a ban asks once, and once after it', async () => {
  const env = manualEnv();
  const files = lossyFiles();
  files.ensureFolder('/data', 0o700);
  files.ensureFolder('/data/run', 0o700);
  let answer = banned;
  const net = aNet(() => answer());
  const account = { apiKey: 'k', secret: 's' };
  const access = { restUrl: 'http://venue', streamUrl: '', sessionUrl: '', account };
  const config = twoVenues((both) => void both.venues.splice(1));
  const accesses = new Map([['binance', access]]);
  const edges = { net, clock: env.clock, timers: env.timers };
  const start = () =>
    openVenues(edges, config, accesses, () => openQuiet({ clock: env.clock, files }, FILE));

  for (let second = 0; second < BAN_SECONDS; second += 2) {
    const opened = start();
    await env.settle();
    const outcome = await opened;
    assert.match(outcome.ok ? '' : outcome.error, /binance: wants no requests for \d+ ms more/);
    await env.advance(2_000);
  }
  assert.is(net.asked.length, 1);
  answer = () => httpReply({ symbols: [] });
  const outcome = await start();
  assert.match(outcome.ok ? '' : outcome.error, /BTCUSDT: not traded/);
  assert.is(net.asked.length, 2);
});

test('a note without sense is none, and no note is longer than the wish was', () => {
  const env = manualEnv();
  const leftMs = (text: string): number => {
    const files = lossyFiles();
    files.ensureFolder('/data', 0o700);
    files.ensureFolder('/data/run', 0o700);
    files.replace(FILE, new TextEncoder().encode(text));
    return openQuiet({ clock: env.clock, files }, FILE).questions.leftMs;
  };
  assert.is(leftMs(`${env.nowMs + 5_000} 60000\n`), 5_000);
  assert.is(leftMs(`${env.nowMs - 5_000} 60000\n`), 0);
  assert.is(leftMs(`${env.nowMs + 3_600_000} 60000\n`), 60_000, 'the clock was put back');
  assert.is(leftMs('soon'), 0);
  assert.is(leftMs('999999999999999 9999999999\n'), 3 * 86_400_000);
});

test('a clock that was put back is waited for once, not at every start', async () => {
  const env = manualEnv();
  const files = lossyFiles();
  files.ensureFolder('/data', 0o700);
  files.ensureFolder('/data/run', 0o700);
  files.replace(FILE, new TextEncoder().encode(`${env.nowMs + 3_600_000} 60000\n`));
  const leftMs = (): number => openQuiet({ clock: env.clock, files }, FILE).questions.leftMs;
  assert.is(leftMs(), 60_000);
  await env.advance(45_000);
  assert.is(leftMs(), 15_000);
});

test('a disk that takes no note stops nobody', () => {
  const { clock } = manualEnv();
  const broken = (): never => {
    throw new Error('no space');
  };
  const files = { ...lossyFiles(), read: broken, replace: broken };
  const { questions } = openQuiet({ clock, files }, FILE);
  assert.ok(questions.hold(1_000));
  assert.is(questions.leftMs, 1_000);
});

test.run();
