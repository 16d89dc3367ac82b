import { LevelList } from '../../../src/venues/binance/level-list.ts';

/** Levels as a decoder leaves them: in arrays that are longer than their count. */
export function levelsOf(levels: Iterable<readonly [ticks: number, lots: number]>): LevelList {
  const list = new LevelList();
  for (const [ticks, lots] of levels) {
    list.ticks[list.count] = ticks;
    list.lots[list.count] = lots;
    list.count += 1;
  }
  return list;
}
