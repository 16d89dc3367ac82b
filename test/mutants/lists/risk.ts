import type { MutantFile } from '../mutant.ts';

export const PRE_TRADE: MutantFile = {
  file: 'src/risk/pre-trade.js',
  tests: ['risk/pre-trade', 'risk/native-rules', 'risk/size-limits', 'risk/watch/risk-watch'],
  mutants: [
    {
      what: 'an intent after its deadline is taken',
      from: 'moment.nowNs > order.deadlineNs',
      to: 'false',
    },
    {
      what: 'a mode permits everything',
      from: 'if (reduceOnly.check(right, NO_LIMITS) !== null)',
      to: 'if (false)',
    },
    {
      what: 'a paused strategy goes on',
      from: 'if (moment.isStrategyPaused)',
      to: 'if (false)',
    },
    {
      what: 'an order without a market is priced',
      from: 'this.midTicks(order.instrument) === 0',
      to: 'false',
    },
    {
      what: 'a stale quote is as good as a new one',
      from: 'ageMs > limitMs ?',
      to: 'false ?',
    },
    {
      what: 'a quote is stale at its limit',
      from: 'ageMs > limitMs',
      to: 'ageMs >= limitMs',
    },
    {
      what: 'more lots than the venue takes',
      from: 'if (quantity !== null)',
      to: 'if (false)',
    },
    {
      what: 'a market order carries a price',
      from: 'if (ticks === 0)\n                return null;',
      to: 'return null;',
    },
    {
      what: 'a price off the grid',
      from: 'if (price !== null)',
      to: 'if (false)',
    },
    {
      what: 'the band binds nobody',
      from: 'offBps > limitBps ?',
      to: 'false ?',
    },
    {
      what: 'the band has one side',
      from: 'Math.abs(ticks - mid) / mid',
      to: '(ticks - mid) / mid',
    },
    {
      what: 'a notional below the least',
      from: 'least < notionalMin',
      to: 'false',
    },
    {
      what: 'reduce-only increases',
      from: 'return isReducing ? null : { kind:',
      to: 'return true ? null : { kind:',
    },
    {
      what: 'we trade with ourselves',
      from: 'against === null ? 0 : 1',
      to: '0',
    },
    {
      what: 'what shrinks is limited, too',
      from: 'if (isReducing) {',
      to: 'if (false) {',
    },
    {
      what: 'a stop beside quotes may open the other way without a limit',
      from: 'const isSurely = exposure.isReducing(order.side, added);',
      to: 'const isSurely = true;',
    },
    {
      what: 'what waits may open a position',
      from: "trigger === undefined || this.#limits.entryTriggers === 'taken'",
      to: 'true',
    },
    {
      what: 'what waits trades with ours',
      from: "trigger === undefined || trigger.kind === 'pair'",
      to: 'true',
    },
    {
      what: 'the target of a pair trades with ours',
      from: "trigger === undefined || trigger.kind === 'pair'",
      to: 'trigger === undefined',
    },
    {
      what: 'what waits is held against the band of what works',
      from: 'if (order.trigger !== undefined)\n            return null;\n        const mid',
      to: 'const mid',
    },
    {
      what: 'nobody asks what the venue keeps',
      from: 'order.trigger === undefined && order.shownLots === undefined',
      to: 'true',
    },
    {
      what: 'no size is refused',
      from: 'tooLarge !== null',
      to: 'false',
    },
    {
      what: 'the scale of the mode is not heard',
      from: 'notional, worst, moment.riskScale',
      to: 'notional, worst, 1',
    },
    {
      what: 'a loss that is no number is small',
      from: '!(loss < this.#limits.maxDailyLoss)',
      to: 'loss >= this.#limits.maxDailyLoss',
    },
    {
      what: 'the loss of the day binds nobody',
      from: '!(loss < this.#limits.maxDailyLoss)',
      to: 'false',
    },
    {
      what: 'an approved order is not counted',
      from: 'this.exposure(order.instrument).reserve(order);',
      to: '',
    },
    {
      what: 'new limits are adopted by half',
      from: 'this.#sizes.adopt(limits);',
      to: '',
    },
    {
      what: 'nobody tells the sizes the equity',
      from: 'this.#sizes.setEquity(equity);',
      to: '',
    },
  ],
};

