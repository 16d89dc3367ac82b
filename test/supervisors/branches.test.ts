/** The tree of docs/architecture.md: who goes down with whom, and what is too much. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refByPath } from '../../actors/runtime/ref.ts';
import { aRoot, DESK_PATHS, type TestRoot } from '../support/branches.ts';

const starting = (paths: readonly string[]): string[] => paths.map((path) => `start ${path}`);
const stopping = (paths: readonly string[]): string[] =>
  [...paths].reverse().map((path) => `stop ${path}`);
const under = (branch: string): string[] =>
  DESK_PATHS.filter((path) => path.startsWith(`${branch}/`));

/** Everything of a branch that was started with or after an actor. */
function rest(from: string): string[] {
  const branch = under(from.split('/')[0] as string);
  return branch.slice(branch.indexOf(from));
}

test('safety is first up and last down', async () => {
  const { lane, env, news } = await aRoot();
  assert.equal(news(), starting(DESK_PATHS));
  lane.stop('root');
  await env.settle();
  assert.equal(news(), stopping(DESK_PATHS));
  assert.equal(lane.describe(), []);
});

test('a rehearsal has no shell, and tells nobody', async () => {
  const { news } = await aRoot({ hasShell: false });
  const absent = ['edge/alerts', 'edge/shell'];
  assert.equal(news(), starting(DESK_PATHS.filter((path) => !absent.includes(path))));
});

/** What goes down with a crashed actor and comes up again, the actor itself first. */
const TOGETHER: Readonly<Record<string, readonly string[]>> = {
  'safety/audit': rest('safety/audit'),
  'safety/control': rest('safety/control'),
  'safety/kill-switch': rest('safety/kill-switch'),
  'safety/watchdog': rest('safety/watchdog'),
  'safety/indicator': rest('safety/indicator'),
  'market-data/feed:a': ['market-data/feed:a'],
  'market-data/feed:b': ['market-data/feed:b'],
  'market-data/quality': ['market-data/quality'],
  'trading/portfolio': rest('trading/portfolio'),
  'trading/venues/venue:a': ['trading/venues/venue:a'],
  'trading/venues/venue:b': ['trading/venues/venue:b'],
  'trading/risk': rest('trading/risk'),
  'trading/execution': rest('trading/execution'),
  'trading/strategies/strategy:x': ['trading/strategies/strategy:x'],
  'trading/strategies/strategy:y': ['trading/strategies/strategy:y'],
  'edge/settings': ['edge/settings'],
  'edge/alerts': ['edge/alerts'],
  'edge/shell': ['edge/shell'],
};

for (const [path, together] of Object.entries(TOGETHER)) {
  const [, ...others] = together;
  const taking = others.length === 0 ? 'nobody' : others.join(', ');
  test(`a crashed ${path} takes down ${taking}`, async () => {
    const { crash, news, alive } = await aRoot();
    news();
    await crash(path, 1, 500);
    assert.equal(news(), [`stop ${path}`, ...stopping(others), ...starting(together)]);
    assert.equal([...alive()].sort(), [...DESK_PATHS].sort());
  });
}

/** Longer than any of the first five waits of a venue, and than the first of all venues. */
const VENUE_WAIT_MS = 4_000;

/** How often an actor may crash in a minute before its supervisor gives up. */
const INTENSITY: Readonly<Record<string, number>> = {
  'safety/control': 3,
  'trading/risk': 5,
  'trading/venues/venue:a': 5,
  'trading/strategies/strategy:x': 5,
};

const gaveUpAmong = ({ events }: TestRoot): string[] =>
  events.filter((event) => event.startsWith('gave-up'));

for (const [path, intensity] of Object.entries(INTENSITY)) {
  test(`${path} may crash ${intensity} times in a minute, and not once more`, async () => {
    const root = await aRoot();
    await root.crash(path, intensity, VENUE_WAIT_MS);
    assert.equal(gaveUpAmong(root), []);
    await root.crash(path, 1, VENUE_WAIT_MS);
    assert.is(gaveUpAmong(root).length, 1);
    // The branch starts anew as a whole, and the root says nothing yet.
    assert.equal(root.gaveUp, []);
    assert.equal([...root.alive()].sort(), [...DESK_PATHS].sort());
  });
}

test('crashes that are spread out are forgiven', async () => {
  const root = await aRoot();
  await root.crash('safety/control', 10, 20_001);
  assert.equal(gaveUpAmong(root), []);
});

