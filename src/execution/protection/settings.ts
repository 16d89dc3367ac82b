import { z } from 'zod';

/** Markets of which one desk may keep the positions protected. */
const MARKETS_MAX = 64;

export const protectionSection = z
  .strictObject({
    markets: z
      .array(
        z.strictObject({
          venue: z.string().describe('name of one of the venues; one with positions on margin'),
          symbol: z.string().describe('one of its symbols'),
          stopBps: z
            .number()
            .int()
            .min(1)
            .max(9_999)
            .describe('distance of the stop from the average entry, in basis points'),
        }),
      )
      .min(1)
      .max(MARKETS_MAX)
      .describe('markets with a stop at the venue for whatever position there is'),
  })
  .describe('stops that the venue keeps, so that they work while the desk does not');

export type ProtectionSettings = z.infer<typeof protectionSection>;

/** What there is to protect. */
interface Listed {
  readonly name: string;
  readonly kind: string;
  readonly isMargined: boolean;
  readonly symbols: readonly string[];
}

export interface ProtectionFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What of the section does not fit the venues: of each market the first thing that is wrong. */
export function protectionFaults(
  { markets }: ProtectionSettings,
  venues: readonly Listed[],
): readonly ProtectionFault[] {
  const names = venues.map(({ name }) => name).join(', ');
  return markets.flatMap(({ venue, symbol }, at) => {
    const fault = (field: string, message: string): ProtectionFault[] => [
      { path: ['protection', 'markets', at, field], message },
    ];
    const listed = venues.find(({ name }) => name === venue);
    if (listed === undefined) return fault('venue', `wanted one of the venues: ${names}`);
    const { isMargined, kind, symbols } = listed;
    if (!isMargined) {
      const why = 'what a waiting stop holds there cannot be quoted';
      return fault('venue', `wanted a venue with positions on margin: ${kind} is spot, and ${why}`);
    }
    if (!symbols.includes(symbol)) {
      return fault('symbol', `wanted one of the symbols of ${venue}: ${symbols.join(', ')}`);
    }
    const first = markets.findIndex((each) => each.venue === venue && each.symbol === symbol);
    return first === at ? [] : fault('symbol', 'wanted each market once');
  });
}
