import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { configSchema } from '../../../src/config/schema.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import type { RunningDesk } from '../../../src/desk/running-desk.ts';
import type { MarketQualitySummary } from '../../../src/market/quality/market-quality.ts';
import { EventStore } from '../../../src/storage/event-store/event-store.ts';
import { memoryTables } from '../../../src/storage/event-store/memory-tables.ts';
import { recoverJournal } from '../../../src/storage/journal/recover.ts';
import type { HistoryTrade } from '../../../src/venues/history/trade-history.ts';
import { temporaryFolder } from '../../storage/temporary.ts';
import { rehearsed } from '../../support/desk/rehearsed.ts';
import { atTwoVenues, threeVenues } from '../../support/desk/two-venues.ts';

const MARKET = 'binance BTCUSDT';
const BACKFILL = 'market-data/backfill';

const qualityOf = (desk: RunningDesk): MarketQualitySummary =>
  (desk.actorState('market-data/quality') as Record<string, MarketQualitySummary>)[
    MARKET
  ] as MarketQualitySummary;

interface Summary {
  readonly waiting: number;
  readonly fetched: number;
}

/** The jobs that a desk would find which began from the files as they are at this moment. */
function jobsAfterAKill({ parts }: RunningDesk) {
  const folder = join(temporaryFolder(), 'journal');
  cpSync(parts.journalFolder, folder, { recursive: true });
  const store = new EventStore(memoryTables());
  const recovered = recoverJournal({
    ...{ files: nodeFiles, folder: join(folder, 'segments'), store },
    ...{ segmentBytes: 16 * 1_048_576, boot: parts.boot + 1 },
  });
  assert.ok(recovered.ok, JSON.stringify(recovered));
  recovered.value.log.close();
  return store.backfillJobs();
}

test('trades that a line swallows are fetched after a kill, and the score recovers', async () => {
  const { outcome } = await rehearsed({
    async script({ desk, wire, sleep, until }) {
      const summary = () => desk.actorState(BACKFILL) as Summary;
      await sleep(15_000);
      const before = qualityOf(desk);
      assert.is(before.missing, 0);
      // The venue has the trades; what asks for them is not answered either.
      let swallowed = 0;
      wire.frameRule.market = (frame) => {
        const isTrade = Buffer.from(frame).includes('"e":"trade"');
        if (!isTrade || swallowed >= 3) return [frame];
        swallowed += 1;
        return [];
      };
      wire.httpRule = ({ url }) =>
        url.includes('aggTrades')
          ? { ok: false, error: { kind: 'timeout', url, detail: 'a test' } }
          : null;
      await until('the gap is known', () => qualityOf(desk).missing === 3, 120_000);
      await until('it waits for another try', () => summary().waiting > 0);
      const gapped = qualityOf(desk).score ?? 0;
      assert.ok(gapped < (before.score ?? 0), 'the score has fallen');
      const jobs = jobsAfterAKill(desk);
      assert.equal(
        jobs.map(({ venue, symbol, fromId, toId, stake }) => ({
          venue,
          symbol,
          fromId,
          toId,
          stake,
        })).length,
        summary().waiting,
        'a desk that was killed now finds every job',
      );
      assert.is(
        jobs.reduce((sum, { fromId, toId }) => sum + toId - fromId + 1, 0),
        3,
      );
      const killed = await desk.administer('kill', BACKFILL, 'a test');
      assert.ok(killed.ok, killed.ok ? '' : killed.error);
      await until('it is back', () => (desk.actorState(BACKFILL) as Summary | null) !== null);
      await until('with its jobs', () => summary().waiting === jobs.length);
      wire.httpRule = null;
      await until('they are fetched', () => summary().waiting === 0, 120_000);
      assert.is(summary().fetched, 3);
      await until('quality knows', () => qualityOf(desk).missing === 0);
      assert.ok((qualityOf(desk).score ?? 0) > gapped, 'the score recovers');
      assert.is((await desk.market.report()).backfill?.waiting, 0);
    },
  });
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
});

test('every venue answers with the trades of a time as its server made them', async () => {
  const three = threeVenues();
  const [first] = three.venues;
  const usdm = { ...first, name: 'usdm', kind: 'binance-usdm', symbols: ['BTCUSDT'] };
  const config = configSchema.parse({ ...three, venues: [...three.venues, usdm] });
  const outcome = await atTwoVenues(async ({ desk, floor, sleep }) => {
    await sleep(30_000);
    const { env, venues, instruments } = desk.parts;
    for (const { name, history } of venues) {
      const instrument = instruments.find(({ venue }) => venue === name);
      assert.ok(instrument, name);
      const made = floor.get(name)?.exchange.markets.get(instrument.symbol)?.tape.latest(1_000);
      const wanted = (made ?? []).slice(1, -1);
      assert.ok(wanted.length > 3, `${name} has traded`);
      const [from, to] = [wanted[0], wanted.at(-1)];
      const query = history(instrument, from?.venueMs ?? 0, to?.venueMs ?? 0);
      const answer = await new Promise<ReturnType<typeof query.decode>>((resolve) => {
        env.net.http(query.request, (reply) => resolve(query.decode(reply)));
      });
      assert.ok(answer.ok, `${name}: ${JSON.stringify(answer)}`);
      const found = [...answer.value].sort((one, other) => one.tradeId - other.tradeId);
      if (name === 'usdm') {
        assert.ok(found.length > 0, 'aggregates stand for several trades by one number');
        continue;
      }
      const ids = found.flatMap(({ tradeId, count }: HistoryTrade) =>
        Array.from({ length: count }, (_, at) => tradeId + at),
      );
      for (const { tradeId } of wanted) assert.ok(ids.includes(tradeId), `${name} ${tradeId}`);
      const alone = found.find(({ count }) => count === 1);
      const same = made?.find(({ tradeId }) => tradeId === alone?.tradeId);
      assert.equal(
        [alone?.ticks, alone?.lots, alone?.takerSide, alone?.venueMs],
        [same?.ticks, same?.lots, same?.takerSide, same?.venueMs],
        name,
      );
    }
  }, config);
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
});

test.run();