test('a feed that keeps breaking never takes its branch down', async () => {
  const root = await aRoot();
  root.news();
  await root.crash('market-data/feed:a', 30, 30_000);
  assert.equal(gaveUpAmong(root), []);
  assert.ok(root.news().every((line) => line.endsWith('feed:a')));
});

test('a feed that keeps breaking is started again later and later, by chance', async () => {
  const { lane, env, events } = await aRoot();
  for (let crash = 0; crash < 5; crash += 1) {
    lane.send(refByPath('market-data/feed:a'), 'boom');
    await env.advance(8000);
  }
  const delays = events.flatMap((event) => /restarting .* in (.*) ms/.exec(event)?.[1] ?? []);
  assert.is(delays.length, 5);
  delays.map(Number).forEach((delayMs, n) => {
    const nominalMs = 250 * 2 ** n;
    assert.ok(delayMs >= nominalMs / 2 && delayMs <= nominalMs, `${delayMs} at ${n}`);
  });
});

const waitsOf = ({ events }: TestRoot, path: string): number[] =>
  events
    .filter((event) => event.startsWith(`restarting ${path}#`))
    .map((event) => Number(/ in (.*) ms/.exec(event)?.[1]));

test('a venue is back within milliseconds, and each crash more doubles its wait', async () => {
  const root = await aRoot();
  await root.crash('trading/venues/venue:a', 5, VENUE_WAIT_MS);
  const waits = waitsOf(root, 'trading/venues/venue:a');
  assert.is(waits.length, 5);
  waits.forEach((waitMs, n) => {
    const nominalMs = 4 * 2 ** n;
    assert.ok(waitMs >= nominalMs / 2 && waitMs <= nominalMs, `${waitMs} at ${n}`);
  });
  // After a minute of quiet the next crash is a first one again.
  await root.env.advance(60_001);
  await root.crash('trading/venues/venue:a');
  assert.ok((waitsOf(root, 'trading/venues/venue:a').at(-1) as number) <= 4);
});

test('a venue in a crash loop is started fewer than 36 times in any minute, for good', async () => {
  const root = await aRoot();
  const startsMs: number[] = [];
  const endMs = root.env.clock.mono() / 1e6 + 600_000;
  while (root.env.clock.mono() / 1e6 < endMs) {
    await root.crash('trading/venues/venue:a', 1, 50);
    const nowMs = root.env.clock.mono() / 1e6;
    for (const line of root.news()) {
      if (line === 'start trading/venues/venue:a') startsMs.push(nowMs);
    }
  }
  assert.ok(startsMs.length > 50);
  for (const fromMs of startsMs) {
    const within = startsMs.filter((ms) => ms >= fromMs && ms < fromMs + 60_000);
    assert.ok(within.length < 36, `${within.length} starts in a minute`);
  }
  assert.ok(gaveUpAmong(root).every((event) => event.includes('trading/venues#')));
  assert.equal(root.gaveUp, []);
});

test('a venue that cannot be kept up takes all that depends on venues with it', async () => {
  const { crash, news } = await aRoot();
  news();
  await crash('trading/venues/venue:a', 6, VENUE_WAIT_MS);
  const all = rest('trading/venues/venue:a');
  assert.equal(news().slice(-all.length), starting(all));
});

test('a root that gives up says so before anything else stops, and nothing is left', async () => {
  const root = await aRoot();
  await root.crash('safety/audit', 15);
  assert.equal(root.gaveUp, []);
  root.news();
  await root.crash('safety/audit');
  const news = root.news();
  const at = news.indexOf('gave-up over safety');
  assert.ok(at >= 0, news.join('\n'));
  assert.is(root.gaveUp.length, 1);
  const outside = DESK_PATHS.filter((path) => !path.startsWith('safety/'));
  assert.equal(news.slice(at + 1), stopping(outside));
  assert.ok(news.slice(0, at).every((line) => line.includes('safety/')));
  assert.equal(root.lane.describe(), []);
});

test('what people use fails again and again without hurting trade', async () => {
  const root = await aRoot();
  root.news();
  // As soon as it is back, for longer than any window: what is sent meanwhile reaches nobody.
  for (let second = 0; second < 200; second += 1) {
    await root.crash('edge/shell', 1, 500);
    await root.crash('edge/settings', 1, 500);
  }
  const news = root.news();
  assert.ok(news.length > 20);
  assert.ok(news.every((line) => /^(start|stop) edge\/(shell|settings)$/.test(line)));
  assert.equal(gaveUpAmong(root), []);
});

test.run();
