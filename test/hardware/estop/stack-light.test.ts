import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BEAT_US, heartbeatAt, isBeatLost } from '../../../hardware/estop/heartbeat.ts';
import { onAcknowledge, onTrip, startEstop } from '../../../hardware/estop/machine.ts';
import { HEALTHY } from '../../../hardware/estop/signals.ts';
import { type Signals, signalsAt } from '../../../hardware/estop/stack-light.ts';

const start = { atUs: 0, levels: HEALTHY, isLatched: false, isFaulted: false };
const armed = startEstop(start).state;
const tripped = onTrip(armed, 0, 'shell').state;
const STEP_US = 10_000;

/** One letter a stretch of equal signals with its length in ms, over two seconds. */
function decode(signal: (atUs: number) => string, fromUs = 0): string {
  const stretches: [what: string, ms: number][] = [];
  for (let atUs = fromUs; atUs < fromUs + 2_000_000; atUs += STEP_US) {
    const what = signal(atUs);
    const last = stretches.at(-1);
    if (last?.[0] === what) last[1] += STEP_US / 1_000;
    else stretches.push([what, STEP_US / 1_000]);
  }
  return stretches.map(([what, ms]) => `${what}${ms}`).join(' ');
}

const lamps = ({ green, yellow, red }: Signals): string =>
  `${green === 1 ? 'G' : ''}${yellow === 1 ? 'Y' : ''}${red === 1 ? 'R' : ''}` || '-';
const shown = (latch: typeof armed, isDegraded = false): string =>
  decode((atUs) => lamps(signalsAt(latch, isDegraded, atUs)));
const sounded = (latch: typeof armed): string =>
  decode((atUs) => (signalsAt(latch, false, atUs).buzzer === 1 ? 'B' : '-'));

test('ES27: each state of the desk has its own light', () => {
  assert.is(shown(armed), 'G2000');
  assert.is(shown(armed, true), 'Y500 -500 Y500 -500');
  assert.is(shown(tripped), 'R250 -250 R250 -250 R250 -250 R250 -250');
  assert.is(shown(onAcknowledge(tripped)), 'R2000');
  assert.is(shown(startEstop({ ...start, isFaulted: true }).state), 'R500 Y500 R500 Y500');
});

test('ES27: a trip and a fault are shown whatever else the desk is', () => {
  assert.is(shown(onAcknowledge(tripped), true), 'R2000');
  const faulted = onAcknowledge(startEstop({ ...start, isFaulted: true }).state);
  assert.is(shown(faulted, true), 'R500 Y500 R500 Y500');
});

test('ES29: three beeps, then a tone until it is acknowledged, which resets nothing', () => {
  assert.is(sounded(tripped), 'B150 -150 B150 -150 B150 -250 B1000');
  const seen = onAcknowledge(tripped);
  assert.is(sounded(seen), '-2000');
  assert.is(seen.cause, 'shell');
  assert.is(sounded(armed), '-2000');
});

test('ES28: signals follow the latch, so they are the same after a restart', () => {
  const restarted = startEstop({ ...start, isLatched: true }).state;
  assert.is(shown(restarted), shown(tripped));
  assert.is(sounded(restarted), sounded(tripped));
});

test('ES28: the heartbeat pin runs at 10 Hz while the gate lives and stops when it freezes', () => {
  const alive = decode((atUs) => String(heartbeatAt(atUs, atUs)));
  assert.is(alive, Array.from({ length: 20 }, () => '150 050').join(' '));
  const frozen = decode((atUs) => String(heartbeatAt(10_000, atUs)), 10_000);
  assert.is(frozen, '130 01970');
  assert.is(heartbeatAt(null, 0), 0);
});

test('ES23: three missed beats are a loss, and so is none at all', () => {
  assert.is(isBeatLost(0, 3 * BEAT_US - 1), false);
  assert.is(isBeatLost(0, 3 * BEAT_US), true);
  assert.is(isBeatLost(null, 0), true);
});

test.run();
