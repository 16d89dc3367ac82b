import type { MutantFile } from '../mutant.ts';

export const PORTFOLIO_GATE: MutantFile = {
  file: 'src/risk/portfolio/portfolio-gate.js',
  tests: ['risk/portfolio/portfolio-gate', 'risk/portfolio/portfolio-watch', 'risk/budgets'],
  mutants: [
    {
      what: 'an old covariance is as good as a new one',
      from: 'if (fault !== null) {',
      to: 'if (false) {',
    },
    {
      what: 'a valuation never grows old',
      from: 'if (equityAge > EQUITY_STALE_MS)',
      to: 'if (false)',
    },
    {
      what: 'a sample never grows old',
      from: 'if (sampleAge > SAMPLE_STALE_MS)',
      to: 'if (false)',
    },
    {
      what: 'a position without a price weighs nothing',
      from: 'if (unpriced !== null)',
      to: 'if (false)',
    },
    {
      what: 'what is open beside takes nothing of the room',
      from: 'this.equity) - beside;',
      to: 'this.equity);',
    },
    {
      what: 'an order that lowers the risk is refused with it',
      from: 'Math.max(allowed, before)',
      to: 'allowed',
    },
    {
      what: 'a sale adds to what is bought',
      from: 'words.worstSdOf(instrument, buyLots + added, sellLots)',
      to: 'words.worstSdOf(instrument, buyLots, sellLots + added)',
    },
    {
      what: 'the hint counts what is open already',
      from: 'lots - (1 - share) * ofSide',
      to: 'share * ofSide',
    },
    {
      what: 'heat binds nobody',
      from: 'if (heat <= money)',
      to: 'if (true)',
    },
    {
      what: 'heat of the other markets is not added',
      from: 'words.heat + words.heats[instrument] * (after - before)',
      to: 'words.heats[instrument] * after',
    },
    {
      what: 'an approval is told to nobody',
      from: 'exposed(index) {\n        this.#options.words.weigh(index);',
      to: 'exposed(index) {\n        void index;',
    },
    {
      what: 'one asset at two venues is two',
      from: 'target.notional += Math.abs(words.worst[same[at]]);',
      to: '',
    },
    {
      what: 'budgets bind nobody',
      from: 'budgets.refuse(order, added, equity, source.tail.at99)',
      to: 'null',
    },
  ],
};

export const SIZE_HINT: MutantFile = {
  file: 'src/risk/size-hint.js',
  tests: ['risk/portfolio/portfolio-watch', 'risk/watch/order-controls', 'risk/size-limits'],
  mutants: [
    {
      what: 'the hint is one lot too large',
      from: 'if (passes(middle))',
      to: 'if (passes(middle - 1))',
    },
    {
      what: 'the hint by bisection forgets the least of the venue',
      from: 'largest < lotsMin ? 0 : largest',
      to: 'largest',
    },
    {
      what: 'the hint forgets the least of the venue',
      from: 'whole >= lotsMin ? whole : 0',
      to: 'whole',
    },
    {
      what: 'the hint is rounded to more',
      from: 'Math.floor(most',
      to: 'Math.ceil(most',
    },
  ],
};

export const PORTFOLIO_WORDS: MutantFile = {
  file: 'src/risk/portfolio/portfolio-words.js',
  tests: ['risk/portfolio/portfolio-watch', 'risk/portfolio/portfolio-gate', 'portfolio-laws'],
  mutants: [
    {
      what: 'a hedge counts before it is held',
      from: 'const change = position * worth',
      to: 'const change = (position + buyLots - sellLots) * worth',
    },
    {
      what: 'only buys are open',
      from: 'Math.max(buyLots, sellLots) * worth',
      to: 'buyLots * worth',
    },
    {
      what: 'the smaller side is the worst',
      from: 'Math.abs(long) >= Math.abs(short) ? long : short',
      to: 'Math.abs(long) >= Math.abs(short) ? short : long',
    },
    {
      what: 'only what is bought is the worst',
      from: 'Math.max(held.sdWith(index, buyLots * worth), held.sdWith(index, -sellLots * worth))',
      to: 'held.sdWith(index, buyLots * worth)',
    },
    {
      what: 'closing costs nothing',
      from: '* shortfall + costFraction',
      to: '* shortfall',
    },
    {
      what: 'a price that is known once is never forgotten',
      from: '!isFlat && !(mid > 0)',
      to: 'false',
    },
  ],
};

