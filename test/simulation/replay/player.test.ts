import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type RecordedFrame, RecordingFault } from '../../../src/simulation/recording.ts';
import { Player, playThrough } from '../../../src/simulation/replay/player.ts';
import { scaledTime } from '../../../src/simulation/replay/scaled-time.ts';
import { virtualTime } from '../../../src/simulation/virtual-time.ts';
import { SCRIPT_START, Script, SKEW_MS } from '../../support/replay/script.ts';
import { must } from '../../support/venue/fixtures.ts';

async function* read(
  frames: readonly RecordedFrame[],
  seen: { returned?: boolean } = {},
): AsyncGenerator<RecordedFrame> {
  try {
    yield* frames;
  } finally {
    seen.returned = true;
  }
}

/** A script with a numbered frame at each of these milliseconds. */
function framesAt(...times: number[]): RecordedFrame[] {
  const script = new Script();
  times.forEach((ms, at) => {
    script.line(ms, String(at + 1));
  });
  return script.frames;
}

/** A player that notes `number@ms` for each frame it plays. */
function aPlayer(
  frames: AsyncIterator<RecordedFrame>,
  over: Partial<ConstructorParameters<typeof Player>[0]> = {},
) {
  const time = virtualTime(SCRIPT_START);
  const played: string[] = [];
  const text = new TextDecoder();
  const player = new Player({
    path: 'a.txt',
    frames,
    offsetMs: SKEW_MS,
    clock: time.clock,
    timers: time.timers,
    play: (frame) => {
      const atMs = (over.clock ?? time.clock).now() - SCRIPT_START;
      played.push(`${text.decode(frame)}@${atMs}`);
      return null;
    },
    ...over,
  });
  return { player, time, played };
}

test('each frame is played at its corrected time, and the player ends with the file', async () => {
  const { player, time, played } = aPlayer(read(framesAt(0, 5, 5, 1_000)));
  assert.is(player.isHungry, false, 'not before it has begun');
  player.start();
  await playThrough(time, player);
  assert.equal(played, ['1@0', '2@5', '3@5', '4@1000']);
  assert.ok(player.isOver);
  const { frames, lateMsMax } = must(await player.ended);
  assert.is(frames, 4);
  assert.ok(lateMsMax < 0.001);
});

test('a stamp that goes back is played with the frame before it', async () => {
  const { player, time, played } = aPlayer(read(framesAt(10, 4, 12)));
  player.start();
  await playThrough(time, player);
  assert.equal(played, ['1@10', '2@10', '3@12']);
});

test('other tasks of the time between come between', async () => {
  const { player, time, played } = aPlayer(read(framesAt(10, 30)));
  time.timers.after(20, () => played.push('task@20'));
  player.start();
  await playThrough(time, player);
  assert.equal(played, ['1@10', 'task@20', '2@30']);
});

test('frames whose time has passed are played one after another, and count as late', async () => {
  const { player, time, played } = aPlayer(read(framesAt(0, 5, 60)));
  time.runUntil(SCRIPT_START + 50);
  player.start();
  await playThrough(time, player);
  assert.equal(played, ['1@50', '2@50', '3@60']);
  assert.is(Math.round(must(await player.ended).lateMsMax), 50);
});

test('a file longer than what is read ahead is played to its end, in order', async () => {
  const times = Array.from({ length: 10_000 }, (_, at) => at / 4);
  const { player, time, played } = aPlayer(read(framesAt(...times)));
  player.start();
  await playThrough(time, player);
  assert.is(played.length, 10_000);
  assert.is(played.at(-1), '10000@2499');
  assert.ok(must(await player.ended).lateMsMax < 0.001);
});

test('reading stops when enough bytes are ahead', async () => {
  let given = 0;
  const frame = new Uint8Array(1024 * 1024);
  const frames: AsyncIterator<RecordedFrame> = {
    next: async () => {
      given += 1;
      return { done: false, value: { localNs: 2e18, frame, line: given } };
    },
  };
  const { player } = aPlayer(frames);
  player.start();
  await player.readAhead();
  assert.is(given, 8);
  player.stop();
});

test('how far the reading has come does not change what happens', async () => {
  const run = async (pauses: number): Promise<string[]> => {
    const frames = framesAt(0, 5, 5, 5, 9);
    const slow: AsyncIterator<RecordedFrame> = {
      next: async () => {
        for (let at = 0; at < pauses; at += 1) await new Promise(setImmediate);
        const value = frames.shift();
        return value === undefined ? { done: true, value } : { done: false, value };
      },
    };
    const { player, time, played } = aPlayer(slow);
    time.timers.after(5, () => {
      played.push('timer');
      time.timers.turn(() => played.push('turn'));
    });
    player.start();
    // As a driver does that plays on while nothing is known of the next frame.
    while (!player.isOver) {
      if (player.isHungry) await player.readAhead();
      else time.runNext();
    }
    return played;
  };
  assert.equal(await run(0), await run(3));
});

