import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Connection } from '../../src/venues/connection.ts';
import { law } from '../support/law.ts';
import { manualEnv } from '../support/manual-env.ts';

const PATIENCE = { askAfterMs: 3_000, deadAfterMs: 10_000 };

function aConnection(seed = 1) {
  const env = manualEnv(seed);
  return { env, connection: new Connection(env.clock, env.random, PATIENCE) };
}

test('a connection that is not open has nothing to say and is not asked', () => {
  const { env, connection } = aConnection();
  env.stall(60_000);
  assert.is(connection.isOpen, false);
  assert.is(connection.pulse(), 'fine');
});

test('a peer is fine until it has been silent for long enough to be asked', () => {
  const { env, connection } = aConnection();
  connection.onOpened();
  env.stall(2_999);
  assert.is(connection.pulse(), 'fine');
  env.stall(1);
  assert.is(connection.pulse(), 'ask');
});

test('a silent peer is asked once per pause, not at each look', () => {
  const { env, connection } = aConnection();
  connection.onOpened();
  const pulses: string[] = [];
  for (let looks = 0; looks < 39; looks += 1) {
    env.stall(250);
    pulses.push(connection.pulse());
  }
  assert.is(pulses.filter((pulse) => pulse === 'ask').length, 3);
  assert.is(pulses.includes('dead'), false);
});

test('a peer that does not answer the question either is dead', () => {
  const { env, connection } = aConnection();
  connection.onOpened();
  env.stall(9_999);
  assert.is(connection.pulse(), 'ask');
  env.stall(1);
  assert.is(connection.pulse(), 'dead');
});

test('whatever is heard begins the wait anew', () => {
  const { env, connection } = aConnection();
  connection.onOpened();
  env.stall(9_999);
  connection.onHeard(env.clock.mono());
  env.stall(2_999);
  assert.is(connection.pulse(), 'fine');
  env.stall(1);
  assert.is(connection.pulse(), 'ask');
  env.stall(7_000);
  assert.is(connection.pulse(), 'dead');
});

test('a connection that opens again has its whole patience again', () => {
  const { env, connection } = aConnection();
  connection.onOpened();
  env.stall(10_000);
  assert.is(connection.pulse(), 'dead');
  connection.onClosed();
  assert.is(connection.pulse(), 'fine');
  env.stall(500);
  connection.onOpened();
  assert.is(connection.pulse(), 'fine');
  env.stall(3_000);
  assert.is(connection.pulse(), 'ask');
});

test('losses are counted, also those of attempts that never opened', () => {
  const { connection } = aConnection();
  connection.onClosed();
  connection.onOpened();
  connection.onClosed();
  assert.is(connection.losses, 2);
  assert.is(connection.isOpen, false);
});

test('waits between attempts double up to half a minute, less up to a half', () => {
  law(
    fc.property(fc.nat(), (seed) => {
      const { connection } = aConnection(seed);
      for (let attempt = 0; attempt < 20; attempt += 1) {
        const fullMs = Math.min(30_000, 250 * 2 ** attempt);
        const delayMs = connection.onClosed();
        assert.ok(delayMs >= fullMs * 0.5 && delayMs <= fullMs, `${attempt}: ${delayMs}`);
      }
    }),
    50,
  );
});

test('a connection that flaps keeps backing off, one that lasted starts afresh', () => {
  const { env, connection } = aConnection();
  for (let attempt = 0; attempt < 10; attempt += 1) connection.onClosed();
  connection.onOpened();
  env.stall(30_000);
  assert.ok(connection.onClosed() >= 15_000, 'thirty seconds are not long enough');
  connection.onOpened();
  env.stall(30_001);
  assert.ok(connection.onClosed() <= 250, 'the first wait again');
});

test.run();