export const LADDER: MutantFile = {
  file: 'src/risk/ladders/de-risking.js',
  tests: ['risk/ladders', 'risk/watch/ladders-live'],
  mutants: [
    {
      what: 'a rung begins above its use',
      from: 'use >= from)',
      to: 'use > from)',
    },
    {
      what: 'a use that cannot be told is fine',
      from: "Number.isNaN(use) ? 'reduce-only'",
      to: "Number.isNaN(use) ? 'none'",
    },
    {
      what: 'an emergency is left by itself',
      from: 'isLatched(state.rung) ||',
      to: 'false ||',
    },
    {
      what: 'a rung is left at once',
      from: 'if (atMs - calmSinceMs < policy.recoverMs)',
      to: 'if (false)',
    },
    {
      what: 'a rung is left just below where it began',
      from: 'use < from * policy.recoverShare',
      to: 'use < from',
    },
    {
      what: 'two rungs down at once',
      from: 'RUNGS[placeOf(state.rung) - 1], use',
      to: 'RUNGS[Math.max(0, placeOf(state.rung) - 2)], use',
    },
    {
      what: 'people lead an emergency down to nothing',
      from: "rung: 'reduce-only', calmSinceMs: null }",
      to: "rung: 'none', calmSinceMs: null }",
    },
    {
      what: 'reduce-only leaves the least size',
      from: "if (rung !== 'scale')\n        return 0;",
      to: "if (rung !== 'scale')\n        return policy.scaleLeast;",
    },
    {
      what: 'a size in steps is larger than it was',
      from: 'Math.floor(scale * STEPS + HAIR)',
      to: 'Math.ceil(scale * STEPS - HAIR)',
    },
  ],
};

export const DE_RISKING: MutantFile = {
  file: 'src/risk/ladders/de-risking-watch.js',
  tests: ['risk/portfolio/portfolio-watch', 'risk/watch/ladders-live'],
  mutants: [
    {
      what: 'what is assumed flattens',
      from: 'isMeasured && ',
      to: '',
    },
    {
      what: 'open orders flatten',
      from: 'tightestOf(held, limits)',
      to: 'tightestOf(arguments[1].worst, limits)',
    },
    {
      what: 'one sample flattens',
      from: 'this.#beyond >= CONFIRM_SAMPLES',
      to: 'this.#beyond >= 1',
    },
    {
      what: 'ten samples in all flatten',
      from: 'isBeyond ? this.#beyond + 1 : 0',
      to: 'isBeyond ? this.#beyond + 1 : this.#beyond',
    },
    {
      what: 'people are not heard',
      from: "state = ladderStep(state, { kind: 'released' }, policy);",
      to: '',
    },
    {
      what: 'a rung is not written down',
      from: 'if (state.rung !== before.rung)',
      to: 'if (false)',
    },
    {
      what: 'a restart begins on the ground',
      from: '{ ...LADDER_START, rung }',
      to: '{ ...LADDER_START }',
    },
  ],
};

export const DRAWDOWN: MutantFile = {
  file: 'src/risk/ladders/drawdown.js',
  tests: ['risk/ladders', 'risk/watch/money-watch'],
  mutants: [
    {
      what: 'the hard limit is left by itself',
      from: "state.stage === 'hard' || !(fall <= policy.hard)",
      to: '!(fall <= policy.hard)',
    },
    {
      what: 'a fall that is not known is none',
      from: '!(fall <= policy.hard)',
      to: 'fall > policy.hard',
    },
    {
      what: 'the soft limit is left at once',
      from: 'atMs - calmSinceMs >= policy.recoverMs',
      to: 'true',
    },
    {
      what: 'the soft limit is left just below it',
      from: 'policy.soft * policy.recoverShare',
      to: 'policy.soft',
    },
    {
      what: 'people lead straight to normal',
      from: "stage: 'soft', calmSinceMs: null } : state",
      to: "stage: 'normal', calmSinceMs: null } : state",
    },
    {
      what: 'sizes stay halved down to the hard limit',
      from: '(hard - fall) / (hard - soft)',
      to: '1',
    },
    {
      what: 'people forgive the whole fall',
      from: '(equity * soft) / (1 - soft)',
      to: '0',
    },
  ],
};

export const MONEY_WATCH: MutantFile = {
  file: 'src/risk/watch/money-watch.js',
  tests: ['risk/watch/money-watch', 'risk/watch/ladders-live'],
  mutants: [
    {
      what: 'a reset leaves the peak where it was',
      from: 'Math.min(this.#peak, profit + lossAtRelease(equity, policy))',
      to: 'this.#peak',
    },
    {
      what: 'the peak falls with the profit',
      from: 'this.#peak = Math.max(this.#peak, profit);',
      to: 'this.#peak = profit;',
    },
    {
      what: 'a rise by much waits for its minute',
      from: 'risen < PEAK_STEP * equity &&',
      to: '',
    },
    {
      what: 'a restart forgets the soft limit',
      from: 'stage: STAGES[rung]',
      to: "stage: 'normal'",
    },
    {
      what: 'a change of rung is not written down',
      from: 'if (this.#rung !== before)',
      to: 'if (false)',
    },
  ],
};

export const BUDGETS: MutantFile = {
  file: 'src/risk/budgets/risk-budgets.js',
  tests: ['risk/budgets'],
  mutants: [
    {
      what: 'the loss of the day binds nobody',
      from: 'if (measured < limit)',
      to: 'if (true)',
    },
    {
      what: 'only the last market of a group counts',
      from: 'loss += this.#options.day.lossOf(markets[at]);',
      to: 'loss = this.#options.day.lossOf(markets[at]);',
    },
    {
      what: 'what takes from a budget is refused',
      from: 'if (after <= before)',
      to: 'if (false)',
    },
    {
      what: 'what is open beside counts for nothing',
      from: 'sum += this.#options.words.openOf(other);',
      to: '',
    },
    {
      what: 'every market has every budget',
      from: '.filter((each) => nameOf(each) === name)',
      to: '',
    },
  ],
};
