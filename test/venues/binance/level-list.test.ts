import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Ladder } from '../../../src/market/ladder.ts';
import { JsonScanner } from '../../../src/venues/binance/json-scanner.ts';
import { FRAME_LEVELS_MAX, LevelList } from '../../../src/venues/binance/level-list.ts';
import { frameOf } from '../../support/binance/frames.ts';
import { law } from '../../support/law.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const instrument = anInstrument({ tick: '0.01', lot: '0.001' });

function read(text: string, list = new LevelList()) {
  const scanner = new JsonScanner();
  scanner.reset(frameOf(text));
  const isRead = list.read(scanner, 0, instrument);
  return { isRead, list, fault: scanner.fault };
}

const levelsOf = (list: LevelList): [ticks: number, lots: number][] =>
  Array.from({ length: list.count }, (_, at) => [
    list.ticks[at] as number,
    list.lots[at] as number,
  ]);

test('levels are read as ticks and lots in their order', () => {
  const level = fc.tuple(fc.integer({ min: 1, max: 1e9 }), fc.nat({ max: 1e9 }));
  law(
    fc.property(fc.array(level), (levels) => {
      const texts = levels.map(([ticks, lots]) => [
        (ticks / 100).toFixed(2),
        (lots / 1000).toFixed(8),
      ]);
      assert.equal(levelsOf(read(JSON.stringify(texts, null, 1)).list), levels);
    }),
  );
});

test('levels without a blank, and others among them, are read the same', () => {
  const level = fc.tuple(
    fc.oneof(
      fc.integer({ min: 1, max: 1e9 }),
      fc.integer({ min: 1, max: 2e6 }).map((n) => n / 2),
    ),
    fc.nat({ max: 1e9 }),
    fc.constantFrom('', ' ', ',[]'),
  );
  law(
    fc.property(fc.array(level, { maxLength: 12 }), (levels) => {
      const texts = levels.map(([ticks, lots, more]) => {
        const [price, size] = [(ticks / 100).toFixed(8), (lots / 1000).toFixed(4)];
        return more === ' ' ? `[ "${price}", "${size}"]` : `["${price}","${size}"${more}]`;
      });
      const { isRead, list } = read(`[${texts.join(',')}]`);
      assert.ok(isRead);
      assert.equal(
        levelsOf(list),
        levels.map(([ticks, lots]) => [ticks, lots]),
      );
    }),
    300,
  );
});

test('a level that nothing separates from the next is a fault behind it', () => {
  const { isRead, list, fault } = read('[["1.00","2.000"]["1.01","0"]]');
  assert.not(isRead);
  assert.is(list.count, 1, 'it is not counted twice');
  assert.match(fault, /^no \] or comma at byte 17$/);
});

test('an order from a time of finer ticks keeps its fraction', () => {
  assert.equal(levelsOf(read('[["1.005","0.0005"]]').list), [[100.5, 0.5]]);
});

test('members behind price and size are not ours', () => {
  assert.equal(levelsOf(read('[["1.00","2.000",[],{"x":"]"}],["1.01","0"]]').list), [
    [100, 2000],
    [101, 0],
  ]);
});

const faulty: [text: string, fault: RegExp][] = [
  ['{}', /^no \[ at byte 0$/],
  ['[["1.00"]]', /^a level without a size at byte 8$/],
  ['[[1.00,"1"]]', /^no string/],
  ['[["1.00",1]]', /^no string/],
  ['["1.00","1"]', /^no \[/],
  ['[["0.00","1"]]', /no price and size/],
  ['[["-1.00","1"]]', /no price and size/],
  ['[["1.00","-1"]]', /no price and size/],
  ['[["1.00","1e3"]]', /no price and size/],
  ['[["","1"]]', /no price and size/],
  ['[["1.00","1"', /no \] or comma/],
  ['[["1.00","1"]', /no \] or comma/],
  ['[["1.00","1",]]', /no value/],
  ['[["1.00","1"],]', /^no \[/],
];
for (const [text, said] of faulty) {
  test(`${text} is refused`, () => {
    const { isRead, fault } = read(text);
    assert.not.ok(isRead);
    assert.match(fault, said);
  });
}

test('a list grows to the largest frame that is taken and refuses the next level', () => {
  const levels = (count: number): string => `[${'["1.00","1"],'.repeat(count - 1)}["1.01","2"]]`;
  const { isRead, list } = read(levels(FRAME_LEVELS_MAX));
  assert.ok(isRead);
  assert.is(list.count, FRAME_LEVELS_MAX);
  assert.equal(levelsOf(list).at(-1), [101, 2000]);
  const tooMany = read(levels(FRAME_LEVELS_MAX + 1), list);
  assert.not.ok(tooMany.isRead);
  assert.match(tooMany.fault, /^more than 65536 levels/);
});

test('a reused list holds the new frame alone, its copy the old one', () => {
  const { list } = read('[["1.00","1"],["2.00","2"]]');
  const copy = list.copy();
  read('[["3.00","3"]]', list);
  assert.equal(levelsOf(list), [[300, 3000]]);
  assert.equal(levelsOf(copy), [
    [100, 1000],
    [200, 2000],
  ]);
  read('[]', list);
  assert.is(list.count, 0);
});

test('levels are written to a side of a book, and a size of 0 removes one', () => {
  const ladder = new Ladder('bid');
  read('[["1.00","1"],["2.00","2"]]').list.writeTo(ladder);
  read('[["2.00","0"],["9.00","0"]]').list.writeTo(ladder);
  assert.equal([ladder.depth, ladder.bestTicks, ladder.bestLots], [1, 100, 1000]);
});

test.run();
