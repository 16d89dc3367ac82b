import type { MutantFile } from '../mutant.ts';

export const NATIVE_RULES: MutantFile = {
  file: 'src/risk/native-rules.js',
  tests: ['risk/native-rules'],
  mutants: [
    {
      what: 'what no venue keeps is sent',
      from: 'notKept !== null',
      to: 'false',
    },
    {
      what: 'a trigger may wake at once',
      from: "if (!(away > 0))\n        return broken('trigger-side'",
      to: "if (false)\n        return broken('trigger-side'",
    },
    {
      what: 'a trigger at the mid waits',
      from: "if (!(away > 0))\n        return broken('trigger-side'",
      to: "if (away < 0)\n        return broken('trigger-side'",
    },
    {
      what: 'profit is taken where losses are',
      from: "kind === 'stop' || kind === 'pair'",
      to: 'true',
    },
    {
      what: 'a trigger may be anywhere',
      from: "offBps > bandBps ? broken('trigger-band'",
      to: "false ? broken('trigger-band'",
    },
    {
      what: 'the setting of the band is not heard',
      from: 'limits.triggerBandBps ?? TRIGGER_BAND_BPS',
      to: 'TRIGGER_BAND_BPS',
    },
    {
      what: 'a limit may be anywhere behind its trigger',
      from: "offBps > bandBps ? broken('limit-band'",
      to: "false ? broken('limit-band'",
    },
    {
      what: 'a limit is held against the mid',
      from: 'isPair ? midTicks : trigger.ticks',
      to: 'midTicks',
    },
    {
      what: 'a target may trade at once',
      from: 'isPair && !(away > 0)',
      to: 'false',
    },
    {
      what: 'an iceberg may take',
      from: "timeInForce === 'gtc' && trigger",
      to: 'trigger',
    },
    {
      what: 'an iceberg shows more than it is',
      from: 'shownLots > lots ?',
      to: 'false ?',
    },
    {
      what: 'what waits is valued at its limit alone',
      from: 'Math.max(ticks, walked)',
      to: 'ticks > 0 ? ticks : walked',
    },
    {
      what: 'a market order is valued at the mid',
      from: 'midTicks * band',
      to: 'midTicks',
    },
    {
      what: 'a woken market order does not walk',
      from: 'from * band',
      to: 'from',
    },
    {
      what: 'a stop with a low limit is never too small',
      from: 'Math.min(ticks, valued)',
      to: 'valued',
    },
  ],
};

export const ORDER_RATES: MutantFile = {
  file: 'src/risk/order-rates.js',
  tests: ['risk/pre-trade'],
  mutants: [
    {
      what: 'the desk has no rate',
      from: '!this.#desk.take(nowMs)',
      to: 'false',
    },
    {
      what: 'a strategy has no rate',
      from: 'own.available(nowMs) < 1',
      to: 'false',
    },
    {
      what: 'a refused order uses up the budget',
      from: 'own.available(nowMs) < 1',
      to: '!own.take(nowMs)',
    },
  ],
};

export const ORDER_STATE: MutantFile = {
  file: 'src/execution/order.js',
  tests: ['execution/native'],
  mutants: [
    {
      what: 'an order with a trigger does not wait',
      from: 'isWaiting: order.trigger !== undefined',
      to: 'isWaiting: false',
    },
    {
      what: 'a fill wakes nobody',
      from: 'record.isWaiting && !hasWoken(record.order, fill)',
      to: 'record.isWaiting',
    },
    {
      what: 'a late acceptance takes back the id of what has woken',
      from: 'isKnown ? record.venueOrderId : told',
      to: 'told',
    },
    {
      what: 'what never waited wakes',
      from: 'record.order.trigger === undefined || (isEnded(record) && hasLived)',
      to: 'isEnded(record) && hasLived',
    },
    {
      what: 'what has ended wakes',
      from: '(isEnded(record) && hasLived)',
      to: 'false',
    },
  ],
};

export const WAKING: MutantFile = {
  file: 'src/execution/native/waking.js',
  tests: ['execution/native', 'risk/watch/order-watch'],
  mutants: [
    {
      what: 'the target of a pair wakes its stop',
      from: "if (trigger?.kind !== 'pair')",
      to: 'if (true)',
    },
    {
      what: 'a fill at the target wakes the stop',
      from: 'fill.ticks < ticks',
      to: 'fill.ticks <= ticks',
    },
    {
      what: 'a woken pair is bound by its target',
      from: "order.trigger?.kind === 'pair' && !isWaiting",
      to: 'false',
    },
    {
      what: 'a waiting pair is bound by nothing',
      from: "order.trigger?.kind === 'pair' && !isWaiting",
      to: "order.trigger?.kind === 'pair'",
    },
  ],
};

export const WAKING_FOUND: MutantFile = {
  file: 'src/execution/reconciliation.js',
  tests: ['execution/native/reconciling', 'execution/reconciliation-laws'],
  mutants: [
    {
      what: 'an answer wakes nobody',
      from: 'const hasWoken = isWaiting === false',
      to: 'const hasWoken = false',
    },
    {
      what: 'what has ended as it waited has woken',
      from: "(state === 'open' || filledLots > 0)",
      to: 'true',
    },
  ],
};
