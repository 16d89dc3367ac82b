import { closeSync, openSync, writeSync } from 'node:fs';
import fc from 'fast-check';
import type { Files } from '../../../src/core/env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { type Dictionary, dictionaryOf } from '../../../src/storage/columns/dictionary.ts';
import {
  blankRecord,
  blockOf,
  KIND,
  type MarketRecord,
  type RecordBlock,
  recordsOf,
  SIDE,
} from '../../../src/storage/columns/record.ts';

/** Two markets of one venue and one of another. */
export const DICTIONARY: Dictionary = dictionaryOf(
  ['binance', 'kraken'],
  [
    aMarket({ instrument: 0, symbol: 'BTCUSDT' }),
    aMarket({ instrument: 1, symbol: 'ETHUSDT', priceDecimals: 2, tickSteps: 5 }),
    aMarket({ instrument: 7, venue: 1, symbol: 'XBTUSD', priceDecimals: 1 }),
  ],
);

export function aMarket(
  changes: Partial<Dictionary['markets'][number]> = {},
): Dictionary['markets'][number] {
  return {
    instrument: 0,
    venue: 0,
    symbol: 'BTCUSDT',
    priceDecimals: 2,
    tickSteps: 1,
    quantityDecimals: 5,
    lotSteps: 1,
    ...changes,
  };
}

/** Everything that a source tells. */
export async function recordsIn(source: {
  readonly blocks: AsyncIterable<RecordBlock>;
}): Promise<MarketRecord[]> {
  const records: MarketRecord[] = [];
  for await (const block of source.blocks) records.push(...recordsOf(block));
  return records;
}

export function aRecord(changes: Partial<MarketRecord> = {}): MarketRecord {
  return {
    ...blankRecord(),
    tsExchange: 1_723_161_253_000_000,
    tsLocal: 1_723_161_253_001_500,
    price: 6_173_763,
    quantity: 1_500,
    sequence: 50_093_421_584,
    kind: KIND.depth,
    side: SIDE.buy,
    ...changes,
  };
}

/** Records of which the sequence counts from a number. */
export function someRecords(count: number, from = 1): MarketRecord[] {
  return Array.from({ length: count }, (_, at) =>
    aRecord({ sequence: from + at, tsLocal: 1_723_161_253_000_000 + at }),
  );
}

export function aBlock(count: number, from = 1): RecordBlock {
  return blockOf(someRecords(count, from));
}

const long = fc.maxSafeInteger();
const natural = fc.maxSafeNat();

export const anyRecord: fc.Arbitrary<MarketRecord> = fc.record(
  {
    tsExchange: long,
    tsLocal: long,
    price: long,
    quantity: long,
    sequence: natural,
    instrument: fc.nat(0xffff),
    venue: fc.nat(0xff),
    kind: fc.nat(0xff),
    side: fc.nat(0xff),
    flags: fc.nat(0xff),
  },
  { noNullPrototype: true },
);

/** The real disk without its waits: for what is about bytes and not about the loss of power. */
export const hastyFiles: Files = {
  ...nodeFiles,
  open: (path, mode) => ({ ...nodeFiles.open(path, mode), sync: () => {} }),
  replace(path, bytes) {
    const fd = openSync(path, 'w');
    writeSync(fd, bytes);
    closeSync(fd);
  },
  syncFolder: () => {},
};
