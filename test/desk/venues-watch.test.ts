import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VenuesWatch } from '../../src/desk/venues-watch.ts';
import { manualEnv } from '../support/manual-env.ts';

const VENUES = 'trading/venues';

function watched(isPatient = false) {
  const env = manualEnv();
  const said: string[] = [];
  const { clock, timers } = env;
  const onHopeless = (reason: string) => void said.push(reason);
  const watch = new VenuesWatch({ clock, timers, isPatient, onHopeless });
  const giveUp = (path = VENUES): void =>
    watch.gaveUp({
      path,
      uid: 1,
      child: `${path}/venue:binance`,
      reason: { kind: 'failed', error: new Error('no'), isFatal: false },
      isFatal: false,
    });
  const back = (path = VENUES): void =>
    watch.started({ path, uid: 2, kind: 'supervisor', restarts: 1 });
  return { env, said, giveUp, back };
}

test('venues that are back and stay are no emergency', async () => {
  const { env, said, giveUp, back } = watched();
  giveUp();
  await env.advance(4_000);
  back();
  await env.advance(60_000);
  giveUp();
  back();
  await env.advance(60_000);
  assert.equal(said, []);
});

test('venues that give up again within a minute are one', async () => {
  const { env, said, giveUp, back } = watched();
  giveUp();
  await env.advance(4_000);
  back();
  await env.advance(55_000);
  giveUp();
  assert.equal(said, ['trading/venues/venue:binance ended: no']);
});

test('venues that are not back within ten seconds are one', async () => {
  const { env, said, giveUp, back } = watched();
  giveUp();
  back('trading/risk');
  await env.advance(9_999);
  assert.equal(said, []);
  await env.advance(1);
  assert.is(said.length, 1);
});

test('others that give up, and venues of a latched desk, are not its business', async () => {
  const { env, said, giveUp } = watched();
  giveUp('trading/strategies');
  const patient = watched(true);
  patient.giveUp();
  patient.giveUp();
  await env.advance(60_000);
  await patient.env.advance(60_000);
  assert.equal([...said, ...patient.said], []);
});

test.run();