export const SIZES: MutantFile = {
  file: 'src/risk/size-limits.js',
  tests: ['risk/size-limits', 'risk/pre-trade'],
  mutants: [
    {
      what: 'an order at its limit is refused',
      from: 'notional > orderLimit',
      to: 'notional >= orderLimit',
    },
    {
      what: 'an order has no limit',
      from: 'notional > orderLimit',
      to: 'false',
    },
    {
      what: 'a position has no limit',
      from: 'if (worst > limit)',
      to: 'if (false)',
    },
    {
      what: 'gross is never looked at',
      from: 'this.#hasGross ?',
      to: 'false ?',
    },
    {
      what: "gross without the order's own market",
      from: 'let ofDesk = worst;',
      to: 'let ofDesk = 0;',
    },
    {
      what: "the order's own market counts twice",
      from: 'if (other === instrument)',
      to: 'if (false)',
    },
    {
      what: 'what a venue holds is not added up',
      from: 'ofVenue += worth;',
      to: '',
    },
    {
      what: 'every venue is one',
      from: 'this.#venueOf[other] === venue',
      to: 'true',
    },
    {
      what: 'a position that was never priced counts for nothing',
      from: '!(ofVenue <= venueLimit)',
      to: 'ofVenue > venueLimit',
    },
    {
      what: "the desk's gross binds nobody",
      from: 'if (ofDesk <= deskLimit)',
      to: 'if (true)',
    },
    {
      what: "the scale leaves the desk's gross alone",
      from: 'this.#deskGross * scale',
      to: 'this.#deskGross',
    },
    {
      what: "the scale leaves a venue's gross alone",
      from: 'this.#venueGross[venue] * scale',
      to: 'this.#venueGross[venue]',
    },
    {
      what: 'a lost market counts for nothing',
      from: 'if (midTicks > 0)\n            this.#mids',
      to: 'this.#mids',
    },
    {
      what: 'the tier stays where it was',
      from: 'if (this.#tierAt(equity) !== this.#tier)',
      to: 'if (false)',
    },
    {
      what: 'the limits of a market replace the general ones',
      from: 'least(limits.maxOrderNotional, tier?.maxOrderNotional, own?.maxOrderNotional)',
      to: 'own?.maxOrderNotional ?? least(limits.maxOrderNotional, tier?.maxOrderNotional)',
    },
    {
      what: 'the largest of several limits holds',
      from: 'Math.min(sofar, limit ?? sofar)',
      to: 'Math.max(Number.isFinite(sofar) ? sofar : 0, limit ?? 0)',
    },
  ],
};

export const EXPOSURE: MutantFile = {
  file: 'src/risk/exposure.js',
  tests: ['risk/exposure', 'risk/pre-trade', 'risk/size-limits'],
  mutants: [
    {
      what: 'a buy shrinks a long position',
      from: 'this.buyLots + lots <= -this.position',
      to: 'this.buyLots + lots <= this.position',
    },
    {
      what: 'open sells are not counted',
      from: 'this.sellLots + lots <= this.position',
      to: 'lots <= this.position',
    },
    {
      what: 'what waits is met',
      from: 'own.side === side || !own.isWorking',
      to: 'own.side === side',
    },
    {
      what: 'what has woken is met by nobody',
      from: 'known.isWorking = isWorking;',
      to: '',
    },
    {
      what: 'stops are not added up',
      from: 'this.#sellWaiting + lots <= this.position',
      to: 'lots <= this.position',
    },
    {
      what: 'what has woken still waits',
      from: 'known.isWaiting = isWaiting;',
      to: '',
    },
    {
      what: 'an order that fills partly counts in full',
      from: 'known.lots = lots;',
      to: '',
    },
    {
      what: 'the worst forgets the other side',
      from: 'Math.abs(this.position - this.sellLots)',
      to: '0',
    },
    {
      what: 'a market order crosses nobody',
      from: 'ownTicks === 0 || ticks === 0',
      to: 'ownTicks === 0',
    },
    {
      what: "an order at the other's price does not cross",
      from: 'ticks >= ownTicks',
      to: 'ticks > ownTicks',
    },
  ],
};

export const LOOSENING: MutantFile = {
  file: 'src/risk/loosening.js',
  tests: ['risk/loosening', 'risk/native-rules', 'edge/settings'],
  mutants: [
    {
      what: 'a limit that is gone is not loosened',
      from: "typeof is !== 'number' || is > was",
      to: 'is > was',
    },
    {
      what: 'a larger limit is not looser',
      from: 'is > was',
      to: 'false',
    },
    {
      what: 'anyone lets entries in',
      from: 'if (areEntriesTaken)',
      to: 'if (false)',
    },
    {
      what: 'anyone may leave it to anyone',
      from: 'if (isAnyones)',
      to: 'if (false)',
    },
    {
      what: 'tiers are not compared',
      from: 'for (const [path, was, is] of tierPairs(from, to))',
      to: 'for (const [path, was, is] of [])',
    },
  ],
};

export const LIMITS: MutantFile = {
  file: 'src/risk/limits.js',
  tests: ['risk/size-limits', 'risk/loosening'],
  mutants: [
    {
      what: 'an equity at a tier does not have it',
      from: 'equity >= fromEquity',
      to: 'equity > fromEquity',
    },
    {
      what: 'an unknown equity has the last tier',
      from: 'Math.max(0, above)',
      to: 'above < 0 ? tiers.length - 1 : above',
    },
  ],
};
