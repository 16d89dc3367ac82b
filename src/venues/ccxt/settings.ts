import { z } from 'zod';

/** How often ccxt is asked for a second opinion; without the section it is not. */
export const crossCheckSection = z
  .strictObject({
    everySeconds: z
      .number()
      .int()
      .min(30)
      .max(86_400)
      .default(600)
      .describe('how often balances and open orders are held against what ccxt is told'),
    timeoutSeconds: z
      .number()
      .int()
      .min(1)
      .max(60)
      .default(10)
      .describe('how long one answer may take'),
  })
  .describe('balances and open orders of every venue, asked for through ccxt and compared');
