/**
 * Connections that are made before the old one breaks, on the venues' own servers and on virtual
 * time: what is told is held against the venue's tape and against a reference that nothing befell.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import type { QuoteMessage } from '../../../src/market/quote.ts';
import type { StreamMaker } from '../../../src/venues/kinds/venue-kind.ts';
import type { VenueKindName } from '../../../src/venues/kinds/venue-kinds.ts';
import { aDrivenFeed } from '../../support/venues/driven-feed.ts';
import { aFeedOnVenue } from '../../support/venues/feed-on-venue.ts';

const HOUR_MS = 3_600_000;
const KINDS: readonly VenueKindName[] = ['binance', 'binance-usdm', 'kraken', 'coinbase'];

type World = ReturnType<typeof aFeedOnVenue>;

/** Prices as a listener knows them, without what says the same again. */
function pricesOf(quotes: readonly QuoteMessage[]): readonly string[] {
  const prices: string[] = [];
  for (const quote of quotes) {
    const { kind } = quote;
    const text =
      kind === 'quote-lost'
        ? 'lost'
        : [quote.bidTicks, quote.bidLots, quote.askTicks, quote.askLots].join(' ');
    if (prices.at(-1) !== text) prices.push(text);
  }
  return prices;
}

/** Every trade of the venue since a number, each once; Coinbase has the newest of a frame first. */
function assertTrades(world: World, fromId: number): void {
  const tape = world.market.tape.latest(10_000).map(({ tradeId }) => tradeId);
  const told = world.trades.map(({ tradeId }) => tradeId).filter((id) => id > fromId);
  const last = Math.max(...told);
  assert.ok(told.length > 0, 'there were trades');
  assert.equal(
    told.sort((one, other) => one - other),
    tape.filter((id) => id > fromId && id <= last).sort((one, other) => one - other),
  );
}

/** A feed of the same venue that nothing befalls. */
function aReference({ makers, net, time }: World): QuoteMessage[] {
  const quotes: QuoteMessage[] = [];
  const [maker] = makers as [StreamMaker];
  aDrivenFeed({
    ...{ clock: time.clock, timers: time.timers, net, random: rngOf(99) },
    stream: () => Object.assign(maker.open(), { lifeMs: Number.POSITIVE_INFINITY }),
    onQuote: (message) => void quotes.push(message),
  });
  return quotes;
}

for (const kind of ['binance', 'binance-usdm'] as const) {
  test(`${kind}: after 23 hours another connection takes over, without loss or repetition`, () => {
    const world = aFeedOnVenue({ kind });
    world.until(world.isLive, 5_000);
    world.move(false);
    const [line] = world.lines();
    const inMs = (line?.['replacedInSeconds'] as number) * 1_000;
    assert.ok(inMs > 22.4 * HOUR_MS && inMs < 23.5 * HOUR_MS, `${inMs / HOUR_MS} h`);
    world.run(inMs - 20_000);
    assert.is(world.handovers(), 0);
    const reference = aReference(world);
    world.run(2_000);
    world.quotes.length = 0;
    reference.length = 0;
    const lastId = world.trades.at(-1)?.tradeId ?? 0;
    world.move(true);
    world.run(60_000);
    assert.is(world.handovers(), 1);
    assert.equal(world.books.told.lost, []);
    assert.is(world.books.told.sockets, 1, 'the old one is closed');
    assert.ok(world.isRight());
    assert.ok(reference.length > 50, `${reference.length} quotes`);
    assert.equal(pricesOf(world.quotes), pricesOf(reference));
    const ids = world.quotes.flatMap((quote) => ('updateId' in quote ? quote.updateId : []));
    assert.ok(
      ids.every((id, at) => at === 0 || id >= (ids[at - 1] as number)),
      'in order',
    );
    if (kind === 'binance') assertTrades(world, lastId);
  });
}

/** What befalls the line that leads. The other one is spared. */
interface Mishap {
  readonly name: string;
  /** Longest time until the other one leads. */
  readonly withinMs: number;
  /** Chooses the frames that are lost. */
  readonly losing: () => (frame: Uint8Array) => boolean;
}

/** The first frame with levels of a book. */
function oneBookFrame(): (frame: Uint8Array) => boolean {
  let isOver = false;
  return (frame) => {
    const text = new TextDecoder().decode(frame);
    const isBook = /"depthUpdate"|"type":"update"|"l2_data"/.test(text);
    if (isOver || !isBook) return false;
    isOver = true;
    return true;
  };
}

const MISHAPS: readonly Mishap[] = [
  { name: 'loses a frame', withinMs: 1_500, losing: oneBookFrame },
  { name: 'falls silent', withinMs: 2_000, losing: () => () => true },
];

function redundant(kind: VenueKindName) {
  let losing: (frame: Uint8Array) => boolean = () => false;
  const world = aFeedOnVenue({
    kind,
    feeds: 2,
    onWay: (line, frame) => (line === 0 && losing(frame) ? null : frame),
  });
  const areLive = (): boolean => world.lines().every(({ state }) => state === 'live');
  const liveMs = world.until(() => world.lines().length === 2 && areLive(), 20_000);
  assert.ok(liveMs < 10_000, `both are live after ${liveMs} ms`);
  world.run(2_000);
  const from = world.trades.at(-1)?.tradeId ?? 0;
  world.quotes.length = 0;
  return {
    ...world,
    areLive,
    from,
    lose(which: (frame: Uint8Array) => boolean) {
      losing = which;
    },
  };
}

for (const kind of KINDS) {
  for (const { name, withinMs, losing } of MISHAPS) {
    test(`${kind}: when the first of two connections ${name}, the second takes over`, () => {
      const world = redundant(kind);
      world.lose(losing());
      const tookMs = world.until(() => world.handovers() === 1, 20_000);
      assert.ok(tookMs <= withinMs, `after ${tookMs} ms`);
      world.run(2_000);
      world.lose(() => false);
      assert.equal(world.books.told.lost, [], 'nobody was told of it');
      assert.ok(world.isRight());
      assert.ok(world.until(world.areLive, 30_000) < 20_000, 'both are live again');
      world.run(2_000);
      assert.ok(world.isRight() && world.books.told.lost.length === 0);
      if (kind !== 'binance-usdm') assertTrades(world, world.from);
    });
  }

  test(`${kind}: when the first of two connections ends, the second takes over at once`, () => {
    const world = redundant(kind);
    world.books.links[0]?.close();
    assert.ok(world.until(() => world.handovers() === 1, 1_000) <= 20);
    assert.ok(world.until(world.areLive, 30_000) < 20_000, 'both are live again');
    world.run(20_000);
    assert.ok(world.isRight() && world.books.told.lost.length === 0);
    if (kind !== 'binance-usdm') assertTrades(world, world.from);
  });

  test(`${kind}: when both connections end, prices are lost, and come back`, () => {
    const world = redundant(kind);
    world.facade.dropAll();
    world.run(50);
    assert.not(world.isLive());
    assert.is(world.books.told.lost.length, 1);
    assert.ok(world.until(world.isLive, 30_000) < 10_000);
    assert.ok(world.isRight());
  });
}

test.run();
