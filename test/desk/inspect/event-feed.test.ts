import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EVENTS_KEPT, EventFeed } from '../../../src/desk/inspect/event-feed.ts';
import { overTurns, TURN_BUDGET_NS } from '../../../src/desk/inspect/over-turns.ts';
import { manualEnv } from '../../support/manual-env.ts';

const started = (uid: number) => ({ path: 'a', uid, kind: 'test', restarts: 0 });

test('events are numbered, and what is asked for is what is new', () => {
  const feed = new EventFeed(manualEnv().clock);
  assert.equal(feed.read(0, 10), { rows: [], next: 0 });
  for (let uid = 1; uid <= 3; uid += 1) feed.started(started(uid));
  const { rows, next } = feed.read(1, 10);
  assert.equal(
    rows.map(({ n, uid }) => [n, uid]),
    [
      [2, 2],
      [3, 3],
    ],
  );
  assert.equal(rows[0], {
    n: 2,
    at: '2026-01-01T00:00:00.000Z',
    what: 'started',
    path: 'a',
    uid: 2,
    detail: '',
  });
  assert.equal([next, feed.read(next, 10).rows], [3, []]);
  assert.equal(
    feed.read(0, 1).rows.map(({ n }) => n),
    [3],
  );
});

test('the oldest events make room, in order, however many there were', () => {
  const feed = new EventFeed(manualEnv().clock);
  for (let uid = 1; uid <= EVENTS_KEPT + 5; uid += 1) feed.started(started(uid));
  const { rows } = feed.read(0, 10_000);
  assert.is(rows.length, EVENTS_KEPT);
  assert.equal([rows[0]?.n, rows.at(-1)?.n], [6, EVENTS_KEPT + 5]);
});

test('each kind of event tells what matters, and no more than a line of it', () => {
  const feed = new EventFeed(manualEnv().clock);
  const reason = { kind: 'failed', error: new Error('x'.repeat(1_000)), isFatal: false } as const;
  const who = { path: 'a', uid: 1, kind: 'test' };
  feed.started({ ...who, restarts: 2 });
  const failed = { ...who, isFatal: false, during: 'message', messageKind: 'tick' } as const;
  feed.failed({ ...failed, error: new Error('boom') });
  feed.stopped({ ...who, reason: { kind: 'shutdown', why: 'requested' } });
  feed.restarting({ path: 'a', uid: 1, delayMs: 250, reason });
  feed.gaveUp({ path: 'top', uid: 2, child: 'top/a', reason, isFatal: false });
  const details = feed.read(0, 10).rows.map(({ what, detail }) => `${what}: ${detail}`);
  assert.equal(details.slice(0, 3), [
    'started: restart 2',
    'failed: message tick: boom',
    'stopped: shut down, requested',
  ]);
  assert.match(details[3] ?? '', /^restarting: in 250 ms, x+$/);
  assert.ok((details[3] ?? '').length < 320);
  assert.match(details[4] ?? '', /^gave-up: over top\/a: x+$/);
  assert.is(feed.restarts().get('a')?.length, 1);
});

test('much work is done in pieces that leave the others their turns', async () => {
  const env = manualEnv();
  let nowNs = 0;
  const clock = { ...env.clock, mono: () => nowNs as ReturnType<typeof env.clock.mono> };
  const done: number[] = [];
  const pieces: number[] = [];
  const work = overTurns({ clock, timers: env.timers }, [1, 2, 3, 4, 5], (item) => {
    done.push(item);
    nowNs += TURN_BUDGET_NS / 2;
  });
  while (env.pendingTurns > 0) {
    pieces.push(done.length);
    await env.settle();
  }
  await work;
  assert.equal(done, [1, 2, 3, 4, 5]);
  assert.is(pieces[0], 2, 'then the budget is used up');
});

test.run();
