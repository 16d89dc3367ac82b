import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Net, WebSocketHandlers } from '../../../src/core/env.ts';
import { ok } from '../../../src/core/result.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { ProcessNet, soundNet } from '../../../src/simulation/faults/process-net.ts';

const LIMITS = { openTimeoutMs: 1_000, frameBytesMax: 1_000, bufferedBytesMax: 1_000 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** One process on one socket, with the venue's end in the test's hands. */
function connected(url = 'ws://venue/ws-api/v3') {
  const switches = soundNet();
  const world = { isAlive: true, isHeld: false };
  const held: (() => void)[] = [];
  const later: (() => void)[] = [];
  const passed: string[] = [];
  const told: string[] = [];
  const sent: string[] = [];
  const ends: WebSocketHandlers[] = [];
  const inner: Net = {
    webSocket(_url, handlers) {
      ends.push(handlers);
      return {
        send: (text) => passed.push(text) > 0,
        close: () => void passed.push('close'),
      };
    },
    http: (_request, done) => done(ok({ status: 200, headers: {}, body: '{"free":"1"}' })),
  };
  const net = new ProcessNet(inner, switches, {
    isAlive: () => world.isAlive,
    sent: (text) => sent.push(text),
    asked: ({ url: asked }) => sent.push(asked),
    random: rngOf(3),
    after: (_ms, run) => later.push(run),
    awake: (run) => (world.isHeld ? void held.push(run) : run()),
  });
  const handlers: WebSocketHandlers = {
    opened: () => told.push('opened'),
    message: (frame) => told.push(new TextDecoder().decode(frame)),
    closed: (code) => told.push(`closed ${code}`),
  };
  const link = net.webSocket(url, handlers, LIMITS);
  const ask = (path: string): unknown[] => {
    const answers: unknown[] = [];
    const request = { method: 'GET' as const, url: `http://venue${path}`, headers: {} };
    net.http({ ...request, timeoutMs: 10 }, (outcome) => answers.push(outcome));
    for (const run of later.splice(0)) run();
    return answers;
  };
  const wake = (): void => {
    world.isHeld = false;
    for (const run of held.splice(0)) run();
  };
  const flush = (): void => {
    for (const run of later.splice(0)) run();
  };
  const venue = ends[0] as WebSocketHandlers;
  return { net, switches, world, passed, told, sent, venue, link, ask, flush, wake };
}

test('what is sound passes both ways, and every text is seen as it leaves', () => {
  const { venue, link, told, sent, passed, ask } = connected();
  venue.opened();
  venue.message(bytes('hello'));
  assert.ok(link.send('a'));
  venue.closed(1000, '');
  assert.is(link.send('b'), false);
  assert.equal(told, ['opened', 'hello', 'closed 1000']);
  assert.equal(sent, ['a']);
  assert.is(passed[0], 'a');
  assert.equal(ask('/x'), [ok({ status: 200, headers: {}, body: '{"free":"1"}' })]);
});

test('in a partition nothing passes, and its end ends what has lost something', () => {
  const { net, switches, venue, link, told, passed, ask } = connected();
  venue.opened();
  switches.isPartitioned = true;
  venue.message(bytes('lost'));
  assert.ok(link.send('lost too'), 'the system takes it');
  venue.closed(1006, '');
  const [outcome] = ask('/x') as { ok: boolean; error: { kind: string } }[];
  assert.is(outcome?.error.kind, 'timeout');
  assert.equal([told, passed], [['opened'], []]);
  switches.isPartitioned = false;
  net.heal();
  net.heal();
  assert.equal(told, ['opened', 'closed 1006']);
});

test('a venue that refuses connections refuses both kinds', () => {
  const { net, switches, told, ask, flush } = connected();
  switches.isRefusing = true;
  const handlers = { opened() {}, message() {}, closed: (code: number) => told.push(`no ${code}`) };
  const link = net.webSocket('ws://venue', handlers, LIMITS);
  flush();
  assert.is(link.send('x'), false);
  assert.equal(told, ['no 1006']);
  const [outcome] = ask('/x') as { error: { kind: string } }[];
  assert.is(outcome?.error.kind, 'refused');
});

test('a refused key is refused on the wire, and only for what is signed', () => {
  const { switches, link, told, passed, ask, flush } = connected();
  switches.isKeyRefused = true;
  link.send('{"id":"7","params":{"signature":"x"}}');
  link.send('{"id":"8","method":"ping"}');
  flush();
  assert.match(told[0] as string, /"id":"7","status":401/);
  assert.equal(passed, ['{"id":"8","method":"ping"}']);
  assert.match(JSON.stringify(ask('/x?signature=1')), /-2015/);
  assert.match(JSON.stringify(ask('/x')), /200/);
});

test('false balances have a minus, and nothing else is touched', () => {
  const { switches, ask } = connected();
  switches.isBalanceFalse = true;
  assert.match(JSON.stringify(ask('/api/v3/account')), /"free\\":\\"-1/);
  assert.match(JSON.stringify(ask('/api/v3/other')), /"free\\":\\"1/);
});

test('a dead process hears and sends nothing, and its sockets are closed', () => {
  const { net, world, venue, link, told, passed, ask } = connected();
  world.isAlive = false;
  net.closeAll();
  venue.opened();
  venue.message(bytes('x'));
  venue.closed(1006, '');
  assert.is(link.send('x'), false);
  assert.equal([told, passed], [[], ['close']]);
  assert.equal(ask('/x'), []);
  assert.is(net.webSocket('ws://venue', venue, LIMITS).send('x'), false);
});

const FRAMES: [name: string, change: object, expected: (told: string[]) => boolean][] = [
  ['lost', { lost: 1 }, (told) => told.length === 0],
  ['doubled', { doubled: 1 }, (told) => told.join() === 'a,a,b,b'],
  ['reordered', { reordered: 1 }, (told) => told.join() === 'b,a'],
  ['flooded', { times: 3 }, (told) => told.length === 6],
  ['torn', { torn: 1 }, (told) => told.every((text) => text === '')],
];

for (const [name, change, expected] of FRAMES) {
  test(`a frame may be ${name}`, () => {
    const { switches, venue, told } = connected('ws://venue/stream');
    Object.assign(switches.frames.market, change);
    venue.message(bytes('a'));
    venue.message(bytes('b'));
    assert.ok(expected(told), told.join());
  });
}

test('a frame may be held up, and a price may be of another world', () => {
  const { switches, venue, told, flush } = connected('ws://venue/stream');
  switches.frames.market.delayed = 1;
  venue.message(bytes('late'));
  assert.equal(told, []);
  flush();
  assert.equal(told, ['late']);
  Object.assign(switches.frames.market, { delayed: 0, priced: 1 });
  venue.message(bytes('["60000.01","1"]'));
  assert.not.match(told[1] as string, /60000\.01/);
});

test('what arrives while the process is held up is heard in order when it wakes', () => {
  const { world, venue, ask, told, wake } = connected();
  world.isHeld = true;
  venue.opened();
  venue.message(bytes('one'));
  const answers = ask('/api/v3/time');
  venue.closed(1000, '');
  assert.equal([told, answers], [[], []]);
  wake();
  assert.equal([told, answers.length], [['opened', 'one', 'closed 1000'], 1]);
});

test.run();
