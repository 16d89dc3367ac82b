import { z } from 'zod';
import { BUDGET_BYTES, KEEP_SEGMENTS, SEGMENT_BYTES } from './journal/recover.ts';

const MIB = 1_048_576;

/** Section `journal` of the configuration: how much of the disk the journal may take. */
export const journalSection = z
  .strictObject({
    segmentMiB: z
      .number()
      .int()
      .min(1)
      .max(64)
      .default(SEGMENT_BYTES / MIB)
      .describe('size of one segment; read as a whole at a start'),
    keepSegments: z
      .number()
      .int()
      .min(1)
      .max(1024)
      .default(KEEP_SEGMENTS)
      .describe('segments that stay although the event store has all of their records'),
    budgetMiB: z
      .number()
      .int()
      .min(64)
      .max(1_048_576)
      .default(BUDGET_BYTES / MIB)
      .describe('segments and event store together; above it no order leaves'),
  })
  .describe('journal and its disk budget');
