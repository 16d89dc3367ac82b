/** One of three venues is lost, as a whole or only its market data: the others go on trading. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FloorVenue } from '../../../src/desk/venue/floor.ts';
import { atTwoVenues, type TwoVenueStage, threeVenues } from '../../support/desk/two-venues.ts';

const NAMES = ['binance', 'kraken', 'coinbase'] as const;
const LOST = 'kraken';
const LOST_AT = NAMES.indexOf(LOST);
const OTHERS = NAMES.filter((name) => name !== LOST);
/** Kraken's public socket; the other one is for orders. */
const MARKET_PATH = '/v2';

async function quoting({ account, until }: TwoVenueStage): Promise<void> {
  for (const name of NAMES) {
    await until(`${name} quotes`, () => account(name).open.size > 0, 120_000);
  }
}

/** Cuts every connection to a venue; those to some paths are refused until the end of it. */
function cut({ facade }: FloorVenue, isRefused: (path: string) => boolean): () => void {
  const connect = facade.connect.bind(facade);
  facade.connect = (peer, path, query) => (isRefused(path) ? null : connect(peer, path, query));
  facade.dropAll();
  return () => {
    facade.connect = connect;
  };
}

/** The others place new orders, again and again, and nothing closes the desk meanwhile. */
async function goOn({ desk, account, until, sleep }: TwoVenueStage): Promise<void> {
  const { gate } = desk.parts;
  const latest = (name: string): number => Math.max(0, ...account(name).open.keys());
  for (let round = 0; round < 3; round += 1) {
    for (const name of OTHERS) {
      const before = latest(name);
      await until(`${name} quotes anew`, () => latest(name) > before, 60_000);
      assert.equal(gate.causes(), [], 'the gate is open');
    }
    await sleep(1_000);
  }
}

test('a venue that is lost is paused alone, and comes back reconciled', async () => {
  const outcome = await atTwoVenues(async (stage) => {
    const { desk, floor, account, until } = stage;
    await quoting(stage);
    const { gate } = desk.parts;
    const { mode } = desk.mode();
    const restore = cut(floor.get(LOST) as FloorVenue, () => true);
    await until('it is missed', () => gate.venuePauses(LOST_AT).includes('disconnected'), 2_000);
    assert.equal(desk.mode().faults, [`venue-away:${LOST}`]);
    await goOn(stage);
    assert.is(desk.mode().mode, mode, 'no mode is lost');
    assert.ok(gate.venuePauses(LOST_AT).includes('disconnected'));
    restore();
    await until('it is back', () => gate.venuePauses(LOST_AT).length === 0, 60_000);
    await until(`${LOST} quotes`, () => account(LOST).open.size > 0);
    await until('nothing is wrong', () => desk.mode().faults.length === 0);
  }, threeVenues());
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
});

test('C12: a venue whose market data is lost has its quotes taken back, alone', async () => {
  await atTwoVenues(async (stage) => {
    const { floor, account, until } = stage;
    await quoting(stage);
    const restore = cut(floor.get(LOST) as FloorVenue, (path) => path === MARKET_PATH);
    await until('nothing rests there', () => account(LOST).open.size === 0, 20_000);
    await goOn(stage);
    assert.is(account(LOST).open.size, 0, 'nothing is quoted blindly');
    restore();
    await until(`${LOST} quotes`, () => account(LOST).open.size > 0, 60_000);
  }, threeVenues());
});

test('all venues lost close the gate, and it opens when all agree', async () => {
  await atTwoVenues(async (stage) => {
    const { desk, floor, until } = stage;
    await quoting(stage);
    const { gate } = desk.parts;
    for (const venue of floor.values()) venue.facade.dropAll();
    await until('the gate is closed', () => gate.isClosedBy('reconciling'), 2_000);
    await until('all agree', () => gate.causes().length === 0, 60_000);
    assert.equal(
      NAMES.map((_, at) => gate.venuePauses(at)),
      [[], [], []],
    );
  }, threeVenues());
});

test.run();
