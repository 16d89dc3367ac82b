import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { REST_MS_MAX, RestWatch } from '../../../src/simulation/invariants/rest-watch.ts';
import { Verdicts } from '../../../src/simulation/invariants/verdicts.ts';

const SOUND = { resting: 1, isGuardUp: true, isVenueReached: true };

function watched() {
  const verdicts = new Verdicts(
    () => ({ step: 0, atMs: 0 }),
    () => {},
  );
  const watch = new RestWatch(verdicts);
  const found = () => verdicts.violations.map(({ invariant, detail }) => `${invariant} ${detail}`);
  return { watch, found };
}

/** A world in which nothing has been wrong for ten seconds. */
function quiet() {
  const tested = watched();
  tested.watch.look(SOUND, 10_000);
  return tested;
}

test('I7: what rests of a dead desk beyond the time of its guard is found, once', () => {
  const { watch, found } = quiet();
  watch.unattended(1, 10_000);
  watch.look(SOUND, 10_000 + REST_MS_MAX);
  assert.equal(found(), []);
  watch.look({ ...SOUND, resting: 2 }, 10_001 + REST_MS_MAX);
  watch.look(SOUND, 20_000);
  assert.equal(found(), ['I7 2 orders rest 2501 ms after the desk was gone']);
});

test('a desk that lives or comes back may have orders resting', () => {
  const { watch, found } = quiet();
  watch.look(SOUND, 90_000);
  watch.unattended(1, 90_000);
  watch.look(SOUND, 91_000);
  watch.attended();
  watch.look(SOUND, 99_000);
  assert.equal([found(), watch.relieved], [[], 0]);
});

const HINDRANCES = {
  'no guard is there': { ...SOUND, isGuardUp: false },
  'the venue is not reached': { ...SOUND, isVenueReached: false },
} as const;

for (const [what, outside] of Object.entries(HINDRANCES)) {
  test(`while ${what} nobody is blamed, and its time begins with the end of that`, () => {
    const { watch, found } = quiet();
    watch.unattended(1, 10_000);
    for (let ms = 10_000; ms <= 60_000; ms += 100) watch.look(outside, ms);
    watch.look(SOUND, 67_500);
    assert.equal(found(), []);
    watch.look(SOUND, 67_501);
    assert.is(found().length, 1);
  });
}

test('a request without an answer, and one that the venue did not serve, give it more time', () => {
  const { watch, found } = quiet();
  watch.unattended(1, 10_000);
  watch.asked(10_000);
  for (let ms = 10_000; ms <= 20_000; ms += 100) watch.look(SOUND, ms);
  assert.equal(found(), [], 'it waits for an answer');
  watch.answered(false, 20_100);
  watch.look(SOUND, 27_600);
  assert.equal(found(), []);
  watch.look(SOUND, 27_601);
  assert.is(found().length, 1);
});

test('the death of a guard takes what it waited for along', () => {
  const { watch, found } = quiet();
  watch.unattended(1, 10_000);
  watch.asked(10_000);
  watch.guardGone(11_000);
  watch.look(SOUND, 18_500);
  assert.equal(found(), []);
  watch.look(SOUND, 18_501);
  assert.is(found().length, 1);
});

test('orders that a guard has brought down are counted once', () => {
  const { watch, found } = quiet();
  watch.unattended(3, 10_000);
  watch.look({ ...SOUND, resting: 0 }, 10_100);
  watch.look({ ...SOUND, resting: 0 }, 10_200);
  watch.unattended(0, 10_300);
  watch.look({ ...SOUND, resting: 0 }, 10_400);
  assert.equal([found(), watch.relieved], [[], 1]);
});

test.run();