test('a frame that cannot be played ends the run with its line', async () => {
  const { player, time, played } = aPlayer(read(framesAt(0, 5, 9)), {
    play: (frame) => (frame[0] === 0x32 ? 'no colon at byte 3' : null),
  });
  player.start();
  await playThrough(time, player);
  const ended = await player.ended;
  assert.ok(!ended.ok && ended.error instanceof RecordingFault);
  assert.is(ended.error.message, 'a.txt:2: no colon at byte 3');
  assert.is(player.counts.frames, 1);
  assert.equal(played, []);
});

test('a file that cannot be read on ends the run after the frames before the fault', async () => {
  async function* broken(): AsyncGenerator<RecordedFrame> {
    yield* framesAt(0, 5);
    throw new RecordingFault('a.txt:3: unexpected end of file');
  }
  const { player, time, played } = aPlayer(broken());
  player.start();
  await playThrough(time, player);
  assert.equal(played, ['1@0', '2@5']);
  const ended = await player.ended;
  assert.ok(!ended.ok && /a\.txt:3/.test(ended.error.message));
});

test('a mistake of the program is no fault of the file', async () => {
  const frames: AsyncIterator<RecordedFrame> = { next: () => Promise.reject(new TypeError('x')) };
  const { player } = aPlayer(frames);
  try {
    await player.readAhead();
    assert.unreachable();
  } catch (thrown) {
    assert.instance(thrown, TypeError);
  }
});

test('a player that is stopped plays nothing more and lets go of the file', async () => {
  const seen: { returned?: boolean } = {};
  const { player, time, played } = aPlayer(read(framesAt(0, 5, 9), seen));
  player.start();
  await player.readAhead();
  time.runUntil(SCRIPT_START + 6);
  player.stop();
  player.stop();
  time.runUntil(SCRIPT_START + 100);
  assert.equal(played, ['1@0', '2@5']);
  assert.is(must(await player.ended).frames, 2);
  await new Promise(setImmediate);
  assert.is(seen.returned, true);
});

test('a player that is stopped by what it plays, or with a frame due, is stopped', async () => {
  const due = aPlayer(read(framesAt(0, 0, 9)));
  due.time.runUntil(SCRIPT_START + 5);
  due.player.start();
  await due.player.readAhead();
  due.player.stop();
  due.time.runUntil(SCRIPT_START + 100);
  assert.equal(due.played, []);
  const own = aPlayer(read(framesAt(0, 5)), {
    play: () => {
      own.player.stop();
      return null;
    },
  });
  own.player.start();
  await playThrough(own.time, own.player);
  assert.is(own.player.counts.frames, 1);
});

test('a recording is played once', () => {
  const { player } = aPlayer(read([]));
  player.start();
  assert.throws(() => player.start(), /a recording is played once/);
});

test('at another pace the same frames come at the same time of the venue', async () => {
  for (const pace of [0.5, 1, 100]) {
    const real = virtualTime(1_000);
    const scaled = scaledTime(real, { startMs: SCRIPT_START - 200, pace });
    const { player, played } = aPlayer(read(framesAt(0, 5, 5, 1_000)), scaled);
    player.start();
    await playThrough(real, player);
    assert.equal(played, ['1@0', '2@5', '3@5', '4@1000']);
    assert.is(real.clock.now(), Math.floor(1_000 + 1_200 / pace));
  }
});

test('a scaled clock goes at its pace and its timers keep to it', () => {
  const real = virtualTime(5_000);
  real.runUntil(6_000);
  const { clock, timers } = scaledTime(real, { startMs: 1_000_000, pace: 10 });
  const rang: number[] = [];
  timers.after(500, () => rang.push(clock.now()));
  const canceled = timers.after(600, () => rang.push(-1));
  timers.turn(() => rang.push(0));
  assert.is(clock.now(), 1_000_000);
  assert.is(clock.mono(), 0);
  canceled.cancel();
  real.runUntil(6_100);
  assert.equal(rang, [0, 1_000_500]);
  assert.is(clock.now(), 1_001_000);
  assert.is(clock.mono(), 1e9);
});

test('a pace or a delay that makes no sense is refused', () => {
  const real = virtualTime(0);
  for (const pace of [0, -1, Number.NaN, 1_001, Number.POSITIVE_INFINITY]) {
    assert.throws(() => scaledTime(real, { startMs: 0, pace }), /is not in 0\.001 … 1000/);
  }
  const { timers } = scaledTime(real, { startMs: 0, pace: 2 });
  assert.throws(() => timers.after(-1, () => {}), RangeError);
});

test.run();
