import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../../src/core/rng.ts';
import {
  BurstDetector,
  withBursts,
} from '../../../../src/simulation/replay/playback/microbursts.ts';
import {
  blockOf,
  type MarketRecord,
  type RecordBlock,
  recordsOf,
} from '../../../../src/storage/columns/record.ts';
import { aRecord } from '../../../storage/columns/records.ts';

const START_US = 1_723_161_250_000_000;

async function* inBlocks(
  records: readonly MarketRecord[],
  size: number,
): AsyncGenerator<RecordBlock> {
  for (let from = 0; from < records.length; from += size) {
    yield blockOf(records.slice(from, from + size));
  }
}

async function squeezed(records: readonly MarketRecord[], times: number): Promise<MarketRecord[]> {
  const found: MarketRecord[] = [];
  for await (const block of withBursts(inBlocks(records, 100), times)) {
    found.push(...recordsOf(block));
  }
  return found;
}

function detected(records: readonly MarketRecord[], size = 1_000): BurstDetector {
  const detector = new BurstDetector();
  for (let from = 0; from < records.length; from += size) {
    detector.look(blockOf(records.slice(from, from + size)));
  }
  detector.finish();
  return detector;
}

/** Records at random times, so many a second on average. */
function aMarket(seconds: number, rate: number): MarketRecord[] {
  const random = rngOf(3);
  const records: MarketRecord[] = [];
  for (
    let us = 0;
    us < seconds * 1e6;
    us += Math.ceil((-Math.log(1 - random.next()) * 1e6) / rate)
  ) {
    records.push(aRecord({ tsLocal: START_US + us, tsExchange: START_US + us - 1_500 }));
  }
  return records;
}

test('a market at its usual rate has no bursts', () => {
  assert.is(detected(aMarket(40, 500)).count, 0);
});

test('each burst that is injected is found, where it is and as strong as it is', async () => {
  const records = await squeezed(aMarket(40, 500), 20);
  const { bursts, count } = detected(records);
  // The first second of all is squeezed, too, but then nothing is usual yet.
  assert.is(count, 3);
  bursts.forEach(({ fromUs, toUs, records: held, times }, at) => {
    const wantedUs = START_US + (at + 1) * 10_000_000;
    assert.ok(Math.abs(fromUs - wantedUs) <= 10_000, `${fromUs} for ${wantedUs}`);
    assert.ok(toUs - fromUs >= 40_000 && toUs - fromUs <= 70_000, String(toUs - fromUs));
    assert.ok(held > 350 && held < 650, String(held));
    assert.ok(times > 15 && times < 40, String(times));
  });
});

test('how records are cut into blocks changes nothing of what is found', async () => {
  const records = await squeezed(aMarket(25, 400), 30);
  assert.equal(detected(records, 7).bursts, detected(records, 5_000).bursts);
});

test('a burst injected leaves every record, its order and its way from the exchange', () => {
  const times = fc.array(fc.nat(40_000_000), { minLength: 1 });
  return fc.assert(
    fc.asyncProperty(times, fc.integer({ min: 1, max: 100 }), async (drawn, factor) => {
      const records = [...drawn]
        .sort((left, right) => left - right)
        .map((us, sequence) =>
          aRecord({ tsLocal: START_US + us, tsExchange: START_US + us - 700, sequence }),
        );
      const found = await squeezed(records, factor);
      let lastUs = 0;
      found.forEach((record, at) => {
        const before = records[at] as MarketRecord;
        assert.is(record.tsLocal - record.tsExchange, 700);
        assert.ok(record.tsLocal >= lastUs && record.tsLocal <= before.tsLocal);
        const { tsLocal, tsExchange } = before;
        assert.equal({ ...record, tsLocal, tsExchange }, before);
        lastUs = record.tsLocal;
      });
      assert.is(found.length, records.length);
    }),
  );
});

test('a silence between two stretches is no burst when it ends', () => {
  const stretch = aMarket(5, 300);
  const later = stretch.map((record) => ({ ...record, tsLocal: record.tsLocal + 15_000_000 }));
  assert.is(detected([...stretch, ...later]).count, 0);
  assert.is(detected([]).count, 0);
});

test.run();
