/** JSON that readers have stumbled over: prototypes, conversions that throw, almost-numbers. */
export const STRANGE: readonly unknown[] = JSON.parse(`[
  null, true, -1, 1.5, 1e300, [], [5], {}, "", " 5 ", "0x10", "constructor", "toString",
  {"toString": 1, "valueOf": 1}, {"__proto__": null}, [[[{"a": []}]]]
]`);
