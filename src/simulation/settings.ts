import { z } from 'zod';
import { parseQueueModel } from './replay/queue-model.ts';

const decimal = z
  .string()
  .regex(/^\d+(\.\d{1,8})?$/)
  .describe('decimal text of at most eight places');

const count = (what: string) => z.number().int().min(1).max(1_000_000_000).describe(what);

const limits = z
  .strictObject({
    weightPerMinute: count('weight of the requests of one address in a minute'),
    ordersPerTenSeconds: count('unfilled orders of one account in ten seconds'),
    ordersPerDay: count('unfilled orders of one account in a day'),
  })
  .describe("how much the venue takes; Binance's own limits when it is not said");

const QUEUE_MODELS = 'wanted risk-averse, power 1 to power 10, or log';

/** Section `simulation` of the configuration: the exchange that the desk brings along. */
export const simulationSection = z
  .strictObject({
    makerFeeBps: z.number().min(0).max(100).describe('fee of a resting order, in basis points'),
    takerFeeBps: z.number().min(0).max(100).describe('fee of a taking order, in basis points'),
    balances: z
      .record(z.string().regex(/^[A-Z0-9]{1,12}$/), decimal)
      .describe('what a new account begins with, by asset'),
    latencyMs: z
      .number()
      .min(0)
      .max(10_000)
      .describe('fixed part of the way to the venue and back, each, in a replay at pace max'),
    latencyJitterMs: z
      .number()
      .min(0)
      .max(10_000)
      .describe('mean of the exponential part on top of it'),
    queueModel: z
      .string()
      .refine((text) => parseQueueModel(text).ok, QUEUE_MODELS)
      .describe('who leaves a queue in a replay: risk-averse, power N or log'),
    limits: limits.optional(),
  })
  .describe('simulated exchange');

export type SimulationSettings = z.infer<typeof simulationSection>;
